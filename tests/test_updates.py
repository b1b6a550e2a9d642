import numpy as np
import pytest
import theano
import theano.tensor as T

from lasagne_expr import updates as upd

RNG = np.random.RandomState(9)
STEPS = 6
START = RNG.normal(size=(3, 2))
GRADIENTS = RNG.normal(size=(STEPS, 3, 2)) * np.array([1.0, 1e-3])


# The published rules, one array at a time: each takes the start and the gradients of successive
# steps, and returns the parameter's value after each step.


def run_sgd(p, grads, rate):
    for g in grads:
        p = p - rate * g
        yield p


def run_momentum(p, grads, rate, mu=0.9):
    v = np.zeros_like(p)
    for g in grads:
        v = mu * v - rate * g
        p = p + v
        yield p


def run_nesterov(p, grads, rate, mu=0.9):
    v = np.zeros_like(p)
    for g in grads:
        v = mu * v - rate * g
        p = p + mu * v - rate * g
        yield p


def run_adagrad(p, grads, rate=1.0, eps=1e-6):
    total = np.zeros_like(p)
    for g in grads:
        total = total + g * g
        p = p - rate * g / np.sqrt(total + eps)
        yield p


def run_rmsprop(p, grads, rate=1.0, rho=0.9, eps=1e-6):
    mean = np.zeros_like(p)
    for g in grads:
        mean = rho * mean + (1 - rho) * g * g
        p = p - rate * g / np.sqrt(mean + eps)
        yield p


def run_adadelta(p, grads, rate=1.0, rho=0.95, eps=1e-6):
    mean_g, mean_step = np.zeros_like(p), np.zeros_like(p)
    for g in grads:
        mean_g = rho * mean_g + (1 - rho) * g * g
        step = -np.sqrt(mean_step + eps) / np.sqrt(mean_g + eps) * g
        mean_step = rho * mean_step + (1 - rho) * step * step
        p = p + rate * step
        yield p


