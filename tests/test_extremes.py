"""What is compared with its own maximum is computed as exactly as the maximum.

Compilers that compute a product and a sum once in one step, and once in two, lose gradients here.
"""

import numpy as np
import pytest
import theano
import theano.tensor as T

rng = np.random.RandomState(1234)
# Of the elements y along an axis, and of how each is weighted.
REDUCTIONS = {
    "max": lambda y: T.max(y, axis=1),
    "min": lambda y: T.min(y, axis=1),
    "max_and_argmax": lambda y: T.max_and_argmax(y, axis=1)[0],
    "in_groups": lambda y: T.max(y.reshape((6, 2, 8)).dimshuffle(0, 2, 1), axis=2),
    "written_out": lambda y: T.sum(y * T.eq(y, T.max(y, axis=1, keepdims=True)), axis=1),
    "in_a_loop": lambda y: theano.scan(lambda row: T.max(row, axis=0), sequences=y)[0],
}


def expected_mask(name, y):
    """Tell by NumPy which elements go into the result."""
    if name == "in_groups":
        groups = y.reshape(6, 2, 8)
        return (groups == groups.max(1, keepdims=True)).reshape(y.shape)
    extreme = y.min if name == "min" else y.max
    return y == extreme(axis=1, keepdims=True)


@pytest.mark.parametrize("name", REDUCTIONS)
def test_the_gradient_goes_to_the_extreme(name):
    x = T.tensor3("x")
    a, b = (theano.shared(rng.normal(size=(4, 8)), name=n) for n in "ab")
    weights = rng.normal(size=(6, 8) if name == "in_groups" else (3, 8))
    cost = T.sum(REDUCTIONS[name](x + T.exp(a) * b) * weights)
    compute = theano.function([x], [cost, *T.grad(cost, [a, b])])
    for _ in range(3):
        x_value = rng.normal(size=(3, 4, 8))
        scale, b_value = np.exp(a.get_value()), b.get_value()
        y = x_value + scale * b_value
        each = weights.repeat(2, axis=0).reshape(y.shape) if name == "in_groups" else None
        each = weights[:, np.newaxis] if each is None else each
        from_above = expected_mask(name, y) * each
        found = compute(x_value)
        expected = [
            (y * from_above).sum(),
            (from_above * scale * b_value).sum(0),
            (from_above * scale).sum(0),
        ]
        for value, other in zip(found, expected, strict=True):
            np.testing.assert_allclose(value, other, rtol=1e-10)
