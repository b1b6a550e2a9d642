"""Operations that are functions of JAX arrays: shapes, gradients, and every way to run them."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
import theano
import theano.tensor as T
from theano.ops.lax_op import LaxOp


class Correlate(LaxOp):
    """Correlate rows with a filter."""

    __props__ = ()

    def compute(self, x, w):
        import jax.numpy as jnp

        return jnp.stack([jnp.correlate(row, w, mode="valid") for row in x])

    def output_shape(self, x, w):
        return (x[0], None if None in (x[1], w[0]) else x[1] - w[0] + 1)


class Resize(LaxOp):
    """Repeat or cut the last axis to a size that is given."""

    __props__ = ()
    sizes = (1,)

    def compute(self, x, size):
        import jax.numpy as jnp

        return jnp.resize(x, (x.shape[0], *size))

    def output_shape(self, x, size):
        return (x[0], size[0])


def correlate(x, w):
    return np.array([np.correlate(row, w, mode="valid") for row in x])


@pytest.fixture
def values():
    rng = np.random.RandomState(0)
    return rng.randn(3, 7), rng.randn(4)


class TestLaxOp:
    def test_output_and_shape(self, values):
        x, w = T.dmatrix("x"), T.dvector("w")
        y = Correlate()(x, w)
        result, shape = theano.function([x, w], [y, y.shape])(*values)
        np.testing.assert_allclose(result, correlate(*values))
        assert shape.tolist() == [3, 4]

    def test_static_shape(self, values):
        y = Correlate()(pt.as_tensor(values[0]), pt.as_tensor(values[1]))
        assert y.type.shape == (3, 4)
        assert Correlate()(T.dmatrix(), T.dvector()).type.shape == (None, None)

    def test_gradients_against_finite_differences(self, values):
        x, w = T.dmatrix("x"), T.dvector("w")
        loss = (Correlate()(x, w) ** 2).sum()
        gradient = T.grad(loss, w)
        second = T.grad((gradient**2).sum(), w)
        f = theano.function([x, w], [loss, gradient, second])
        for n in range(4):
            step = np.eye(4)[n] * 1e-6
            above, below = f(values[0], values[1] + step), f(values[0], values[1] - step)
            _, first, of_first = f(*values)
            assert first[n] == pytest.approx((above[0] - below[0]) / 2e-6, rel=1e-5)
            difference = ((above[1] ** 2).sum() - (below[1] ** 2).sum()) / 2e-6
            assert of_first[n] == pytest.approx(difference, rel=1e-5)

    @pytest.mark.parametrize("mode", ["FAST_COMPILE", "NUMBA"])
    @pytest.mark.slow
    def test_modes_of_pytensor(self, values, mode):
        x, w = T.dmatrix("x"), T.dvector("w")
        y = Correlate()(x, w)
        f = pytensor.function([x, w], [y, T.grad(y.sum(), w)], mode=mode)
        result, gradient = f(*values)
        np.testing.assert_allclose(result, correlate(*values))
        np.testing.assert_allclose(gradient, [values[0][:, n : n + 4].sum() for n in range(4)])

    def test_sizes_may_be_symbolic(self, values):
        x, like = T.dmatrix("x"), T.dvector("like")
        y = Resize()(x, pt.stack([like.shape[0] * 2]))
        result = theano.function([x, like], y)(values[0], np.ones(5))
        np.testing.assert_array_equal(result, np.resize(values[0], (3, 10)))

    def test_sizes_have_no_gradient(self, values):
        x = T.dmatrix("x")
        gradient = T.grad(Resize()(x, pt.as_tensor([2])).sum(), x)
        expected = np.zeros((1, 7))
        expected[0, :2] = 1
        assert gradient.eval({x: values[0][:1]}).tolist() == expected.tolist()