def run_adam(p, grads, rate=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = np.zeros_like(p), np.zeros_like(p)
    for t, g in enumerate(grads, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        p = p - rate * np.sqrt(1 - beta2**t) / (1 - beta1**t) * m / (np.sqrt(v) + eps)
        yield p


def run_adamax(p, grads, rate=0.002, beta1=0.9, beta2=0.999, eps=1e-8):
    m, u = np.zeros_like(p), np.zeros_like(p)
    for t, g in enumerate(grads, start=1):
        m = beta1 * m + (1 - beta1) * g
        u = np.maximum(beta2 * u, abs(g))
        p = p - rate / (1 - beta1**t) * m / (u + eps)
        yield p


def run_amsgrad(p, grads, rate=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v, largest = np.zeros_like(p), np.zeros_like(p), np.zeros_like(p)
    for t, g in enumerate(grads, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        largest = np.maximum(largest, v)
        p = p - rate * np.sqrt(1 - beta2**t) / (1 - beta1**t) * m / (np.sqrt(largest) + eps)
        yield p


OPTIMIZERS = {
    "sgd": (upd.sgd, run_sgd, (0.1,)),
    "momentum": (upd.momentum, run_momentum, (0.1,)),
    "momentum 0.5": (upd.momentum, run_momentum, (0.1, 0.5)),
    "nesterov": (upd.nesterov_momentum, run_nesterov, (0.1,)),
    "adagrad": (upd.adagrad, run_adagrad, ()),
    "adagrad 0.3": (upd.adagrad, run_adagrad, (0.3, 1e-3)),
    "rmsprop": (upd.rmsprop, run_rmsprop, ()),
    "rmsprop 0.3": (upd.rmsprop, run_rmsprop, (0.3, 0.7, 1e-3)),
    "adadelta": (upd.adadelta, run_adadelta, ()),
    "adadelta 0.3": (upd.adadelta, run_adadelta, (0.3, 0.7, 1e-3)),
    "adam": (upd.adam, run_adam, ()),
    "adam 0.3": (upd.adam, run_adam, (0.3, 0.7, 0.8, 1e-3)),
    "adam without averages": (upd.adam, run_adam, (0.3, 0, 0)),
    "adamax": (upd.adamax, run_adamax, ()),
    "adamax 0.3": (upd.adamax, run_adamax, (0.3, 0.7, 0.8, 1e-3)),
    "amsgrad": (upd.amsgrad, run_amsgrad, ()),
    "amsgrad 0.3": (upd.amsgrad, run_amsgrad, (0.3, 0.7, 0.5, 1e-3)),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizer_follows_its_published_rule(name):
    optimizer, rule, settings = OPTIMIZERS[name]
    params = [theano.shared(START.astype(dtype), name=dtype) for dtype in ("float32", "float64")]
    gradient = T.dmatrix()
    loss = sum((gradient * param).sum() for param in params)
    updates = optimizer(loss, params, *settings)
    assert type(updates) is dict
    train = theano.function([gradient], updates=updates)
    for g, expected in zip(GRADIENTS, rule(START, GRADIENTS, *settings), strict=True):
        train(g)
        for param, rtol in zip(params, (2e-4, 1e-9), strict=True):
            value = param.get_value()
            assert value.dtype == param.name
            np.testing.assert_allclose(value - START, expected - START, rtol=rtol, atol=rtol / 100)


def test_bias_correction_is_exact_in_float32():
    # Adam's first step is the learning rate, whatever the gradient.
    w = theano.shared(np.zeros(3, "float32"))
    grad = T.constant(np.array([1.0, 3.0, -500.0], "float32"))
    value = upd.adam([grad], [w], learning_rate=1.0)[w].eval()
    np.testing.assert_allclose(value, [-1, -1, 1], rtol=2e-6)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_types_of_states(name, dtype):
    param = theano.shared(np.ones((4, 1), dtype=dtype), name="W", broadcastable=(False, True))
    optimizer, _, settings = OPTIMIZERS[name]
    updates = optimizer(param.sum(), [param], *settings)
    for state, new in updates.items():
        assert new.dtype == state.dtype
        assert tuple(new.broadcastable) == tuple(state.broadcastable)
        if state.name != "steps":
            assert state.dtype == dtype
            assert tuple(state.broadcastable) == (False, True)
            assert state is param or state.name.startswith("W.")
            assert state.get_value().shape == (4, 1)


def rates_of_every_kind():
    symbolic = theano.shared(np.float64(0.25))
    return [0.25, np.float32(0.25), np.array(0.25), symbolic, T.cast(symbolic, "float32") * 1]


def test_learning_rate_of_every_kind():
    param = theano.shared(np.ones(2, "float32"))
    grad = T.constant(np.array([1.0, 2.0]))  # of another dtype than the parameter
    every = [
        optimizer([grad], [param], rate)[param]
        for rate in rates_of_every_kind()
        for optimizer in (upd.sgd, upd.nesterov_momentum, upd.adamax)
    ]
    values = np.array(theano.function([], every)()).reshape(-1, 3, 2)
    expected = [[0.75, 0.5], [1 - 0.475, 1 - 0.95], [0.75, 0.75]]
    np.testing.assert_allclose(values, np.broadcast_to(expected, values.shape), rtol=1e-6)
    assert {expression.dtype for expression in every} == {"float32"}


def test_a_shared_learning_rate_can_be_changed_between_steps():
    param, rate = theano.shared(np.zeros(2)), theano.shared(np.float64(1.0))
    train = theano.function([], updates=upd.sgd(param.sum(), [param], rate))
    train()
    rate.set_value(np.float64(0.125))
    train()
    np.testing.assert_allclose(param.get_value(), [-1.125, -1.125])


@pytest.mark.parametrize(
    ("apply", "optimizer"),
    [
        (upd.apply_momentum, upd.momentum),
        (upd.apply_nesterov_momentum, upd.nesterov_momentum),
    ],
)
def test_momentum_can_be_applied_to_updates(apply, optimizer):
    a, b = theano.shared(START), theano.shared(START)
    gradient = T.dmatrix()
    updates = {
        **apply(upd.sgd([gradient], [a], 0.1), momentum=0.8),
        **optimizer([gradient], [b], 0.1, momentum=0.8),
    }
    train = theano.function([gradient], updates=updates)
    for g in GRADIENTS[:3]:
        train(g)
    assert abs(a.get_value() - START).min() > 1e-6
    np.testing.assert_allclose(a.get_value(), b.get_value(), rtol=1e-12)


def test_momentum_can_be_applied_to_some_of_the_params():
    a, b = theano.shared(START), theano.shared(START)
    plain = upd.sgd([a, b], [a, b], 0.1)
    updates = upd.apply_momentum(plain, params=[a])
    assert updates[b] is plain[b]
    assert len(updates) == 3
    assert list(plain) == [a, b]
    with pytest.raises(ValueError, match="can't add momentum to c: the updates don't contain it"):
        upd.apply_momentum(plain, params=[theano.shared(START, name="c")])


def test_gradients():
    a, b = theano.shared(START), theano.shared(START.astype("float32"))
    grads = upd.get_or_compute_grads((a**2).sum() + (3 * b).sum(), [a, b])
    assert [grad.dtype for grad in grads] == ["float64", "float32"]
    found = theano.function([], grads)()
    np.testing.assert_allclose(found[0], 2 * START)
    np.testing.assert_allclose(found[1], np.full((3, 2), 3.0))
    given = [T.dmatrix(), T.fmatrix()]
    assert upd.get_or_compute_grads(given, [a, b]) == given
    assert upd.get_or_compute_grads(tuple(given), iter([a, b])) == given


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_nothing_to_learn(name):
    optimizer, _, settings = OPTIMIZERS[name]
    assert optimizer(T.scalar(), [], *(settings or (0.1,))) == {}


W = theano.shared(np.ones((3, 2)), name="W")
UNUSED = theano.shared(np.ones(2), name="unused")
LOSS = (W**2).sum()


@pytest.mark.parametrize(
    ("loss_or_grads", "params", "error", "message"),
    [
        (LOSS, [T.exp(W)], ValueError, r"shared variables only.*collect_shared_vars\(expression\)"),
        (LOSS, [T.matrix("x")], ValueError, "shared variables only, but x is none"),
        (LOSS, W, ValueError, "should be a list of shared variables, got W"),
        (LOSS, [W, W], ValueError, "params contain W more than once"),
        (LOSS, [theano.shared(np.arange(3), name="n")], ValueError, "float dtype, but n is of"),
        (W**2, [W], TypeError, r"should be a scalar, but has 2 dimensions: use loss\.mean\(\)"),
        (3.0, [W], TypeError, r"scalar Theano variable, got 3\.0"),
        ([W, W], [W], ValueError, "2 gradients for 1 params"),
        ([W.sum(axis=0)], [W], ValueError, "the gradient of W has 1 dimensions, but W has 2"),
        (
            LOSS,
            [W, UNUSED],
            theano.gradient.DisconnectedInputError,
            "loss doesn't depend on unused, or",
        ),
        (
            LOSS + UNUSED.shape[0],
            [W, UNUSED],
            theano.gradient.DisconnectedInputError,
            "loss doesn't depend on unused, or",
        ),
    ],
)
def test_wrong_losses_and_params(loss_or_grads, params, error, message):
    with pytest.raises(error, match=message):
        upd.sgd(loss_or_grads, params, 0.1)
    with pytest.raises(error, match=message):
        upd.adam(loss_or_grads, params)


@pytest.mark.parametrize(
    ("optimizer", "settings", "message"),
    [
        (upd.sgd, {"learning_rate": float("nan")}, "learning_rate should be a finite number, got"),
        (upd.momentum, {"learning_rate": float("inf")}, "learning_rate should be a finite"),
        (upd.momentum, {"learning_rate": 1, "momentum": -0.1}, "momentum .* of at least 0, got"),
        (upd.adagrad, {"epsilon": -1e-6}, "epsilon should be a finite number of at least 0"),
        (upd.rmsprop, {"rho": 1.5}, r"rho .* of at least 0 and below 1, got 1\.5"),
        (upd.adadelta, {"rho": float("nan")}, "rho should be"),
        (upd.adam, {"beta1": 1}, "beta1 should be"),
        (upd.amsgrad, {"beta2": -0.1}, "beta2 should be"),
        (upd.adamax, {"learning_rate": T.vector("r")}, "should be a scalar, but r has 1 dimension"),
    ],
)
def test_settings_out_of_bounds(optimizer, settings, message):
    with pytest.raises(ValueError, match=message):
        optimizer(LOSS, [W], **settings)


def test_setting_of_a_wrong_type():
    with pytest.raises(TypeError, match="learning_rate should be a number or a scalar variable"):
        upd.sgd(LOSS, [W], "fast")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_norm_constraint(dtype):
    constrained, expected = [], []
    for shape, norm_axes, axes in [
        ((5, 3), None, (0,)),
        ((4, 3, 2), None, (1, 2)),
        ((4, 3, 2, 2), None, (1, 2, 3)),
        ((4, 3, 2, 2, 2), None, (1, 2, 3, 4)),
        ((6,), (0,), (0,)),
        ((4, 3, 2), [0], (0,)),
    ]:
        weights = RNG.normal(size=shape).astype(dtype)
        norms = np.sqrt((weights**2).sum(axis=axes, keepdims=True))
        largest = float(np.median(norms)) * 0.9
        constrained.append(upd.norm_constraint(theano.shared(weights), largest, norm_axes))
        expected.append(weights * np.minimum(1, largest / norms))
    for value, other in zip(theano.function([], constrained)(), expected, strict=True):
        assert value.dtype == dtype
        np.testing.assert_allclose(value, other, rtol=1e-6)


def test_norm_constraint_of_zeros_and_with_a_variable():
    max_norm = theano.shared(np.float64(2.0))
    columns = T.constant(np.array([[0.0, 3.0], [0.0, 4.0]]))
    value = upd.norm_constraint(columns, max_norm).eval()
    np.testing.assert_allclose(value, [[0, 1.2], [0, 1.6]], rtol=1e-6)


def test_total_norm_constraint():
    a, b = RNG.normal(size=(3, 2)), RNG.normal(size=4).astype("float32")
    total = np.sqrt((a**2).sum() + (b**2).sum())
    tensors = [T.constant(a), T.constant(b)]
    clipped, norm = upd.total_norm_constraint(tensors, total / 2, return_norm=True)
    kept = upd.total_norm_constraint(tensors, total * 2)
    assert [tensor.dtype for tensor in clipped] == ["float64", "float32"]
    found = theano.function([], [norm, *clipped, *kept])()
    for value, expected in zip(found, [total, a / 2, b / 2, a, b], strict=True):
        np.testing.assert_allclose(value, expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("constrain", "message"),
    [
        (lambda: upd.norm_constraint(T.vector(), 1), "no default norm axes for 1 dimensions"),
        (lambda: upd.norm_constraint(W, 0), "max_norm should be above 0"),
        (lambda: upd.norm_constraint(W, float("nan")), "max_norm should be"),
        (lambda: upd.total_norm_constraint([W], -1), "max_norm should be"),
        (lambda: upd.total_norm_constraint([], 1), "at least one tensor"),
    ],
)
def test_wrong_constraints(constrain, message):
    with pytest.raises(ValueError, match=message):
        constrain()


@pytest.mark.parametrize(
    "update", [upd.adagrad, upd.rmsprop, upd.adadelta, upd.adam, upd.adamax, upd.amsgrad]
)
@pytest.mark.parametrize("number", [float, np.float32])
def test_everything_is_float32_where_floatX_is(update, number):
    theano.config.floatX = "float32"
    param = theano.shared(np.ones(3, "float32"))
    updates = update(T.sum(param**2), [param], learning_rate=number(0.01))
    assert {variable.dtype for variable in updates} == {"float32"}
    assert {new.dtype for new in updates.values()} == {"float32"}
    step = theano.function([], updates=updates)
    step()
    step()
    counted = [state.get_value() for state in updates if state.name == "steps"]
    assert counted == [2] * len(counted)


def test_counted_steps_lose_no_digits_in_float32():
    theano.config.floatX = "float32"
    param = theano.shared(np.ones(3, "float32"))
    updates = upd.adam([T.ones_like(param)], [param], learning_rate=0.5)
    theano.function([], updates=updates)()
    np.testing.assert_allclose(param.get_value(), 0.5, rtol=1e-6)  # a step of the rate


def test_given_gradients_that_fit_are_the_list_itself():
    a, b = (theano.shared(np.asarray(1.0)) for _ in "ab")
    grads = upd.get_or_compute_grads(a + b, [a, b])
    assert upd.get_or_compute_grads(grads, [a, b]) is grads
    with pytest.raises(ValueError):
        upd.get_or_compute_grads(grads, [a])
