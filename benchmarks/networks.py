"""Training steps of convolutional and recurrent networks, for this library and for its peers.

Each contestant starts from the same weights, takes a batch of NumPy arrays, moves its weights
against the gradient (plain SGD), and returns the loss as a number. Each is written as that
library's users write it.

Packages are imported where they are used.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from steps import Contestant

RATE = 0.001
NUM_BATCHES = 4
STAGES = ((16, 1), (32, 2), (64, 2))  # filters and first stride of the residual net's stages
BLOCKS = 3  # of two convolutions, in each stage
EPSILON = 1e-4  # of the batch normalization

Step = Callable[[tuple], float]


@dataclass(frozen=True)
class Images:
    """Classify noise for images into ten classes."""

    network: str
    shape: tuple

    def batches(self) -> list:
        """Draw tuples of images and classes."""
        random = np.random.RandomState(1)
        images = random.normal(size=(NUM_BATCHES, *self.shape)).astype("float32")
        classes = random.randint(10, size=(NUM_BATCHES, self.shape[0])).astype("int32")
        return list(zip(images, classes))

    def weights(self) -> list:
        """Draw the first weights: of convolutions and dense layers, in their order."""
        random = np.random.RandomState(0)
        return [_he(random, shape) for shape in WEIGHT_SHAPES[self.network](self.shape)]


@dataclass(frozen=True)
class Sequences:
    """Tell a number from a sequence, or, with a mask, from the beginning of one."""

    network: str
    batch: int = 64
    steps: int = 50
    inputs: int = 64
    units: int = 128

    def batches(self) -> list:
        """Draw tuples of sequences, their lengths, masks of these, and targets."""
        random = np.random.RandomState(1)
        found = []
        for _ in range(NUM_BATCHES):
            x = random.normal(size=(self.batch, self.steps, self.inputs)).astype("float32")
            lengths = random.randint(self.steps // 2, self.steps + 1, size=self.batch)
            mask = (np.arange(self.steps) < lengths[:, None]).astype("float32")
            found.append((x, lengths, mask, random.normal(size=self.batch).astype("float32")))
        return found

    def weights(self) -> list:
        """Draw the weights of inputs, of states, and of the output; gates side by side."""
        random = np.random.RandomState(0)
        gates = {"lstm": 4, "gru": 3}[self.network]
        shapes = (self.inputs, gates * self.units), (self.units, gates * self.units), (self.units,)
        return [random.normal(0, 0.1, shape).astype("float32") for shape in shapes]


def _he(random, shape):
    inputs = shape[0] if len(shape) == 2 else np.prod(shape[1:])
    return random.normal(0, (2 / inputs) ** 0.5, shape).astype("float32")


def _conv_net_shapes(shape):
    return [(32, shape[1], 5, 5), (32, 32, 5, 5), (32 * 4 * 4, 256), (256, 10)]


def _residual_net_shapes(shape):
    shapes, channels = [(STAGES[0][0], shape[1], 3, 3)], STAGES[0][0]
    for filters, _ in STAGES:
        for _ in range(BLOCKS):
            if filters != channels:
                shapes.append((filters, channels, 1, 1))
            shapes += [(filters, channels, 3, 3), (filters, filters, 3, 3)]
            channels = filters
    return [*shapes, (channels, 10)]


WEIGHT_SHAPES = {"conv": _conv_net_shapes, "residual": _residual_net_shapes}
PROBLEMS = {
    "conv64": Images("conv", (64, 1, 28, 28)),
    "conv500": Images("conv", (500, 1, 28, 28)),
    "residual": Images("residual", (32, 3, 32, 32)),
    "lstm": Sequences("lstm"),
    "gru": Sequences("gru"),
}
TITLES = {
    "conv64": "convolutional net, batch 64",
    "conv500": "convolutional net, batch 500",
    "residual": "residual net of 20 layers, batch 32",
    "lstm": "LSTM, 128 units on 50 x 64 x 64",
    "gru": "GRU with a mask, 128 units on 50 x 64 x 64",
}


# ------------------------------------------------------------------------------------------------
# This library
# ------------------------------------------------------------------------------------------------


def lasagne_expr_step(problem: "Images | Sequences") -> Step:
    """Build the step with this library."""
    return {
        "conv": _our_classifier,
        "residual": _our_classifier,
        "lstm": _our_recurrent,
        "gru": _our_recurrent,
    }[problem.network](problem)


def _our_classifier(problem):
    import theano
    import theano.tensor as T

    from lasagne_expr.layers import InputLayer, get_all_params, get_output
    from lasagne_expr.objectives import categorical_crossentropy
    from lasagne_expr.updates import sgd

    images, classes = InputLayer(problem.shape), T.ivector("classes")
    build = {"conv": _our_conv_net, "residual": _our_residual_net}[problem.network]
    network = build(images, iter(problem.weights()))
    loss = categorical_crossentropy(get_output(network), classes).mean()
    updates = sgd(loss, get_all_params(network, trainable=True), RATE)
    return _unpacking(theano.function([images.input_var, classes], loss, updates=updates))


def _our_conv_net(layer, weights):
    from lasagne_expr.layers import Conv2DLayer, DenseLayer, MaxPool2DLayer
    from lasagne_expr.nonlinearities import softmax

    for _ in range(2):
        layer = MaxPool2DLayer(Conv2DLayer(layer, 32, 5, W=next(weights), flip_filters=False), 2)
    layer = DenseLayer(layer, 256, W=next(weights))
    return DenseLayer(layer, 10, W=next(weights), nonlinearity=softmax)


def _our_residual_net(layer, weights):
    from lasagne_expr.layers import (
        Conv2DLayer,
        DenseLayer,
        ElemwiseSumLayer,
        GlobalPoolLayer,
        NonlinearityLayer,
        batch_norm,
    )
    from lasagne_expr.nonlinearities import rectify, softmax

    def conv(layer, filters, size, stride=1, nonlinearity=rectify):
        W = next(weights)
        return batch_norm(
            Conv2DLayer(
                layer,
                filters,
                size,
                stride,
                "same",
                W=W,
                nonlinearity=nonlinearity,
                flip_filters=False,
            )
        )

    layer = conv(layer, STAGES[0][0], 3)
    for filters, first_stride in STAGES:
        for n in range(BLOCKS):
            stride = 1 if n else first_stride
            shortcut = layer
            if filters != layer.output_shape[1]:
                shortcut = conv(layer, filters, 1, stride, None)
            layer = conv(conv(layer, filters, 3, stride), filters, 3, 1, None)
            layer = NonlinearityLayer(ElemwiseSumLayer([layer, shortcut]), rectify)
    return DenseLayer(GlobalPoolLayer(layer), 10, W=next(weights), nonlinearity=softmax)


def _our_recurrent(problem):
    import theano
    import theano.tensor as T

    from lasagne_expr.layers import (
        DenseLayer,
        Gate,
        GRULayer,
        InputLayer,
        LSTMLayer,
        get_all_params,
        get_output,
    )
    from lasagne_expr.nonlinearities import tanh
    from lasagne_expr.updates import sgd

    W_in, W_hid, W_out = problem.weights()
    targets = T.fvector("targets")
    inputs = InputLayer((problem.batch, problem.steps, problem.inputs))
    mask = InputLayer((problem.batch, problem.steps))

    def gates(count):
        return [
            Gate(w, u, W_cell=None, nonlinearity=tanh if n == 2 else T.nnet.sigmoid)
            for n, (w, u) in enumerate(
                zip(np.split(W_in, count, axis=1), np.split(W_hid, count, axis=1))
            )
        ]

    if problem.network == "lstm":
        layer = LSTMLayer(inputs, problem.units, *gates(4), peepholes=False, only_return_final=True)
    else:
        layer = GRULayer(inputs, problem.units, *gates(3), mask_input=mask, only_return_final=True)
    output = DenseLayer(layer, 1, W=W_out[:, None], b=None, nonlinearity=None)
    loss = T.sqr(get_output(output)[:, 0] - targets).mean()
    updates = sgd(loss, get_all_params(output, trainable=True), RATE)
    if problem.network == "lstm":
        train = theano.function([inputs.input_var, targets], loss, updates=updates)
        return lambda batch: float(train(batch[0], batch[3]))
    variables = [inputs.input_var, mask.input_var, targets]
    train = theano.function(variables, loss, updates=updates)
    return lambda batch: float(train(batch[0], batch[2], batch[3]))


def _unpacking(function):
    return lambda batch: float(function(*batch))


# ------------------------------------------------------------------------------------------------
# JAX
# ------------------------------------------------------------------------------------------------


def jax_step(problem: "Images | Sequences") -> Step:
    """Write the step in JAX: `jax.lax`'s convolutions and loops, donated buffers."""
    import jax
    import jax.numpy as jnp

    loss = {
        "conv": _jax_conv_net,
        "residual": _jax_residual_net,
        "lstm": _jax_lstm,
        "gru": _jax_gru,
    }[problem.network]
    params, state = _jax_start(problem)

    def train(params, state, batch):
        (value, state), grads = jax.value_and_grad(loss, has_aux=True)(params, state, batch)
        return jax.tree.map(lambda p, g: p - RATE * g, params, grads), state, value

    compiled = jax.jit(train, donate_argnums=(0, 1))
    params, state = jax.tree.map(jnp.asarray, (params, state))

    def step(batch):
        nonlocal params, state
        if problem.network in ("lstm", "gru"):
            batch = batch[0], batch[2], batch[3]
        params, state, value = compiled(params, state, batch)
        return float(value)

    return step


