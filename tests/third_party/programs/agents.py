"""A reinforcement-learning library on Lasagne: layers of several outputs, agents unrolled by scans.

A layer may have a tuple of outputs; an agent's one step is a network, and its sessions are a scan
over it, in which an environment answers.
"""

import json
from collections import OrderedDict

import lasagne
import numpy as np
import theano
import theano.tensor as T
from lasagne.layers import DenseLayer, InputLayer, Layer, MergeLayer, get_all_params, get_output

theano.config.floatX = "float64"
lasagne.random.set_rng(np.random.RandomState(3))


class TupleLayer(MergeLayer):
    """A layer whose output is a tuple; its elements are layers too."""

    @property
    def element_names(self):
        return [(self.name or "tuple") + "[%d]" % n for n in range(len(self.output_shape))]

    def __len__(self):
        return len(self.output_shape)

    def __getitem__(self, index):
        return TupleElement(self, index, name=self.element_names[index])

    def __iter__(self):
        return (self[i] for i in range(len(self)))


class TupleElement(Layer):
    def __init__(self, tuple_layer, index, name=None):
        super(TupleElement, self).__init__(tuple_layer, name=name)
        self.index = index

    def get_output_shape_for(self, input_shape):
        return input_shape[self.index]

    def get_output_for(self, input, **kwargs):
        return input[self.index]


class LSTMStep(TupleLayer):
    """One step of an LSTM: the new cell and the new output."""

    def __init__(self, prev_cell, prev_hid, input, num_units, **kwargs):
        super(LSTMStep, self).__init__([prev_cell, prev_hid, input], **kwargs)
        self.num_units = num_units
        n_in = input.output_shape[-1]
        self.W_in = self.add_param(lasagne.init.Normal(0.3), (n_in, 4 * num_units), "W_in")
        self.W_hid = self.add_param(lasagne.init.Normal(0.3), (num_units, 4 * num_units), "W_hid")
        self.b = self.add_param(
            lasagne.init.Constant(0.0), (4 * num_units,), "b", regularizable=False
        )

    def get_output_shape_for(self, input_shapes):
        return input_shapes[0], input_shapes[1]

    def get_output_for(self, inputs, **kwargs):
        cell, hid, x = inputs
        gates = T.dot(x, self.W_in) + T.dot(hid, self.W_hid) + self.b
        i, f, c, o = [gates[:, n * self.num_units : (n + 1) * self.num_units] for n in range(4)]
        cell = T.nnet.sigmoid(f) * cell + T.nnet.sigmoid(i) * T.tanh(c)
        return cell, T.nnet.sigmoid(o) * T.tanh(cell)


class DictLayer(MergeLayer):
    """Policy and value of a state, by name."""

    def __init__(self, policy, value, **kwargs):
        super(DictLayer, self).__init__([policy, value], **kwargs)

    def get_output_shape_for(self, input_shapes):
        return OrderedDict(zip(("policy", "value"), input_shapes))

    def get_output_for(self, inputs, **kwargs):
        return OrderedDict(zip(("policy", "value"), inputs))


class Agent(object):
    def __init__(self, observation, memory, outputs):
        self.observation, self.memory, self.outputs = observation, memory, outputs

    def step(self, observation, *states):
        given = OrderedDict(zip(list(self.memory.keys()), states))
        given[self.observation] = observation
        wanted = [self.outputs] + list(self.memory.values())
        found = get_output(wanted, given)
        return found[0], found[1:]

    def sessions(self, environment, first, n_steps):
        batch = first.shape[0]
        zeros = [T.zeros((batch, layer.output_shape[1])) for layer in self.memory]

        def step(observation, *states):
            out, new_states = self.step(observation, *states)
            observation, reward = environment(observation, out["policy"])
            return [observation] + list(new_states) + [out["policy"], out["value"], reward]

        outputs, updates = theano.scan(
            step, outputs_info=[first] + zeros + [None] * 3, n_steps=n_steps
        )
        return outputs[-3], outputs[-2], outputs[-1], updates


observation = InputLayer((None, 4), name="observation")
prev_cell, prev_hid = InputLayer((None, 5), name="cell"), InputLayer((None, 5), name="hid")
lstm = LSTMStep(prev_cell, prev_hid, observation, 5, name="lstm")
cell, hid = lstm
policy = DenseLayer(hid, 3, nonlinearity=T.nnet.softmax, name="policy")
value = DenseLayer(hid, 1, nonlinearity=None, name="value")
outputs = DictLayer(policy, value, name="outputs")
agent = Agent(observation, OrderedDict([(prev_cell, cell), (prev_hid, hid)]), outputs)
W_env = theano.shared(np.random.RandomState(1).normal(size=(3, 4)), "environment")


def environment(observation, policy):
    new = T.tanh(0.9 * observation + T.dot(policy, W_env))
    return new, -(new**2).mean(axis=-1)


first = T.matrix("first observations")
policies, values, rewards, updates = agent.sessions(environment, first, n_steps=6)


def discounted(rewards, gamma=0.9):
    returns, _ = theano.scan(
        lambda r, following: r + gamma * following,
        sequences=rewards,
        outputs_info=T.zeros_like(rewards[0]),
        go_backwards=True,
    )
    return returns[::-1]


returns = theano.gradient.disconnected_grad(discounted(rewards))
advantage = returns - values[:, :, 0]
log_probability = T.log(policies.max(axis=-1))
loss = -(log_probability * theano.gradient.disconnected_grad(advantage)).mean()
loss = loss + 0.5 * (advantage**2).mean()
loss = loss + 0.01 * (policies * T.log(policies)).sum(-1).mean()
params = get_all_params(outputs, trainable=True)
steps = lasagne.updates.rmsprop(loss, params, learning_rate=0.01)
train = theano.function([first], [loss, rewards.sum(0).mean()], updates=list(steps.items()))
rng = np.random.RandomState(9)
losses = [float(v) for n in (4, 4, 2, 4) for v in train(rng.normal(size=(n, 4)))]
print([layer.name for layer in lasagne.layers.get_all_layers(outputs)])
print(lstm.output_shape, cell.output_shape, dict(outputs.output_shape), len(params))
print(json.dumps(losses))
