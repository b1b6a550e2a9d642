"""Sizes and numbers that make no sense are errors of tensor functions; none is rounded."""

import numpy as np
import pytest
import theano
import theano.tensor as T
from theano.tensor.nnet.abstract_conv import bilinear_upsampling
from theano.tensor.nnet.neighbours import images2neibs
from theano.tensor.signal.pool import pool_2d

IMAGE = T.constant(np.arange(36.0).reshape(1, 1, 6, 6))
VECTOR = T.constant(np.array([3.0, 1.0, 2.0]))


@pytest.mark.parametrize(
    "function",
    [
        lambda sizes: pool_2d(IMAGE, sizes, ignore_border=True),
        lambda sizes: pool_2d(IMAGE, sizes, ignore_border=False),
        lambda sizes: pool_2d(IMAGE, (2, 2), stride=sizes, ignore_border=True),
        lambda sizes: images2neibs(IMAGE, sizes),
        lambda sizes: images2neibs(IMAGE, (2, 2), sizes),
    ],
    ids=["windows", "windows over the border", "strides", "neighbourhoods", "steps"],
)
@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ((2.0, 2), "expected 2 integers.* got .*2.0"),
        ((2.5, 2), "expected 2 integers.* got .*2.5"),
        ((0, 2), r"\(0, 2\)"),
        ((-1, 2), r"\(-1, 2\)"),
        ((2,), r"expected 2 .*\(2,\)"),
        ((2, 2, 2), r"expected 2 .*\(2, 2, 2\)"),
        (T.dvector("sizes"), "expected 2 integers.* got sizes"),
    ],
)
def test_sizes_of_windows(function, sizes, message):
    with pytest.raises((TypeError, ValueError), match=message):
        function(sizes)


@pytest.mark.parametrize("name", ["subsample", "filter_dilation"])
def test_steps_of_convolutions(name):
    with pytest.raises(ValueError, match=f"{name} must have 2 elements, got 2"):
        T.nnet.conv2d(IMAGE, np.ones((1, 1, 3, 3)), **{name: 2})


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda: T.repeat(VECTOR, 1.5), "repeats should be integers, got 1.5"),
        (lambda: T.extra_ops.diff(VECTOR, n=-1), "n should be 0 or more, got -1"),
        (lambda: T.nlinalg.matrix_power(T.dmatrix(), 2.5), "n should be an integer, got 2.5"),
        (lambda: T.nlinalg.matrix_power(T.dmatrix(), -1), "n should be 0 or more, got -1"),
        (lambda: bilinear_upsampling(IMAGE, ratio=0), "ratio should be a positive integer, got 0"),
        (lambda: bilinear_upsampling(IMAGE, ratio=2.5), "a positive integer, got 2.5"),
    ],
)
def test_numbers(function, message):
    with pytest.raises((TypeError, ValueError), match=message):
        function()


@pytest.mark.parametrize("index", [6, 7, -1])
def test_places_out_of_bounds(index):
    i = T.lvector()
    place = theano.function([i], list(T.unravel_index(i, (2, 3))))
    np.testing.assert_array_equal(place([0, 5]), [[0, 1], [0, 2]])
    with pytest.raises(AssertionError, match="unravel_index: an index is out of bounds"):
        place([0, index])
