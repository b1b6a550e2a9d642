"""T.nnet: activations and cross-entropies, their gradients, and their limits."""

import numpy as np
import pytest
import scipy.special
import theano
import theano.tensor as T

from engines import ENGINE
from numerics import finite_difference

# Theano makes graphs stable when it optimizes them; this does so without compiling C code.
STABLE = None if ENGINE == "pytensor" else theano.Mode(linker="py", optimizer="fast_run")

POINTS = np.array([-40.0, -5.5, -3.1, -1.0, -0.3, 0.0, 0.2, 1.0, 2.6, 3.3, 6.2, 40.0])
LOGITS = np.array([[1000.0, -1000.0, 0.0], [0.0, 1000.0, -1000.0], [1.0, 2.0, 3.0]])
CLASSES = np.array([1, 2, 0], dtype="int32")
ONE_HOT = np.eye(3)[CLASSES]
# -log softmax at the classes, and softmax - target.
LOSSES = np.array([2000.0, 2000.0, 3 + np.log(np.exp([-2.0, -1.0, 0.0]).sum()) - 1])
SOFTMAX = np.array([[1.0, 0, 0], [0, 1, 0], np.exp([1.0, 2, 3]) / np.exp([1.0, 2, 3]).sum()])


def ultra_fast_sigmoid(x):
    size = abs(x / 2)
    tanh = np.where(
        size < 1.7,
        1.5 * size / (1 + size),
        np.where(size < 3, 0.935409070603099 + 0.0458812946797165 * (size - 1.7), 0.99505475368673),
    )
    return (np.sign(x) * tanh + 1) / 2


ACTIVATIONS = {
    "sigmoid": scipy.special.expit,
    "softplus": lambda x: np.logaddexp(x, 0),
    "hard_sigmoid": lambda x: np.clip(0.2 * x + 0.5, 0, 1),
    "ultra_fast_sigmoid": ultra_fast_sigmoid,
    "softsign": lambda x: x / (1 + abs(x)),
    "relu": lambda x: np.maximum(x, 0),
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "selu": lambda x: (
        1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(np.minimum(x, 0)))
    ),
}


def value_and_gradient(expression, *inputs, wrt=0):
    """A function of the inputs that returns an expression and its sum's gradient."""
    gradient = T.grad(expression.sum(), inputs[wrt])
    return theano.function(
        list(inputs), [expression, gradient], mode=STABLE, on_unused_input="ignore"
    )


class TestActivations:
    def test_values(self):
        x = T.dvector("x")
        outputs = [getattr(T.nnet, name)(x) for name in ACTIVATIONS]
        for name, found in zip(ACTIVATIONS, theano.function([x], outputs)(POINTS), strict=True):
            assert found.dtype == "float64"
            expected = ACTIVATIONS[name](POINTS)
            # Constants are of type floatX.
            tolerance = 1e-12 if theano.config.floatX == "float64" else 1e-6
            np.testing.assert_allclose(
                found, expected, rtol=tolerance, atol=tolerance, err_msg=name
            )

    def test_gradients(self):
        # Theano has no gradient of ultra_fast_sigmoid.
        names = [n for n in ACTIVATIONS if n != "ultra_fast_sigmoid" or ENGINE == "pytensor"]
        x = T.dvector("x")
        gradients = [T.grad(getattr(T.nnet, name)(x).sum(), x) for name in names]
        points = POINTS[POINTS != 0]
        for name, found in zip(names, theano.function([x], gradients)(points), strict=True):
            (expected,) = finite_difference(lambda x, f=ACTIVATIONS[name]: f(x).sum(), [points])
            np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-7, err_msg=name)

    def test_gradients_at_0(self):
        x = T.dvector("x")
        functions = {
            0.5: T.nnet.relu(x),
            0.6: T.nnet.relu(x, 0.2),
            1.0: T.nnet.elu(x),
            0.25: T.nnet.sigmoid(x),
            0.2: T.nnet.hard_sigmoid(x),
        }
        gradients = [T.grad(output.sum(), x) for output in functions.values()]
        found = theano.function([x], gradients)(np.zeros(1))
        np.testing.assert_allclose(np.ravel(found), list(functions))

    def test_leaky_rectifier(self):
        x, slope = T.dvector("x"), T.dscalar("slope")
        output = T.nnet.relu(x, slope)
        function = theano.function([x, slope], [output, T.grad(output.sum(), slope)])
        for value in (0.3, 0.0, -1.0, 1.5):
            found, gradient = function(POINTS, value)
            np.testing.assert_allclose(found, np.where(POINTS > 0, POINTS, value * POINTS))
            np.testing.assert_allclose(gradient, POINTS[POINTS < 0].sum())
        slopes = T.constant([0.0, 0.5, 2.0])
        rows = theano.function([], T.nnet.relu(T.constant([[-1.0, -1, -1]]), slopes))()
        np.testing.assert_allclose(rows, [[0.0, -0.5, -2]])

    def test_parameter_of_elu(self):
        x = T.dvector("x")
        found = theano.function([x], T.nnet.elu(x, alpha=0.5))(POINTS)
        np.testing.assert_allclose(found, np.where(POINTS > 0, POINTS, 0.5 * np.expm1(POINTS)))

    def test_single_precision_stays_single(self):
        x, t = T.fvector("x"), T.fvector("t")
        # The factors of selu are of type floatX.
        outputs = [getattr(T.nnet, name)(x) for name in ACTIVATIONS if name != "selu"]
        outputs += [T.grad(T.nnet.sigmoid_binary_crossentropy(x, t).sum(), x)]
        assert {output.dtype for output in outputs} == {"float32"}

    def test_integers_become_floats(self):
        x = T.lvector("x")
        outputs = [getattr(T.nnet, name)(x) for name in ACTIVATIONS]
        values = np.array([-3, 0, 2])
        for name, found in zip(ACTIVATIONS, theano.function([x], outputs)(values), strict=True):
            np.testing.assert_allclose(found, ACTIVATIONS[name](values), rtol=1e-6, err_msg=name)


