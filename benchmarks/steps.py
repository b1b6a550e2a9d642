"""One training step of a tied autoencoder, written for this library and for its peers.

The network is ``sigmoid(sigmoid(x W + b) W' + c)``, float32; the loss its binary cross-entropy with
x, averaged; the optimizer Adam with its usual settings, but for a smaller epsilon: libraries differ
in where it stands, and at 1e-8 that shows. Each contestant starts from the same weights, takes a
batch as a NumPy array, updates its weights, and returns the loss as a number.

Packages are imported where they are used: a contestant's time from a cold start includes them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

PIXELS = 784
RATE, BETA1, BETA2, EPSILON = 1e-3, 0.9, 0.999, 1e-10
NUM_BATCHES = 8

Step = Callable[[Any], float]


@dataclass(frozen=True)
class Problem:
    """The sizes of an autoencoder and of its batches."""

    units: int
    batch: int

    def __str__(self):
        return f"{PIXELS}-{self.units}, batch {self.batch}"

    def weights(self) -> Any:
        """Draw the first weights, of shape ``(PIXELS, units)``, as Glorot and Bengio do."""
        import numpy as np

        bound = (6 / (PIXELS + self.units)) ** 0.5
        drawn = np.random.RandomState(0).uniform(-bound, bound, (PIXELS, self.units))
        return drawn.astype("float32")

    def batches(self) -> list:
        """Draw batches of noise for images: what they show has no influence on the time."""
        import numpy as np

        drawn = np.random.RandomState(1).uniform(size=(NUM_BATCHES, self.batch, PIXELS))
        return list(drawn.astype("float32"))


PROBLEMS = {"small": Problem(units=500, batch=64), "large": Problem(units=1024, batch=512)}


def lasagne_expr_step(problem: Problem) -> Step:
    """Build the step with this library."""
    import theano

    from lasagne_expr.layers import DenseLayer, InputLayer, get_all_params, get_output
    from lasagne_expr.nonlinearities import sigmoid
    from lasagne_expr.objectives import binary_crossentropy
    from lasagne_expr.updates import adam

    pixels = InputLayer((problem.batch, PIXELS))
    encoder = DenseLayer(pixels, problem.units, W=problem.weights(), nonlinearity=sigmoid)
    decoder = DenseLayer(encoder, PIXELS, W=encoder.W.T, nonlinearity=sigmoid)
    loss = binary_crossentropy(get_output(decoder), pixels.input_var).mean()
    params = get_all_params(decoder, trainable=True)
    updates = adam(loss, params, RATE, BETA1, BETA2, EPSILON)
    return theano.function([pixels.input_var], loss, updates=updates)


def by_hand_step(problem: Problem) -> Step:
    """Write the step in Theano's API, with nothing of this library."""
    import numpy as np
    import theano
    import theano.tensor as T

    def zeros(*shape):
        return theano.shared(np.zeros(shape, dtype="float32"))

    x = T.fmatrix("x")
    W = theano.shared(problem.weights())
    b, c = zeros(problem.units), zeros(PIXELS)
    hidden = T.nnet.sigmoid(T.dot(x, W) + b)
    output = T.nnet.sigmoid(T.dot(hidden, W.T) + c)
    loss = T.nnet.binary_crossentropy(output, x).mean()

    steps = zeros()
    t = steps + np.float32(1)
    b1, b2, one = np.float32(BETA1), np.float32(BETA2), np.float32(1)
    rate = np.float32(RATE) * T.sqrt(one - b2**t) / (one - b1**t)
    updates = [(steps, t)]
    params = [W, b, c]
    for param, grad in zip(params, T.grad(loss, params)):
        m, v = zeros(*param.get_value().shape), zeros(*param.get_value().shape)
        m_new = b1 * m + (one - b1) * grad
        v_new = b2 * v + (one - b2) * T.sqr(grad)
        step = rate * m_new / (T.sqrt(v_new) + np.float32(EPSILON))
        updates += [(m, m_new), (v, v_new), (param, param - step)]
    return theano.function([x], loss, updates=updates)


def jax_optax_step(problem: Problem) -> Step:
    """Write the step in JAX, with Optax's loss and optimizer."""
    import optax

    return _jax_step(problem, optax.sigmoid_binary_cross_entropy)


def jax_formula_step(problem: Problem) -> Step:
    """Write the step in JAX, with Optax's optimizer and the loss as its fastest formula."""
    import jax.numpy as jnp

    def sigmoid_binary_cross_entropy(logits, targets):
        softplus = jnp.maximum(logits, 0) + jnp.log1p(jnp.exp(-jnp.abs(logits)))
        return softplus - targets * logits

    return _jax_step(problem, sigmoid_binary_cross_entropy)


def _jax_step(problem, cross_entropy):
    import jax
    import jax.numpy as jnp
    import optax

    def mean_loss(params, x):
        hidden = jax.nn.sigmoid(x @ params["W"] + params["b"])
        logits = hidden @ params["W"].T + params["c"]
        return cross_entropy(logits, x).mean()

    optimizer = optax.adam(RATE, BETA1, BETA2, EPSILON)
    params = {
        "W": jnp.asarray(problem.weights()),
        "b": jnp.zeros(problem.units, "float32"),
        "c": jnp.zeros(PIXELS, "float32"),
    }
    state = params, optimizer.init(params)

    def train(state, x):
        params, moments = state
        loss, grads = jax.value_and_grad(mean_loss)(params, x)
        changes, moments = optimizer.update(grads, moments, params)
        return (optax.apply_updates(params, changes), moments), loss

    compiled = jax.jit(train, donate_argnums=0)

    def step(x):
        nonlocal state
        state, loss = compiled(state, x)
        return float(loss)

    return step


def torch_eager_step(problem: Problem) -> Step:
    """Write the step in PyTorch."""
    return _torch_step(problem, prepare=lambda function: function)


def torch_compile_step(problem: Problem) -> Step:
    """Write the step in PyTorch, and compile the loss with its gradient, and the optimizer."""
    import torch

    return _torch_step(problem, prepare=torch.compile)


def _torch_step(problem, prepare):
    import torch
    from torch.nn import Parameter
    from torch.nn.functional import binary_cross_entropy_with_logits

    W = Parameter(torch.from_numpy(problem.weights()))
    b, c = Parameter(torch.zeros(problem.units)), Parameter(torch.zeros(PIXELS))
    optimizer = torch.optim.Adam([W, b, c], lr=RATE, betas=(BETA1, BETA2), eps=EPSILON)

    def mean_loss(x):
        hidden = torch.sigmoid(x @ W + b)
        return binary_cross_entropy_with_logits(hidden @ W.T + c, x)

    mean_loss, update = prepare(mean_loss), prepare(optimizer.step)

    def step(x):
        optimizer.zero_grad()
        loss = mean_loss(torch.from_numpy(x))
        loss.backward()
        update()
        return loss.item()

    return step


@dataclass(frozen=True)
class Contestant:
    """Who takes part, and what must be installed for it."""

    label: str
    build: Callable[[Any], Step]
    needs: tuple


CONTESTANTS = {
    "lasagne_expr": Contestant("lasagne_expr", lasagne_expr_step, ()),
    "by_hand": Contestant("the engine, by hand", by_hand_step, ()),
    "jax": Contestant("JAX with Optax", jax_optax_step, ("jax", "optax")),
    "jax_formula": Contestant("JAX with Optax, faster loss", jax_formula_step, ("jax", "optax")),
    "torch": Contestant("PyTorch, eager", torch_eager_step, ("torch",)),
    "torch_compile": Contestant("PyTorch, torch.compile", torch_compile_step, ("torch",)),
}
