"""Batches that are made by other processes."""
import multiprocessing, Queue, sys
import numpy as np
import shared_code
import lasagne

OFFSET = 7 / 2


class Loader(multiprocessing.Process):
    def __init__(self, indices, queue):
        multiprocessing.Process.__init__(self)
        self.indices, self.queue = indices, queue

    def run(self):
        for index in self.indices:
            self.queue.put((index, make_batch(index)))
        self.queue.put(None)


def make_batch(index):
    assert lasagne.layers.DenseLayer
    return np.arange(index, dtype=np.float) / 2 + OFFSET + shared_code.half(index)


def main(method):
    if hasattr(multiprocessing, 'set_start_method'):
        multiprocessing.set_start_method(method)
    queue = multiprocessing.Queue()
    loader = Loader(range(1, 4), queue)
    loader.start()
    for index, batch in iter(queue.get, None):
        print index, batch.tolist()
    loader.join()
    try:
        queue.get(timeout=0.1)
    except Queue.Empty, error:
        print 'empty', loader.exitcode
    pool = multiprocessing.Pool(1)
    print map(sum, pool.map(make_batch, xrange(2, 4)))
    pool.close()
    pool.join()


if __name__ == '__main__':
    main(sys.argv[1])
