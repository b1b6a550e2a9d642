import numpy as np
import pytest
import theano
import theano.tensor as T

from lasagne_expr.layers import (
    DenseLayer,
    EmbeddingLayer,
    InputLayer,
    get_all_params,
    get_output,
    get_output_shape,
)
from numerics import check_pickling, finite_difference, layer_output

# Values are compared in float64, whatever floatX is.
pytestmark = pytest.mark.filterwarnings("ignore:.* has dtype float64:UserWarning")

rng = np.random.RandomState(1234)
W = rng.normal(size=(5, 3))


@pytest.mark.parametrize("shape", [(4,), (4, 2), (2, 3, 2)])
@pytest.mark.parametrize("dtype", ["int64", "int32", "uint8"])
def test_embedding_looks_up_rows(shape, dtype):
    x = rng.randint(0, 5, size=shape).astype(dtype)
    source = InputLayer((None, *shape[1:]), T.TensorType(dtype, [False] * len(shape))())
    layer = EmbeddingLayer(source, 5, 3, W=W)
    assert layer.output_shape == (None, *shape[1:], 3)
    assert get_output_shape(layer, shape) == (*shape, 3)
    np.testing.assert_array_equal(layer_output(layer, x), W[x])


def test_gradient_adds_up_where_a_row_is_used_again():
    x = np.array([[1, 4], [1, 0]])
    source = InputLayer((None, 2), T.lmatrix())
    layer = EmbeddingLayer(source, 5, 3, W=W)
    weights = rng.normal(size=(2, 2, 3))
    cost = T.sum(get_output(layer) ** 2 * weights)
    gradient = theano.function([source.input_var], T.grad(cost, layer.W))(x)
    (expected,) = finite_difference(lambda W: np.sum(W[x] ** 2 * weights), [W])
    np.testing.assert_allclose(gradient, expected, atol=1e-8)


def test_vectors_may_be_an_expression():
    left = theano.shared(rng.normal(size=(5, 2)), "left")
    right = theano.shared(rng.normal(size=(2, 3)), "right")
    source = InputLayer((None,), T.lvector())
    layer = EmbeddingLayer(source, 5, 3, W=T.dot(left, right))
    assert layer.get_params(trainable=True) == [left, right]
    x = np.array([3, 3, 0])
    cost = T.sum(get_output(layer) ** 3)
    found = theano.function([source.input_var], T.grad(cost, [left, right]))(x)
    expected = finite_difference(
        lambda a, b: np.sum((a @ b)[x] ** 3), [left.get_value(), right.get_value()]
    )
    for gradient, estimate in zip(found, expected, strict=True):
        np.testing.assert_allclose(gradient, estimate, rtol=1e-5, atol=1e-7)


def test_output_embedding_tied_to_the_input_embedding():
    words = InputLayer((None,), T.lvector())
    vectors = EmbeddingLayer(words, 5, 3, W=W)
    scores = DenseLayer(vectors, 5, W=vectors.W.T, b=None, nonlinearity=None)
    assert get_all_params(scores) == [vectors.W]
    x = np.array([2, 0])
    np.testing.assert_allclose(layer_output(scores, x), W[x] @ W.T)


def test_vectors_are_normal_by_default():
    values = EmbeddingLayer((None,), 100, 200).W.get_value()
    assert values.shape == (100, 200)
    assert abs(values.std() - 0.01) < 4 * 0.01 / np.sqrt(2 * values.size)


@pytest.mark.parametrize("dtype", ["float32", "float64", "bool"])
def test_embedding_takes_integers_only(dtype):
    layer = EmbeddingLayer(InputLayer((None,)), 5, 3, name="words")
    variable = T.TensorType(dtype, [False])()
    with pytest.raises(TypeError, match=rf"'words' takes integers, got .* {dtype}: .*lmatrix"):
        get_output(layer, variable)


@pytest.mark.parametrize(("sizes", "name"), [((0, 3), "input_size"), ((5, -1), "output_size")])
def test_sizes_must_be_positive(sizes, name):
    with pytest.raises(ValueError, match=f"{name} should be a positive integer"):
        EmbeddingLayer((None,), *sizes)


@pytest.mark.parametrize(("sizes", "name"), [((5.0, 3), "input_size"), ((5, "3"), "output_size")])
def test_sizes_must_be_integers(sizes, name):
    with pytest.raises(TypeError, match=f"{name} should be a positive integer"):
        EmbeddingLayer((None,), *sizes)


def test_vectors_of_a_wrong_shape():
    with pytest.raises(ValueError, match=r"W should have shape \(5, 3\)"):
        EmbeddingLayer((None,), 5, 3, W=W.T)


def test_embedding_pickles():
    layer = EmbeddingLayer(InputLayer((None, 2), T.lmatrix()), 5, 3, name="words")
    check_pickling(layer, np.array([[1, 4], [1, 0]]))