class TestSoftmax:
    def test_values_and_gradients(self):
        x = T.dmatrix("x")
        values = np.random.RandomState(0).normal(size=(3, 4))
        weights = np.arange(12.0).reshape(3, 4) % 5
        cases = {
            "softmax": scipy.special.softmax,
            "softmax_graph": scipy.special.softmax,
            "logsoftmax": scipy.special.log_softmax,
        }
        for name, expected in cases.items():
            output = getattr(T.nnet, name)(x)
            gradient = T.grad((output * weights).sum(), x)
            found = theano.function([x], [output, gradient])(values)
            np.testing.assert_allclose(found[0], expected(values, axis=1), rtol=1e-12)
            (numeric,) = finite_difference(
                lambda x, f=expected: (f(x, axis=1) * weights).sum(), [values]
            )
            np.testing.assert_allclose(found[1], numeric, rtol=1e-6, atol=1e-8, err_msg=name)

    def test_large_inputs(self):
        x = T.dmatrix("x")
        outputs = [T.nnet.softmax(x), T.nnet.logsoftmax(x), T.log(T.nnet.softmax(x))]
        softmax, *logarithms = theano.function([x], outputs, mode=STABLE)(LOGITS)
        np.testing.assert_allclose(softmax, SOFTMAX)
        for logarithm in logarithms:
            np.testing.assert_allclose(logarithm[:2], [[0, -2000, -1000], [-1000, 0, -2000]])

    def test_a_vector_is_a_row(self):
        x = T.dvector("x")
        with pytest.warns(UserWarning, match="vector"):
            output = T.nnet.softmax(x)
        found = theano.function([x], output)(LOGITS[2])
        assert found.shape == (1, 3)
        np.testing.assert_allclose(found[0], SOFTMAX[2])

    def test_an_axis_of_length_1_is_warned_of(self):
        with pytest.warns(UserWarning, match="softmax"):
            T.nnet.softmax(T.dcol())

    @pytest.mark.parametrize("name", ["softmax", "logsoftmax"])
    def test_wrong_types(self, name):
        for wrong in (T.dtensor3(), T.imatrix(), T.dscalar()):
            with pytest.raises((ValueError, IndexError)):
                getattr(T.nnet, name)(wrong)

    def test_with_bias(self):
        x, b = T.dmatrix("x"), T.dvector("b")
        values, biases = LOGITS / 500, np.array([0.3, -0.1, 0.2])
        found = theano.function([x, b], T.nnet.softmax_with_bias(x, b))(values, biases)
        np.testing.assert_allclose(found, scipy.special.softmax(values + biases, axis=1))
        with pytest.raises(ValueError, match="x must be"):
            T.nnet.softmax_with_bias(b, b)


