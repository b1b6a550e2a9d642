"""T.nnet's convolutions: against Theano's values, against SciPy, and against finite differences."""

import json
import pathlib

import numpy as np
import pytest
import scipy.signal
import theano
import theano.tensor as T
from conv_cases import all_cases, shapes
from theano.tensor.nnet import abstract_conv

from numerics import finite_difference

REFERENCE = np.load(pathlib.Path(__file__).parent / "reference" / "conv.npz")
rng = np.random.RandomState(1234)


@pytest.fixture(scope="module", params=["float64", "float32"])
def results(request):
    """Compute all cases by one function; it costs less than a function for each."""
    dtype = request.param
    floatx, theano.config.floatX = theano.config.floatX, dtype
    cases = all_cases(dtype)
    theano.config.floatX = floatx
    variables, values, outputs = (
        [item for case in cases.values() for item in case[n]] for n in range(3)
    )
    computed = iter(theano.function(variables, outputs)(*values))
    return dtype, {name: [next(computed) for _ in case[2]] for name, case in cases.items()}


@pytest.mark.parametrize("name", all_cases("float64"))
def test_values_are_those_of_theano(results, name):
    """Outputs, and gradients with respect to inputs and filters, in both dtypes."""
    dtype, found = results
    keys = [key for key in REFERENCE.files if key.startswith(f"{dtype}/{name}/")]
    assert len(found[name]) == len(keys)
    for n, value in enumerate(found[name]):
        expected = REFERENCE[f"{dtype}/{name}/{n}"]
        assert value.shape == expected.shape
        assert value.dtype == expected.dtype == dtype
        tolerance = 1e-12 if dtype == "float64" else 2e-6
        np.testing.assert_allclose(value, expected, tolerance, tolerance * np.abs(expected).max())


def test_shapes_are_those_of_theano():
    assert shapes() == json.loads(str(REFERENCE["shapes"]))


@pytest.mark.parametrize("flip", [True, False])
def test_convolution_is_that_of_scipy(flip):
    x, w = rng.normal(size=(2, 3, 6, 7)), rng.normal(size=(4, 3, 3, 2))
    by_scipy = scipy.signal.convolve if flip else scipy.signal.correlate
    for mode in ("valid", "full"):
        expected = [
            [sum(by_scipy(i, f, mode) for i, f in zip(image, kernel)) for kernel in w]
            for image in x
        ]
        y = T.nnet.conv2d(T.constant(x), T.constant(w), border_mode=mode, filter_flip=flip)
        np.testing.assert_allclose(y.eval(), expected)


def test_convolution_of_volumes_is_that_of_scipy():
    x, w = rng.normal(size=(2, 2, 4, 3, 5)), rng.normal(size=(3, 2, 2, 2, 3))
    expected = [
        [sum(scipy.signal.convolve(i, f, "valid") for i, f in zip(v, kernel)) for kernel in w]
        for v in x
    ]
    np.testing.assert_allclose(T.nnet.conv3d(T.constant(x), T.constant(w)).eval(), expected)


ARGUMENTS = {
    "strided": {"subsample": (2, 1), "border_mode": "half"},
    "dilated": {"filter_dilation": (1, 2), "border_mode": (0, 1)},
    "grouped": {"num_groups": 2, "filter_flip": False},
}


@pytest.mark.parametrize("name", ARGUMENTS)
def test_gradients_of_gradients_against_finite_differences(name):
    arguments = ARGUMENTS[name]
    channels = 2 // arguments.get("num_groups", 1)
    values = rng.normal(size=(2, 2, 4, 5)), rng.normal(size=(2, channels, 3, 2))
    x, w = T.dtensor4(), T.dtensor4()
    cost = T.sum(T.nnet.conv2d(x, w, **arguments) ** 3)
    gradients = T.grad(cost, [x, w])
    cost_of_gradients = sum(T.sum(gradient**2) for gradient in gradients)
    second = T.grad(cost_of_gradients, [x, w])
    first_of = theano.function([x, w], [cost, *gradients, cost_of_gradients, *second])
    found = first_of(*values)
    for place, cost_place in ((1, 0), (4, 3)):
        expected = finite_difference(lambda *v, n=cost_place: first_of(*v)[n], values)
        for gradient, estimate in zip(found[place : place + 2], expected):
            np.testing.assert_allclose(gradient, estimate, rtol=1e-5, atol=1e-4)


