"""theano.gradient on both engines: against derivatives known by hand and finite differences."""

import numpy as np
import pytest
import theano
import theano.tensor as T
from theano import gradient
from theano.gradient import DisconnectedInputError, DisconnectedType, NullTypeGradError
from theano.sandbox.rng_mrg import MRG_RandomStreams

from numerics import finite_difference

X = np.array([0.5, -1.5, 2.0])
W = np.array([[1.0, -0.5, 2.0], [0.3, 0.7, -1.2]])


def values(variables, *pairs):
    """Compute variables by one function, given pairs of inputs and their values."""
    inputs, arrays = zip(*pairs)
    return theano.function(list(inputs), list(variables), on_unused_input="ignore")(*arrays)


class TestGrad:
    def test_of_a_number_a_list_and_a_tuple(self):
        x, y = T.dvectors("x", "y")
        cost = T.sum(x**2 * y)
        assert isinstance(T.grad(cost, x), theano.Variable)
        assert isinstance(theano.grad(cost, (x, y)), tuple)
        found = values(gradient.grad(cost, [x, y]), (x, X), (y, X + 1))
        np.testing.assert_allclose(found, [2 * X * (X + 1), X**2])

    def test_known_grads(self):
        x = T.dvector("x")
        y, z = T.exp(x), T.sin(x)
        known = {y: x**2, z: T.ones_like(x)}
        only = theano.grad(None, x, known_grads=_ordered(known))
        both = theano.grad(T.sum(x**3), x, known_grads=_ordered(known))
        of_the_cost = theano.grad(T.sum(x**3), x, known_grads=_ordered({T.sum(x): T.constant(2.0)}))
        cost = T.sum(x**2)
        scaled = theano.grad(cost, x, known_grads=_ordered({cost: T.constant(3.0)}))
        found = values([only, both, of_the_cost, scaled], (x, X))
        expected = X**2 * np.exp(X) + np.cos(X)
        np.testing.assert_allclose(found[0], expected)
        np.testing.assert_allclose(found[1], expected + 3 * X**2)
        np.testing.assert_allclose(found[2], 3 * X**2 + 2)
        np.testing.assert_allclose(found[3], 6 * X)

    def test_neither_cost_nor_known_grads(self):
        with pytest.raises((AssertionError, ValueError)):
            theano.grad(None, T.dscalar())

    def test_known_grad_of_integers(self):
        x = T.dvector("x")
        with pytest.raises((TypeError, AssertionError)):
            theano.grad(None, x, known_grads=_ordered({x * 2: T.ones_like(x, dtype="int32")}))

    def test_consider_constant(self):
        x = T.dvector("x")
        y = T.exp(x)
        found = values([T.grad(T.sum(x * y), x, consider_constant=[y])], (x, X))
        np.testing.assert_allclose(found[0], np.exp(X))

    def test_disconnected_inputs(self):
        x, y = T.dvectors("x", "y")
        cost = T.sum(x**2)
        with pytest.raises(DisconnectedInputError):
            theano.grad(cost, [x, y])
        with pytest.warns(UserWarning, match="not part of"):
            theano.grad(cost, y, disconnected_inputs="warn")
        with pytest.raises(ValueError, match="disconnected_inputs"):
            theano.grad(cost, y, disconnected_inputs="maybe")
        found = values(theano.grad(cost, [x, y], disconnected_inputs="ignore"), (x, X), (y, X))
        np.testing.assert_allclose(found, [2 * X, 0 * X])

    def test_inputs_connected_by_their_shape_only(self):
        x = T.dvector("x")
        with pytest.raises(DisconnectedInputError):
            theano.grad(T.cast(x.shape[0], "float64") ** 2, x)

    def test_return_disconnected(self):
        x, y = T.dvectors("x", "y")

        def of_y(kind):
            options = {"disconnected_inputs": "ignore", "return_disconnected": kind}
            return theano.grad(T.sum(x), [x, y], **options)[1]

        assert of_y("None") is None
        assert isinstance(of_y("Disconnected").type, DisconnectedType)
        np.testing.assert_array_equal(values([of_y("zero")], (y, X))[0], 0 * X)

    def test_null_gradients(self):
        x = T.dvector("x")
        cost = T.sum(gradient.undefined_grad(x) * 2)
        with pytest.raises(NullTypeGradError, match="undefined"):
            theano.grad(cost, x)
        null = theano.grad(cost, x, null_gradients="return")
        assert isinstance(null.type, theano.gof.null_type.NullType)
        with pytest.raises(ValueError, match="NaN cost"):
            theano.grad(null, x)

    def test_names(self):
        x = T.dscalar("x")
        cost = x**2
        cost.name = "cost"
        assert theano.grad(cost, x).name == "(dcost/dx)"
        assert theano.grad(cost, x, add_names=False).name is None

    def test_what_isnt_taken(self):
        x = T.dvector("x")
        with pytest.raises(TypeError, match="(?i)cost must be a scalar"):
            theano.grad(x, x)
        with pytest.raises((TypeError, AttributeError)):
            theano.grad(T.sum(x), [x, 2.0])

    def test_of_integers_is_zero(self):
        n, x = T.lvector("n"), T.dvector("x")
        dn, dx = theano.grad(T.sum(n * x), [n, x])
        assert dn.dtype.startswith("float")
        found = values([dn, dx], (n, np.array([1, 2, 3])), (x, X))
        np.testing.assert_allclose(found[1], [1, 2, 3])

    def test_dtype_is_that_of_the_variable(self):
        for dtype in ("float32", "float64"):
            x = T.TensorType(dtype, (False,))()
            assert theano.grad(T.sum(T.cast(x**2, "float64")), x).dtype == dtype