class TestCrossEntropies:
    def test_of_probabilities(self):
        p, q = T.dmatrix("p"), T.dmatrix("q")
        classes = T.ivector("classes")
        values = scipy.special.softmax(LOGITS / 700, axis=1)
        targets = scipy.special.softmax(LOGITS[::-1] / 900, axis=1)
        outputs = [
            T.nnet.categorical_crossentropy(p, q),
            T.nnet.categorical_crossentropy(p, classes),
            T.nnet.binary_crossentropy(p, q),
        ]
        found = theano.function([p, q, classes], outputs)(values, targets, CLASSES)
        np.testing.assert_allclose(found[0], -(targets * np.log(values)).sum(axis=1))
        np.testing.assert_allclose(found[1], -np.log(values[np.arange(3), CLASSES]))
        expected = -targets * np.log(values) - (1 - targets) * np.log(1 - values)
        np.testing.assert_allclose(found[2], expected)

    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    def test_softmax_of_large_inputs(self, dtype):
        x, t = (T.TensorType(dtype, (False, False))(name) for name in "xt")
        y = T.ivector("y")
        p = T.nnet.softmax(x)
        rows = T.arange(y.shape[0])
        losses = {
            "1-hot": T.nnet.categorical_crossentropy(p, y),
            "distribution": T.nnet.categorical_crossentropy(p, t),
            "logsoftmax": -T.nnet.logsoftmax(x)[rows, y],
            "log, then index": -T.log(p)[rows, y],
            "with logits": T.nnet.crossentropy_softmax_1hot(x, y)[0],
        }
        for name, loss in losses.items():
            function = value_and_gradient(loss, x, y, t)
            found = function(LOGITS.astype(dtype), CLASSES, ONE_HOT.astype(dtype))
            assert found[0].dtype == found[1].dtype == dtype
            np.testing.assert_allclose(found[0], LOSSES, rtol=1e-6, err_msg=name)
            np.testing.assert_allclose(found[1], SOFTMAX - ONE_HOT, atol=1e-6, err_msg=name)

    def test_the_idiom_of_the_tutorials(self):
        x, y = T.dmatrix("x"), T.ivector("y")
        p = T.nnet.softmax(x)
        for loss in (
            -T.mean(T.log(p)[T.arange(y.shape[0]), y]),
            -T.mean(T.log(p[T.arange(y.shape[0]), y])),
        ):
            found = value_and_gradient(loss, x, y)(LOGITS, CLASSES)
            np.testing.assert_allclose(found[0], LOSSES.mean())
            np.testing.assert_allclose(found[1], (SOFTMAX - ONE_HOT) / 3, atol=1e-15)

    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    def test_sigmoid_of_large_inputs(self, dtype):
        x, t = (T.TensorType(dtype, (False, False))(name) for name in "xt")
        s = T.nnet.sigmoid(x)
        one = np.ones((), dtype)
        logits = np.array([[1000, -1000, 0, 10, -10, 1000, -1000, 2, 0]], dtype)
        targets = np.array([[0, 1, 1, 1, 0, 1, 0, 0.25, 0.5]], dtype)
        exact = logits.astype("float64")
        expected = np.logaddexp(exact, 0) * (1 - targets) + np.logaddexp(-exact, 0) * targets
        slope = scipy.special.expit(exact) - targets
        losses = {
            "binary_crossentropy": T.nnet.binary_crossentropy(s, t),
            "sigmoid_binary_crossentropy": T.nnet.sigmoid_binary_crossentropy(x, t),
            "written out": -(t * T.log(s) + (one - t) * T.log(one - s)),
        }
        for name, loss in losses.items():
            found = value_and_gradient(loss, x, t)(logits, targets)
            assert found[0].dtype == dtype
            tolerance = 1e-5 if dtype == "float32" else 1e-7
            np.testing.assert_allclose(found[0], expected, rtol=tolerance, atol=1e-7, err_msg=name)
            np.testing.assert_allclose(found[1], slope, rtol=tolerance, atol=1e-7, err_msg=name)

    def test_gradient_of_the_target(self):
        x, t = T.dmatrix("x"), T.dmatrix("t")
        loss = T.nnet.sigmoid_binary_crossentropy(x, t)
        _, gradient = value_and_gradient(loss, x, t, wrt=1)(LOGITS, ONE_HOT)
        np.testing.assert_allclose(gradient, -LOGITS)

    def test_classifiers_with_bias(self):
        x, b, y = T.dmatrix("x"), T.dvector("b"), T.ivector("y")
        biases = np.array([0.5, -0.5, 0.0])
        outputs = [
            *T.nnet.crossentropy_softmax_argmax_1hot_with_bias(x, b, y),
            *T.nnet.crossentropy_softmax_1hot_with_bias(x, b, y),
            *T.nnet.crossentropy_softmax_max_and_argmax_1hot_with_bias(x, b, y),
        ]
        found = theano.function([x, b, y], outputs)(LOGITS / 500, biases, CLASSES)
        p = scipy.special.softmax(LOGITS / 500 + biases, axis=1)
        losses = -np.log(p[np.arange(3), CLASSES])
        expected = [losses, p, p.argmax(1), losses, p, losses, p, p.max(1), p.argmax(1)]
        for value, right in zip(found, expected, strict=True):
            np.testing.assert_allclose(value, right)

    def test_wrong_types(self):
        m, v, t3 = T.dmatrix(), T.dvector(), T.dtensor3()
        with pytest.raises(TypeError, match="rank mismatch"):
            T.nnet.categorical_crossentropy(m, t3)
        with pytest.raises(TypeError, match="integer vector required"):
            T.nnet.categorical_crossentropy(m, v)
        with pytest.raises(TypeError, match="matrix required"):
            T.nnet.categorical_crossentropy(t3, T.imatrix())
        with pytest.raises(ValueError, match="y_idx must be|b must be"):
            T.nnet.crossentropy_softmax_argmax_1hot_with_bias(m, m, T.ivector())