def test_gradients_of_transposed_convolution_and_of_weight_gradient():
    x, w = rng.normal(size=(1, 2, 4, 5)), rng.normal(size=(2, 2, 2, 3))
    g = rng.normal(size=(1, 2, 2, 2))
    arguments = {"subsample": (2, 2)}
    vx, vw, vg = T.dtensor4(), T.dtensor4(), T.dtensor4()
    transposed = abstract_conv.conv2d_grad_wrt_inputs(vg, vw, (None, None, 4, 5), **arguments)
    weights = abstract_conv.conv2d_grad_wrt_weights(vx, vg, (None, None, 2, 3), **arguments)
    cost = T.sum(transposed**3) + T.sum(weights**3)
    gradients = T.grad(cost, [vx, vw, vg])
    cost_of = theano.function([vx, vw, vg], [cost, *gradients])
    found = cost_of(x, w, g)[1:]
    expected = finite_difference(lambda *values: cost_of(*values)[0], [x, w, g])
    for gradient, estimate in zip(found, expected):
        np.testing.assert_allclose(gradient, estimate, rtol=1e-6, atol=1e-5)


def test_sizes_of_a_transposed_convolution_may_be_symbolic():
    x, w = rng.normal(size=(2, 3, 4, 3)), rng.normal(size=(3, 2, 3, 3))
    v, like = T.dtensor4(), T.dmatrix()
    shape = (None, 2, like.shape[0], like.shape[1])
    y = T.nnet.conv2d_transpose(v, T.constant(w), shape, border_mode=1, input_dilation=(2, 2))
    function = theano.function([v, like], y)
    assert function(x, np.zeros((7, 6))).shape == (2, 2, 7, 6)
    assert function(x, np.zeros((8, 5))).shape == (2, 2, 8, 5)


