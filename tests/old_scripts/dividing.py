import sys
import numpy as np
import theano
import theano.tensor as T


class Length(object):
    def __init__(self, metres):
        self.__metres = metres
        self.parts = [metres]

    def __div__(self, n):
        return Length(self.__metres / n)

    def halve(self):
        self.__metres /= 2
        self.parts[0] /= 2
        return self.__metres, self.parts


print 7 / 2, -7 / 2, 7 / 2., 7. / 2, True / 2, 7 / np.int64(2), np.float32(1) / 2
a = np.arange(-2, 3)
print (a / 2).tolist(), (a / 2.).tolist(), (1 / (a + 3)).tolist()
a[1:4] /= 2
b = a * 1.
b /= 2
n = 7
n /= 2
print a.tolist(), b.tolist(), n
print Length(7).halve(), (Length(7) / 2).halve()
i, x = T.lscalar('i'), T.dscalar('x')
print [float(v) for v in theano.function([i, x], [i / 2, x / 2, i / x])(7, 7)]
print eval('7 / 2'), sum(v / 2 for v in range(4)), (lambda v: v / 2)(5)
