"""Values of shared variables, and pickles from Python 2."""

import pickle
import sys

import lasagne
import numpy as np
import theano

theano.config.floatX = "float32"
start = np.arange(6, dtype="float32").reshape(2, 3)
s_default = theano.shared(start)
s_true = theano.shared(start.copy(), borrow=True)
np.testing.assert_array_equal(s_default.get_value(borrow=True, return_internal_type=True), start)
np.testing.assert_array_equal(s_true.get_value(borrow=False), start)
s_default.set_value(s_default.get_value(borrow=True) * 2, borrow=True)
np.testing.assert_array_equal(np.asarray(s_default.get_value(return_internal_type=True)), start * 2)
np.testing.assert_array_equal(start[1], [3, 4, 5])
assert s_default.container.value.shape == (2, 3)
assert s_true.type.dtype == s_true.dtype == "float32"
assert s_true.broadcastable == (False, False)

# numpy.array([[1, 2], [3, 4]], 'float32') in a list, by cPickle's protocol 2 of Python 2
python_2 = (
    b"\x80\x02]q\x01cnumpy.core.multiarray\n_reconstruct\nq\x02cnumpy\nndarray\nq\x03K\x00\x85"
    b"U\x01b\x87Rq\x04(K\x01K\x02K\x02\x86cnumpy\ndtype\nq\x05U\x02f4K\x00K\x01\x87Rq\x06(K\x03"
    b"U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89U\x10"
    + np.array([[1, 2], [3, 4]], "<f4").tobytes()
    + b"tba."
)
weights = pickle.loads(python_2, encoding="latin1")
layer = lasagne.layers.DenseLayer(lasagne.layers.InputLayer((None, 2)), 2, b=None)
lasagne.layers.set_all_param_values(layer, weights)
np.testing.assert_array_equal(layer.W.get_value(), [[1, 2], [3, 4]])

# classes, and an instance of one, by their names in Python 2
assert pickle.loads(b"clasagne.layers.dense\nDenseLayer\np1\n.") is lasagne.layers.DenseLayer
initializer = pickle.loads(
    b"ccopy_reg\n_reconstructor\np1\n(clasagne.init\nConstant\np2\nc__builtin__\nobject\np3\nN"
    b"tRp4\n(dp5\nS'val'\np6\nF0.5\nsb."
)
np.testing.assert_array_equal(initializer.sample((2,)), [0.5, 0.5])

sys.setrecursionlimit(10000)
network = lasagne.layers.DenseLayer(lasagne.layers.InputLayer((None, 2)), 3)
again = pickle.loads(pickle.dumps(network, protocol=pickle.HIGHEST_PROTOCOL))
x = np.ones((4, 2), "float32")
np.testing.assert_allclose(
    *[
        theano.function(
            [lasagne.layers.get_all_layers(n)[0].input_var], lasagne.layers.get_output(n)
        )(x)
        for n in (network, again)
    ]
)
print("done")