def _jax_start(problem):
    weights = problem.weights()
    if problem.network in ("lstm", "gru"):
        return (*weights, np.zeros(weights[0].shape[1], "float32")), ()
    zeros = [np.zeros(_outputs_of(w), "float32") for w in weights]
    if problem.network == "conv":
        return (weights, zeros), ()
    ones = [z + 1 for z in zeros]
    averages = [(z.copy(), z + 1) for z in zeros[:-1]]
    return (weights, zeros, ones[:-1]), averages


def _outputs_of(weights):
    return weights.shape[-1] if weights.ndim == 2 else weights.shape[0]


def _jax_crossentropy(logits, classes):
    import jax
    import jax.numpy as jnp

    return -jnp.take_along_axis(jax.nn.log_softmax(logits), classes[:, None], axis=1).mean()


def _jax_conv_net(params, state, batch):
    import jax.numpy as jnp
    from jax import lax
    from jax.nn import relu

    weights, biases = params
    x, classes = batch
    for w, b in zip(weights[:2], biases):
        x = relu(lax.conv(x, w, (1, 1), "VALID") + b[:, None, None])
        x = lax.reduce_window(x, -jnp.inf, lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")
    x = relu(x.reshape((x.shape[0], -1)) @ weights[2] + biases[2])
    return _jax_crossentropy(x @ weights[3] + biases[3], classes), state


def _jax_residual_net(params, state, batch):
    import jax.numpy as jnp
    from jax import lax
    from jax.nn import relu

    x, classes = batch
    weights, biases, scales = params
    of_layers = iter(zip(weights, biases, scales, state))
    averages = []

    def conv(x, stride=1):
        w, b, scale, (mean, inv_std) = next(of_layers)
        pad = w.shape[-1] // 2
        x = lax.conv(x, w, (stride, stride), [(pad, pad)] * 2)
        batch_mean = x.mean((0, 2, 3))
        batch_inv_std = 1 / jnp.sqrt(x.var((0, 2, 3)) + EPSILON)
        averages.append((0.9 * mean + 0.1 * batch_mean, 0.9 * inv_std + 0.1 * batch_inv_std))
        factor = (scale * batch_inv_std)[:, None, None]
        return (x - batch_mean[:, None, None]) * factor + b[:, None, None]

    x = relu(conv(x))
    for filters, first_stride in STAGES:
        for n in range(BLOCKS):
            stride = 1 if n else first_stride
            shortcut = x if filters == x.shape[1] else conv(x, stride)
            x = relu(conv(relu(conv(x, stride))) + shortcut)
    logits = x.mean((2, 3)) @ weights[-1] + biases[-1]
    return _jax_crossentropy(logits, classes), averages


def _jax_lstm(params, state, batch):
    import jax.numpy as jnp
    from jax import lax
    from jax.nn import sigmoid

    W_in, W_hid, W_out, b = params
    x, _, targets = batch

    def step(carry, x):
        hidden, cell = carry
        ingate, forgetgate, new, outgate = jnp.split(x @ W_in + b + hidden @ W_hid, 4, axis=1)
        cell = sigmoid(forgetgate) * cell + sigmoid(ingate) * jnp.tanh(new)
        return (sigmoid(outgate) * jnp.tanh(cell), cell), None

    zeros = jnp.zeros((x.shape[0], W_hid.shape[0]), x.dtype)
    (hidden, _), _ = lax.scan(step, (zeros, zeros), x.swapaxes(0, 1))
    return jnp.square(hidden @ W_out - targets).mean(), state


def _jax_gru(params, state, batch):
    import jax.numpy as jnp
    from jax import lax
    from jax.nn import sigmoid

    W_in, W_hid, W_out, b = params
    x, mask, targets = batch

    def step(hidden, now):
        x, mask = now
        inputs, states = (jnp.split(z, 3, axis=1) for z in (x @ W_in + b, hidden @ W_hid))
        reset, update = (sigmoid(p + q) for p, q in zip(inputs[:2], states))
        new = jnp.tanh(inputs[2] + reset * states[2])
        return jnp.where(mask[:, None], (1 - update) * hidden + update * new, hidden), None

    zeros = jnp.zeros((x.shape[0], W_hid.shape[0]), x.dtype)
    hidden, _ = lax.scan(step, zeros, (x.swapaxes(0, 1), mask.T != 0))
    return jnp.square(hidden @ W_out - targets).mean(), state


# ------------------------------------------------------------------------------------------------
# PyTorch
# ------------------------------------------------------------------------------------------------


def torch_eager_step(problem: "Images | Sequences") -> Step:
    """Write the step in PyTorch."""
    return _torch_step(problem, prepare=lambda function: function)


def torch_compile_step(problem: "Images | Sequences") -> Step:
    """Write the step in PyTorch, with the loss and its gradient compiled."""
    import torch

    return _torch_step(problem, prepare=torch.compile)


def _torch_step(problem, prepare):
    import torch

    build = {
        "conv": _torch_conv_net,
        "residual": _torch_residual_net,
        "lstm": _torch_recurrent,
        "gru": _torch_recurrent,
    }[problem.network]
    params, loss = build(problem)
    optimizer = torch.optim.SGD(params, lr=RATE)
    loss = prepare(loss)

    def step(batch):
        optimizer.zero_grad()
        value = loss(*_torch_batch(problem, batch))
        value.backward()
        optimizer.step()
        return value.item()

    return step


def _torch_batch(problem, batch):
    import torch

    if problem.network in ("conv", "residual"):
        return torch.from_numpy(batch[0]), torch.from_numpy(batch[1]).long()
    return [torch.from_numpy(batch[n]) for n in (0, 1, 3)]


def _torch_parameters(problem):
    import torch
    from torch.nn import Parameter

    weights = [Parameter(torch.from_numpy(w)) for w in problem.weights()]
    return weights, [Parameter(torch.zeros(_outputs_of(w))) for w in weights]


def _torch_conv_net(problem):
    import torch.nn.functional as F

    weights, biases = _torch_parameters(problem)

    def loss(x, classes):
        for w, b in zip(weights[:2], biases):
            x = F.max_pool2d(F.relu(F.conv2d(x, w, b)), 2)
        x = F.relu(x.flatten(1) @ weights[2] + biases[2])
        return F.cross_entropy(x @ weights[3] + biases[3], classes)

    return weights + biases, loss


def _torch_residual_net(problem):
    import torch
    import torch.nn.functional as F
    from torch.nn import Parameter

    weights, biases = _torch_parameters(problem)
    scales = [Parameter(torch.ones_like(b)) for b in biases[:-1]]
    averages = [(torch.zeros_like(b), torch.ones_like(b)) for b in biases[:-1]]

    def loss(x, classes):
        of_layers = iter(zip(weights, biases, scales, averages))

        def conv(x, stride=1):
            w, b, scale, (mean, variance) = next(of_layers)
            x = F.conv2d(x, w, stride=stride, padding=w.shape[-1] // 2)
            return F.batch_norm(x, mean, variance, scale, b, training=True, eps=EPSILON)

        x = F.relu(conv(x))
        for filters, first_stride in STAGES:
            for n in range(BLOCKS):
                stride = 1 if n else first_stride
                shortcut = x if filters == x.shape[1] else conv(x, stride)
                x = F.relu(conv(F.relu(conv(x, stride))) + shortcut)
        return F.cross_entropy(x.mean((2, 3)) @ weights[-1] + biases[-1], classes)

    return weights + biases + scales, loss


def _torch_recurrent(problem):
    import torch
    from torch.nn.utils.rnn import pack_padded_sequence

    W_in, W_hid, W_out = map(torch.from_numpy, problem.weights())
    W_out = torch.nn.Parameter(W_out)
    is_lstm = problem.network == "lstm"
    if not is_lstm:
        # PyTorch's update gate says what is kept, ours what is new.
        for w in (W_in, W_hid):
            w[:, problem.units : 2 * problem.units] *= -1
    network = (torch.nn.LSTM if is_lstm else torch.nn.GRU)(
        problem.inputs, problem.units, batch_first=True
    )
    network.weight_ih_l0.data, network.weight_hh_l0.data = W_in.T.clone(), W_hid.T.clone()
    for bias in (network.bias_ih_l0, network.bias_hh_l0):
        bias.data.zero_()
    network.bias_hh_l0.requires_grad_(False)

    def loss(x, lengths, targets):
        if is_lstm:
            hidden = network(x)[1][0]
        else:
            packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
            hidden = network(packed)[1]
        return torch.square(hidden[0] @ W_out - targets).mean()

    return [W_out, *(p for p in network.parameters() if p.requires_grad)], loss


# ------------------------------------------------------------------------------------------------
# The engine, by hand
# ------------------------------------------------------------------------------------------------


def by_hand_step(problem: "Images | Sequences") -> Step:
    """Write the step in Theano's API, with nothing of this library."""
    import theano
    import theano.tensor as T

    build = {
        "conv": _hand_conv_net,
        "residual": _hand_residual_net,
        "lstm": _hand_lstm,
        "gru": _hand_gru,
    }[problem.network]
    params, inputs, loss, updates = build(problem)
    rate = np.float32(RATE)
    updates += [(p, p - rate * g) for p, g in zip(params, T.grad(loss, params))]
    train = theano.function(inputs, loss, updates=updates)
    chosen = {"lstm": (0, 3), "gru": (0, 2, 3)}.get(problem.network, (0, 1))
    return lambda batch: float(train(*(batch[n] for n in chosen)))


def _hand_parameters(problem):
    import theano

    weights = [theano.shared(w) for w in problem.weights()]
    zeros = [np.zeros(_outputs_of(w.get_value()), "float32") for w in weights]
    return weights, [theano.shared(z) for z in zeros]


def _hand_conv_net(problem):
    import theano.tensor as T
    from theano.tensor.nnet import conv2d, relu
    from theano.tensor.signal.pool import pool_2d

    weights, biases = _hand_parameters(problem)
    x, classes = T.ftensor4("x"), T.ivector("classes")
    hidden = x
    for w, b in zip(weights[:2], biases):
        hidden = relu(conv2d(hidden, w, filter_flip=False) + b.dimshuffle("x", 0, "x", "x"))
        hidden = pool_2d(hidden, (2, 2), ignore_border=True)
    hidden = relu(T.dot(hidden.flatten(2), weights[2]) + biases[2])
    output = T.nnet.softmax(T.dot(hidden, weights[3]) + biases[3])
    loss = T.nnet.categorical_crossentropy(output, classes).mean()
    return weights + biases, [x, classes], loss, []


def _hand_residual_net(problem):
    import theano
    import theano.tensor as T
    from theano.tensor.nnet import conv2d, relu

    weights, biases = _hand_parameters(problem)
    ones = [np.ones_like(b.get_value()) for b in biases[:-1]]
    scales = [theano.shared(one) for one in ones]
    averages = [(theano.shared(0 * one), theano.shared(one)) for one in ones]
    of_layers = iter(zip(weights, biases, scales, averages))
    updates, tenth = [], np.float32(0.1)

    def conv(x, stride=1):
        w, b, scale, running = next(of_layers)
        x = conv2d(x, w, border_mode="half", subsample=(stride, stride), filter_flip=False)
        mean = x.mean((0, 2, 3))
        inv_std = T.inv(T.sqrt(x.var((0, 2, 3)) + np.float32(EPSILON)))
        for average, new in zip(running, (mean, inv_std)):
            updates.append((average, (np.float32(1) - tenth) * average + tenth * new))
        mean, factor, b = (v.dimshuffle("x", 0, "x", "x") for v in (mean, scale * inv_std, b))
        return (x - mean) * factor + b

    images, classes = T.ftensor4("x"), T.ivector("classes")
    x, channels = relu(conv(images)), STAGES[0][0]
    for filters, first_stride in STAGES:
        for n in range(BLOCKS):
            stride = 1 if n else first_stride
            shortcut = x if filters == channels else conv(x, stride)
            x, channels = relu(conv(relu(conv(x, stride))) + shortcut), filters
    output = T.nnet.softmax(T.dot(x.mean((2, 3)), weights[-1]) + biases[-1])
    loss = T.nnet.categorical_crossentropy(output, classes).mean()
    return weights + biases + scales, [images, classes], loss, updates


def _hand_sequences(problem):
    import theano
    import theano.tensor as T

    weights = [theano.shared(w) for w in problem.weights()]
    b = theano.shared(np.zeros(weights[0].get_value().shape[1], "float32"))
    x, mask, targets = T.ftensor3("x"), T.fmatrix("mask"), T.fvector("targets")
    projected = T.dot(x.dimshuffle(1, 0, 2), weights[0]) + b
    zeros = T.zeros((x.shape[0], problem.units), "float32")
    return [*weights, b], x, mask, targets, projected, zeros


def _hand_lstm(problem):
    import theano
    import theano.tensor as T
    from theano.tensor.nnet import sigmoid

    params, x, _, targets, projected, zeros = _hand_sequences(problem)
    n = problem.units

    def step(now, hidden, cell, W_hid):
        sums = now + T.dot(hidden, W_hid)
        ingate, forgetgate, outgate = (sigmoid(sums[:, k * n : (k + 1) * n]) for k in (0, 1, 3))
        cell = forgetgate * cell + ingate * T.tanh(sums[:, 2 * n : 3 * n])
        return outgate * T.tanh(cell), cell

    (hidden, _), _ = theano.scan(step, [projected], [zeros, zeros], [params[1]])
    loss = T.sqr(T.dot(hidden[-1], params[2]) - targets).mean()
    return params, [x, targets], loss, []


def _hand_gru(problem):
    import theano
    import theano.tensor as T
    from theano.tensor.nnet import sigmoid

    params, x, mask, targets, projected, zeros = _hand_sequences(problem)
    n = problem.units

    def step(now, mask, hidden, W_hid):
        sums = T.dot(hidden, W_hid)
        reset, update = (
            sigmoid(now[:, k * n : (k + 1) * n] + sums[:, k * n : (k + 1) * n]) for k in (0, 1)
        )
        new = T.tanh(now[:, 2 * n :] + reset * sums[:, 2 * n :])
        return T.switch(mask, (1 - update) * hidden + update * new, hidden)

    masks = T.neq(mask, 0).dimshuffle(1, 0, "x")
    hidden, _ = theano.scan(step, [projected, masks], [zeros], [params[1]])
    loss = T.sqr(T.dot(hidden[-1], params[2]) - targets).mean()
    return params, [x, mask, targets], loss, []


CONTESTANTS = {
    "lasagne_expr": Contestant("lasagne_expr", lasagne_expr_step, ()),
    "by_hand": Contestant("the engine, by hand", by_hand_step, ()),
    "jax": Contestant("JAX", jax_step, ("jax",)),
    "torch": Contestant("PyTorch, eager", torch_eager_step, ("torch",)),
    "torch_compile": Contestant("PyTorch, torch.compile", torch_compile_step, ("torch",)),
}