def _ordered(known):
    """Theano takes nothing else."""
    from collections import OrderedDict

    return OrderedDict(known)


class TestProductsWithTheJacobian:
    def test_jacobian(self):
        x, w = T.dvector("x"), T.dmatrix("w")
        y = T.tanh(T.dot(w, x))
        dx, dw = gradient.jacobian(y, [x, w])
        (alone,) = T.jacobian(y, (x,))
        of_scalar = gradient.jacobian(T.sum(y), x)
        found = values([dx, dw, alone, of_scalar], (x, X), (w, W))
        slope = 1 - np.tanh(W @ X) ** 2
        np.testing.assert_allclose(found[0], slope[:, None] * W)
        np.testing.assert_allclose(found[1], np.einsum("i,ij,k->ijk", slope, np.eye(2), X))
        np.testing.assert_allclose(found[2], found[0])
        np.testing.assert_allclose(found[3], slope @ W)

    def test_jacobian_of_a_matrix(self):
        x = T.dmatrix("x")
        with pytest.raises(AssertionError):
            gradient.jacobian(x, x)

    def test_jacobian_of_random_numbers(self):
        x, random = T.dvector("x"), MRG_RandomStreams(1)
        with pytest.raises(AssertionError):
            gradient.jacobian(x * random.uniform((3,)), x)

    def test_jacobian_of_what_is_disconnected(self):
        x, y = T.dvectors("x", "y")
        with pytest.raises(DisconnectedInputError):
            gradient.jacobian(x**2, y)
        zero = gradient.jacobian(x**2, y, disconnected_inputs="ignore")
        np.testing.assert_array_equal(values([zero], (x, X), (y, X[:2]))[0], np.zeros((3, 2)))

    def test_hessian(self):
        x, y = T.dvectors("x", "y")
        cost = T.sum(x**3) * T.sum(y) + x[0] * x[1] * x[2]
        of_both = gradient.hessian(cost, [x, y])
        (alone,) = T.hessian(cost, (x,))
        found = values([*of_both, alone, T.hessian(cost, x)], (x, X), (y, X[:2]))
        product = np.outer(1 / X, 1 / X) * X.prod()
        expected = np.diag(6 * X) * X[:2].sum() + product - np.diag(np.diag(product))
        for hessian in (found[0], found[2], found[3]):
            np.testing.assert_allclose(hessian, expected)
        np.testing.assert_array_equal(found[1], np.zeros((2, 2)))

    def test_hessian_of_what_isnt_taken(self):
        x, w = T.dvector("x"), T.dmatrix("w")
        with pytest.raises(AssertionError):
            gradient.hessian(x**2, x)
        with pytest.raises(AssertionError):
            gradient.hessian(T.sum(w**2), w)

    def test_Rop_and_Lop(self):
        x, w, v, u, left = (
            T.dvector("x"),
            T.dmatrix("w"),
            T.dvector("v"),
            T.dmatrix("u"),
            T.dvector(),
        )
        y = T.tanh(T.dot(w, x))
        right_x = theano.Rop(y, x, v)
        right = gradient.Rop([y, T.sqr(y)], [x, w], [v, u])
        left_x = theano.Lop(y, x, left)
        left_both = T.Lop(y, [x, w], left)
        direction, other, weights = X[::-1].copy(), W[::-1].copy(), np.array([2.0, -0.5])
        found = values(
            [right_x, *right, left_x, *left_both],
            (x, X),
            (w, W),
            (v, direction),
            (u, other),
            (left, weights),
        )
        tanh = np.tanh(W @ X)
        slope = 1 - tanh**2
        along = slope * (W @ direction + other @ X)
        np.testing.assert_allclose(found[0], slope * (W @ direction))
        np.testing.assert_allclose(found[1], along)
        np.testing.assert_allclose(found[2], 2 * tanh * along)
        np.testing.assert_allclose(found[3], (weights * slope) @ W)
        np.testing.assert_allclose(found[4], found[3])
        np.testing.assert_allclose(found[5], np.outer(weights * slope, X))

    def test_Lop_with_constants(self):
        x = T.dvector("x")
        y = T.exp(x)
        product = theano.Lop(x * y, x, T.ones_like(x), consider_constant=[y])
        np.testing.assert_allclose(values([product], (x, X))[0], np.exp(X))

    def test_product_with_the_hessian(self):
        x, v = T.dvectors("x", "v")
        slope = T.grad(T.sum(T.exp(x)) + x[0] * x[1] * x[2], x)
        by_Rop = theano.Rop(slope, x, v)
        by_grad = T.grad(T.sum(slope * v), x)
        found = values([by_Rop, by_grad], (x, X), (v, X + 1))
        product = np.outer(1 / X, 1 / X) * X.prod()
        hessian = np.diag(np.exp(X)) + product - np.diag(np.diag(product))
        np.testing.assert_allclose(found[0], hessian @ (X + 1))
        np.testing.assert_allclose(found[1], hessian @ (X + 1))