class TestTheRest:
    def test_prepending_a_column(self):
        x, number = T.dmatrix("x"), T.dscalar("number")
        cases = {
            0: T.nnet.prepend_0_to_each_row(x),
            1: T.nnet.prepend_1_to_each_row(x),
            7: T.nnet.prepend_scalar_to_each_row(number, x),
        }
        for first, output in cases.items():
            function = theano.function([x, number], output, on_unused_input="ignore")
            found = function(LOGITS, 7.0)
            np.testing.assert_array_equal(found[:, 1:], LOGITS)
            assert found[:, 0].tolist() == [first] * 3

    def test_confusion_matrix(self):
        actual, pred = T.lvector("actual"), T.lvector("pred")
        mode = "FAST_COMPILE" if ENGINE == "theano" else theano.Mode(linker="py")
        function = theano.function([actual, pred], T.nnet.confusion_matrix(actual, pred), mode=mode)
        counts, labels = function([2, 0, 2, 2, 0, 1], [0, 0, 2, 2, 0, 2])
        assert labels.tolist() == [0, 1, 2]
        assert counts.tolist() == [[2, 0, 0], [0, 0, 1], [1, 0, 2]]
        with pytest.raises(ValueError, match="1-d"):
            T.nnet.confusion_matrix(T.lmatrix(), pred)

    def test_hierarchical_softmax(self):
        rng = np.random.RandomState(0)
        x, target = T.dmatrix("x"), T.ivector("target")
        weights = [rng.normal(size=size) for size in ((4, 3), (3,), (3, 4, 2), (3, 2))]
        inputs = rng.normal(size=(5, 4))
        targets = np.array([0, 4, 2, 3, 1], dtype="int32")
        arguments = (x, 5, 5, 3, 2, *(T.constant(weight) for weight in weights))
        outputs = [T.nnet.h_softmax(*arguments), T.nnet.h_softmax(*arguments, target)]
        everything, selected = theano.function([x, target], outputs)(inputs, targets)
        w1, b1, w2, b2 = weights
        classes = scipy.special.softmax(inputs @ w1 + b1, axis=1)
        within = scipy.special.softmax(np.einsum("bf,cfo->bco", inputs, w2) + b2, axis=2)
        expected = (classes[:, :, None] * within).reshape(5, 6)[:, :5]
        np.testing.assert_allclose(everything, expected)
        np.testing.assert_allclose(selected, expected[np.arange(5), targets])
