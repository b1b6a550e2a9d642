"""What T.nnet does beyond Theano's: stable forms from the start, and no silent errors."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
import theano
import theano.tensor as T

LOGITS = np.array([[1000.0, -1000.0, 0.0], [0.0, 1000.0, -1000.0]])
CLASSES = np.array([1, 2], dtype="int32")


def applied_ops(variable):
    return {type(node.op) for node in pytensor.graph.traversal.ancestors([variable]) if node}


@pytest.mark.parametrize(
    "view",
    [
        lambda p: p,
        lambda p: p.reshape((2, 3)),
        lambda p: p.dimshuffle(1, 0).dimshuffle(1, 0),
        lambda p: p[:2],
        lambda p: p[T.arange(2)],
        lambda p: pt.specify_shape(p, (2, 3)),
    ],
)
def test_cross_entropies_look_through_views(view):
    # Without any rewriting, so that it is the graph itself that is stable.
    mode = theano.Mode(linker="py", optimizer=None)
    x, y = T.dmatrix("x"), T.ivector("y")
    loss = T.nnet.categorical_crossentropy(view(T.nnet.softmax(x)), y)
    losses, gradient = pytensor.function([x, y], [loss, T.grad(loss.sum(), x)], mode=mode)(
        LOGITS, CLASSES
    )
    assert losses.tolist() == [2000, 2000]
    assert gradient.tolist() == [[1, -1, 0], [0, 1, -1]]
    loss = T.nnet.binary_crossentropy(view(T.nnet.sigmoid(x)), 0.5)
    found = pytensor.function([x], [loss, T.grad(loss.sum(), x)], mode=mode)(LOGITS)
    np.testing.assert_allclose(found[0], abs(LOGITS) / 2 + (LOGITS == 0) * np.log(2))
    np.testing.assert_allclose(found[1], np.sign(LOGITS) / 2)


def test_cross_entropies_of_other_things_are_left_alone():
    p = T.dmatrix("p")
    loss = T.nnet.binary_crossentropy(T.clip(T.nnet.sigmoid(p), 0.01, 0.99), 1.0)
    found = theano.function([p], loss)(LOGITS)
    np.testing.assert_allclose(found, -np.log(np.clip(LOGITS / 2000 + 0.5, 0.01, 0.99)), rtol=1e-5)


@pytest.mark.parametrize("wrong", [-1, 3, 1000])
def test_a_class_that_there_is_not_is_an_error(wrong):
    x, y = T.dmatrix("x"), T.ivector("y")
    losses = [
        T.nnet.categorical_crossentropy(T.nnet.softmax(x), y),
        T.nnet.categorical_crossentropy(x, y),
        T.nnet.crossentropy_softmax_1hot(x, y)[0],
    ]
    for loss in losses:
        f = theano.function([x, y], [loss, T.grad(loss.sum(), x)])
        with pytest.raises(ValueError, match="a class is negative, or not below their number"):
            f(np.full((2, 3), 1 / 3), [1, wrong])


def test_the_gradient_of_an_indexed_softmax_is_rewritten_only_where_it_fits():
    x, y, z = T.dmatrix("x"), T.ivector("y"), T.ivector("z")
    p = T.nnet.softmax(x)
    rows = T.arange(2)
    values = np.array([[0.1, 0.7, -0.4], [0.3, -0.2, 0.5]])
    losses = [
        (p[rows, y] * T.log(p[rows, z])).sum(),
        (T.log(p[rows, y]) ** 2).sum(),
        (p[rows, y] / p[rows, z]).sum(),
        T.log(p[:, 1]).sum(),
        T.log(p[rows, y] + 0.1).sum(),
    ]
    gradients = [T.grad(loss, x) for loss in losses]
    arguments = values, np.array([0, 2], "int32"), np.array([0, 1], "int32")
    plain = pytensor.function(
        [x, y, z],
        gradients,
        mode=theano.Mode(linker="py", optimizer=None),
        on_unused_input="ignore",
    )
    rewritten = theano.function([x, y, z], gradients)
    for found, expected in zip(rewritten(*arguments), plain(*arguments), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_large_activations_have_finite_gradients():
    x = T.fvector("x")
    names = ["elu", "selu", "softplus", "sigmoid", "relu", "softsign", "ultra_fast_sigmoid"]
    gradients = [T.grad(getattr(T.nnet, name)(x).sum(), x) for name in names]
    points = np.array([-1e4, -200, 200, 1e4], dtype="float32")
    for name, gradient in zip(names, theano.function([x], gradients)(points), strict=True):
        assert np.isfinite(gradient).all(), name


def test_a_missing_name_says_so():
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = T.nnet.no_such_name


def test_windows_that_leave_nothing_are_an_error_of_their_layer():
    from lasagne_expr.layers import InputLayer, Pool1DLayer, Pool2DLayer, get_output

    for kind, ndim in ((Pool1DLayer, 1), (Pool2DLayer, 2)):
        source = InputLayer((None, 1, *[None] * ndim))
        layer = kind(source, 5, name="pooled")
        compute = theano.function([source.input_var], get_output(layer))
        assert compute(np.ones((1, 1, *[6] * ndim))).shape == (1, 1, *[1] * ndim)
        with pytest.raises(ValueError, match=r"'pooled'.*larger than an input of \(.*3.*\)"):
            compute(np.ones((1, 1, *[3] * ndim)))


def test_windows_given_at_the_call():
    x, ws = T.dmatrix("x"), T.lvector("ws")
    compute = theano.function([x, ws], T.signal.pool.pool_2d(x, ws, ignore_border=True))
    values = np.arange(16.0).reshape(4, 4)
    np.testing.assert_array_equal(compute(values, [2, 2]), [[5, 7], [13, 15]])
    np.testing.assert_array_equal(compute(values, [1, 4]), [[3], [7], [11], [15]])


def test_softplus_of_float32_is_exact():
    x = T.fvector("x")
    value = np.r_[np.linspace(-80, 20, 2001), np.linspace(-1, 1, 501)].astype("float32")
    found = theano.function([x], T.nnet.softplus(x))(value)
    np.testing.assert_allclose(found, np.logaddexp(0, value.astype("float64")), rtol=5e-7)
    limits = np.array([-np.inf, -1e30, 1e30, np.inf, np.nan], "float32")
    np.testing.assert_array_equal(
        theano.function([x], T.nnet.softplus(x))(limits), [0, 0, np.float32(1e30), np.inf, np.nan]
    )