class TestChangedGradients:
    def test_values_stay_and_gradients_change(self):
        x = T.dvector("x")
        changed = [
            gradient.grad_clip(x, -1.0, 0.5),
            gradient.grad_scale(x, -3.0),
            gradient.disconnected_grad(x),
            gradient.zero_grad(x),
            gradient.consider_constant_(x),
            gradient.undefined_grad(x),
        ]
        gradients = [T.grad(T.sum(y**2 + x), x) for y in changed[:5]]
        found = values([*changed, *gradients], (x, X))
        for value in found[:6]:
            np.testing.assert_array_equal(value, X)
        expected = [np.clip(2 * X, -1.0, 0.5), -3 * 2 * X, 0 * X, 0 * X, 0 * X]
        for value, slope in zip(found[6:], expected, strict=True):
            np.testing.assert_allclose(value, slope + 1)

    def test_disconnected_grad_disconnects_and_zero_grad_doesnt(self):
        x = T.dvector("x")
        with pytest.raises(DisconnectedInputError):
            T.grad(T.sum(gradient.disconnected_grad(x)), x)
        zero = T.grad(T.sum(gradient.zero_grad(x)), x)
        np.testing.assert_array_equal(values([zero], (x, X))[0], 0 * X)

    def test_undefined_grad_matters_only_if_it_is_asked_for(self):
        x, y = T.dvectors("x", "y")
        slope = T.grad(T.sum(gradient.undefined_grad(x) * y), y)
        np.testing.assert_array_equal(values([slope], (x, X), (y, X))[0], X)

    def test_bounds_of_grad_clip(self):
        with pytest.raises((AssertionError, ValueError)):
            T.grad(T.sum(gradient.grad_clip(T.dvector(), 1.0, -1.0)), [])

    def test_an_operation_without_a_gradient(self):
        class Double(theano.Op):
            __props__ = ()

            def make_node(self, x):
                x = T.as_tensor_variable(x)
                return theano.Apply(self, [x], [x.type()])

            def perform(self, node, inputs, outputs):
                outputs[0][0] = 2 * inputs[0]

            def grad(self, inputs, gradients):
                return [gradient.grad_not_implemented(self, 0, inputs[0], "Nobody knows it.")]

            def pullback(self, inputs, outputs, gradients):
                return self.grad(inputs, gradients)

        x = T.dvector("x")
        with pytest.raises(NullTypeGradError, match="not implemented.*Nobody knows it"):
            T.grad(T.sum(Double()(x)), x)
        null = gradient.grad_undefined(Double(), 0, x, "Never.")
        assert "undefined. Never." in null.type.why_null


