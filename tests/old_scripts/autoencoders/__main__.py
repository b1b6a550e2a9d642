import sys
import numpy as np
from autoencoders import Trainer
from autoencoders.base import Registry, Model

if __name__ == '__main__':
    print sorted(Registry.models.keys()), __name__, sys.argv[1:]
    Trainer().train(np.random.RandomState(4).normal(size=(6, 4)), 3)
    try:
        Model().get_params()
    except NotImplementedError, e:
        print e