@pytest.mark.parametrize("subsample", [1, 2, 3])
@pytest.mark.parametrize("dilation", [1, 2])
@pytest.mark.parametrize("border_mode", ["valid", "full", "half", 0, 2, (1, 3)])
def test_sizes_along_one_axis(border_mode, subsample, dilation):
    """Against counting the places where the filter fits."""
    for image in (5, 8):
        for kernel in (1, 2, 3):
            reach = (kernel - 1) * dilation
            before, after = {
                "valid": (0, 0),
                "full": (reach, reach),
                "half": ((reach + 1) // 2, (reach + 1) // 2),
            }.get(
                border_mode, border_mode if isinstance(border_mode, tuple) else (border_mode,) * 2
            )
            places = range(-before, image + after - reach, subsample)
            size = abstract_conv.get_conv_shape_1axis(
                image, kernel, border_mode, subsample, dilation
            )
            assert size == len(places)
            back = abstract_conv.get_conv_gradinputs_shape_1axis(
                kernel, size, border_mode, subsample, dilation
            )
            assert back == (image if subsample == 1 else None)
            filters = abstract_conv.get_conv_gradweights_shape_1axis(
                image, size, border_mode, subsample, dilation
            )
            known = subsample == 1 and border_mode != "half"
            assert filters == (kernel if known else None)


def test_shapes_with_unknown_sizes():
    output = abstract_conv.get_conv_output_shape((None, 3, 9, None), (5, 3, 3, 2), "half", (2, 1))
    assert output == (None, 5, 5, None)
    inputs = abstract_conv.get_conv_gradinputs_shape((5, 3, 3, 2), output, "half", (2, 1))
    assert inputs == (None, 3, None, None)
    assert abstract_conv.check_conv_gradinputs_shape(
        (None, 3, 9, 4), (5, 3, 3, 2), (7, 5, 5, 5), "half", (2, 1)
    )
    assert not abstract_conv.check_conv_gradinputs_shape(
        (None, 3, 9, 4), (5, 3, 3, 2), (7, 5, 4, 5), "half", (2, 1)
    )
    assert not abstract_conv.check_conv_gradinputs_shape(
        (None, 3, 9, 4), (5, 3, 3), (7, 5, 5, 5), "half", (2, 1)
    )


def test_shapes_that_convolutions_can_have():
    size = T.lscalar()
    assert abstract_conv.assert_conv_shape((0, 3, 5, 1)) == (0, 3, 5, 1)
    for shape in ((-1, 3, 5, 1), (2, 3, 0, 1)):
        with pytest.raises(ValueError, match=r"invalid shape \(dim\[[02]\]"):
            abstract_conv.assert_conv_shape(shape)
    checked = abstract_conv.assert_conv_shape((size, 3, size))
    assert checked[1] == 3
    compute = theano.function([size], [checked[0], checked[2]])
    assert compute(2) == [2, 2]
    with pytest.raises(AssertionError, match=r"invalid shape \(dim\[2\]"):
        compute(0)


def test_expected_shapes():
    x = T.dmatrix()
    assert abstract_conv.assert_shape(x, (2, 3)) is x
    with theano.configparser.change_flags(**{"conv.assert_shape": True}):
        assert abstract_conv.assert_shape(x, (None, None)) is x
        checked = abstract_conv.assert_shape(x, (None, 3), "not as wide")
    compute = theano.function([x], checked)
    assert compute(np.ones((2, 3))).shape == (2, 3)
    with pytest.raises(AssertionError, match="not as wide"):
        compute(np.ones((3, 2)))


def test_interpolation_kernels():
    np.testing.assert_allclose(
        abstract_conv.bilinear_kernel_1D(3).eval(), np.array([1, 2, 3, 2, 1]) / 3
    )
    np.testing.assert_allclose(
        abstract_conv.bilinear_kernel_2D((2, 3), normalize=False).eval(),
        np.outer([1, 2, 1], [1, 2, 3, 2, 1]),
    )


def test_interpolation_of_a_plane_is_exact_between_pixels():
    rows, columns = np.mgrid[0:4, 0:5].astype(float)
    plane = 3 * rows - 2 * columns + 1
    enlarged = abstract_conv.bilinear_upsampling(T.constant(plane[None, None]), ratio=3)
    # The first pixel's centre lies at (1, 1).
    inside = enlarged.eval()[0, 0, 1:-1, 1:-1]
    rows, columns = np.mgrid[0:10, 0:13] / 3
    np.testing.assert_allclose(inside, 3 * rows - 2 * columns + 1, atol=1e-14)


@pytest.mark.parametrize(
    "arguments",
    [
        {"border_mode": "same"},
        {"border_mode": -1},
        {"border_mode": (1,)},
        {"border_mode": (1, -2)},
        {"border_mode": (1, 1.5)},
        {"subsample": (1,)},
        {"filter_dilation": (1, 1, 1)},
        {"num_groups": 0},
    ],
)
def test_invalid_arguments(arguments):
    with pytest.raises(ValueError, match=r"border_mode|border mode|elements|num_groups"):
        T.nnet.conv2d(T.dtensor4(), T.dtensor4(), **arguments)


def test_invalid_ranks():
    with pytest.raises(TypeError):
        T.nnet.conv2d(T.dtensor3(), T.dtensor4())
    with pytest.raises(TypeError):
        T.nnet.conv2d(T.dtensor4(), T.dtensor3())


def test_shapes_that_do_not_fit_are_refused():
    x, w = T.dtensor4(), T.dtensor4()
    convolve = theano.function([x, w], T.nnet.conv2d(x, w, num_groups=2))
    with pytest.raises(ValueError, match="channels"):
        convolve(np.ones((1, 4, 5, 5)), np.ones((2, 3, 3, 3)))
    with pytest.raises(ValueError, match="group"):
        convolve(np.ones((1, 3, 5, 5)), np.ones((2, 1, 3, 3)))
    transpose = theano.function([x, w], T.nnet.conv2d_transpose(x, w, (None, None, 6, 6)))
    with pytest.raises(ValueError, match="shape"):
        transpose(np.ones((1, 2, 5, 5)), np.ones((2, 3, 3, 3)))


def test_older_names_of_arguments():
    x, w = rng.normal(size=(1, 2, 5, 5)), rng.normal(size=(2, 2, 3, 3))
    expected = T.nnet.conv2d(T.constant(x), T.constant(w)).eval()
    with pytest.warns(UserWarning, match="image_shape"):
        y = T.nnet.conv2d(T.constant(x), T.constant(w), image_shape=x.shape)
    np.testing.assert_allclose(y.eval(), expected)
    with (
        pytest.warns(UserWarning, match="image_shape"),
        pytest.raises(ValueError, match="image_shape"),
    ):
        T.nnet.conv2d(T.constant(x), T.constant(w), x.shape, image_shape=x.shape)
    with pytest.raises(ValueError, match="imshp_logical"):
        T.nnet.conv2d(T.constant(x), T.constant(w), imshp_logical=(2, 9, 9))