class TestSubgraphGrad:
    def test_layer_by_layer(self):
        x, w1, w2 = T.dvector("x"), T.dmatrix("w1"), T.dvector("w2")
        a1 = T.tanh(T.dot(w1, x))
        cost2 = T.dot(w2, a1) ** 2 + T.sum(w2**2)
        cost1 = T.sum(w1**4)
        wrt2, end2 = theano.subgraph_grad(wrt=[w2], end=[a1], cost=cost2)
        wrt1, end1, *parts = theano.subgraph_grad(
            wrt=[w1], end=[x], start={a1: end2[0]}, cost=cost1, details=True
        )
        assert [len(part) for part in parts] == [2, 2]
        whole = T.grad(cost1 + cost2, [w2, w1, x])
        given = (x, X), (w1, W), (w2, np.array([1.5, -2.0]))
        found = values([*wrt2, *wrt1, *end1, *whole], *given)
        for part, expected in zip(found[:3], found[3:], strict=True):
            np.testing.assert_allclose(part, expected)


class TestVerifyGrad:
    rng = np.random.RandomState(0)

    def test_right_gradients(self):
        def bilinear(x, w):
            return T.tanh(T.dot(w, x))

        gradient.verify_grad(bilinear, [X, W], rng=self.rng)
        T.verify_grad(T.exp, [X.astype("float32")], rng=self.rng, cast_to_output_type=True)

    @pytest.mark.parametrize("scale", [1.01, -1.0])
    def test_wrong_gradients(self, scale):
        with pytest.raises(gradient.GradientError) as caught:
            gradient.verify_grad(lambda x: gradient.grad_scale(x**2, scale), [X], rng=self.rng)
        assert caught.value.rel_err > caught.value.rel_tol
        assert caught.value.shape == X.shape
        assert "argument 0" in str(caught.value)
        assert gradient.verify_grad.E_grad is gradient.GradientError

    def test_tolerances(self):
        def wrong(x):
            return gradient.grad_scale(x**2, 1.01)

        gradient.verify_grad(wrong, [X], rng=self.rng, abs_tol=0.1, rel_tol=0.1)
        # One of the two is enough.
        gradient.verify_grad(wrong, [X], rng=self.rng, n_tests=1, abs_tol=1.0)

    def test_what_isnt_taken(self):
        with pytest.raises(TypeError):
            gradient.verify_grad(T.exp, [X])
        with pytest.raises(TypeError, match="int64"):
            gradient.verify_grad(T.exp, [np.array([1, 2])], rng=self.rng)
        with pytest.raises(NotImplementedError):
            gradient.verify_grad(lambda x: [x, x], [X], rng=self.rng)

    def test_numeric_grad(self):
        found = gradient.numeric_grad(lambda x, w: float((w @ x**2).sum()), [X, W])
        expected = finite_difference(lambda x, w: (w @ x**2).sum(), [X, W])
        for one, other in zip(found.gf, expected, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
