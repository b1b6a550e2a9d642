# Valid in Python 3, with names that were dropped since.
import collections
import fractions
import inspect
import time
from collections import Iterable, OrderedDict

import numpy as np
import scipy
import scipy.misc
import theano
import theano.tensor as T
from numpy import product as prod, sometrue
from scipy.misc import logsumexp
from scipy.stats import nanmean

start = time.clock()
x = T.dmatrix('x')
f = theano.function([x], T.exp(x).sum(axis=1))
values = np.arange(6, dtype=np.float).reshape(2, 3)
print(np.allclose(np.log(f(values)), logsumexp(values, axis=1)))
print(values.astype(np.int).sum(), np.cast['int32'](2.7), np.asscalar(np.array([4])))
print(prod([2, 3, 4]), np.cumproduct([2, 3]).tolist(), sometrue([0, 1]), np.alltrue([0, 1]))
print(np.Inf == np.inf, np.isnan(np.NaN), np.infty, np.float_(2), np.unicode_('u'))
print(np.in1d([[1, 2], [3, 4]], [2, 3]).tolist(), np.row_stack([[1], [2]]).tolist())
print(np.trapz([1, 2, 3]), np.rank(values), values.ptp(), len(values.tostring()))
print(np.array([1], dtype=np.object)[0], np.zeros(1, np.bool)[0], np.array(values, copy=False) is values)
print(isinstance([], Iterable), isinstance({}, collections.Mapping), fractions.gcd(12, 18))
print(inspect.getargspec(lambda a, b=1: a), time.clock() >= start)
print(scipy.misc.factorial(4), scipy.misc.comb(5, 2), scipy.mean([1, 2]), nanmean([1, np.nan]))
print(scipy.misc.imresize(np.eye(4), 50).shape, OrderedDict(a=1).keys() & {'a'})
