import cPickle, os, sys
import numpy as np
import theano, theano.tensor as T


class Model:
    def __init__(self, weights):
        self.weights = theano.shared(weights)

    def __getstate__(self):
        return dict([(k, v.get_value()) for k, v in self.__dict__.iteritems()])

    def __setstate__(self, state):
        for k, v in state.items():
            setattr(self, k, theano.shared(v))

    def __cmp__(self, other):
        return cmp(self.weights.get_value().sum(), other.weights.get_value().sum())

    def __nonzero__(self):
        return self.weights.get_value().any()

    def predict(self, x):
        return theano.function([], T.dot(x, self.weights))()


if len(sys.argv) > 1:
    # Written by Python 2, with values of its text type.
    print sorted(cPickle.load(open(sys.argv[1])).items())
model = Model(np.arange(3.))
cPickle.dump(model, open('model.pkl', 'wb'), protocol=cPickle.HIGHEST_PROTOCOL)
cPickle.dump(model, open('text.pkl', 'w'))
for name in 'model.pkl', 'text.pkl':
    loaded = cPickle.load(open(name, 'r' if name[0] == 't' else 'rb'))
    print loaded.__class__.__name__, loaded.predict(np.ones(3)), loaded == model
    os.remove(name)
print bool(Model(np.zeros(2))), min(model, Model(np.zeros(1))) is model
print cPickle.loads(cPickle.dumps({'a': [1, u'b']}))
