"""What convolutions do here beyond what Theano's do: static shapes, more dimensions, errors."""

import numpy as np
import pytensor
import pytest
import theano
import theano.tensor as T
from theano.tensor.nnet import abstract_conv, conv, corr, corr3d

from numerics import finite_difference

rng = np.random.RandomState(1234)


class TestShapes:
    def test_static_shapes(self):
        x = T.TensorType("float32", shape=(None, 4, 9, 8))()
        w = T.TensorType("float32", shape=(6, 2, 3, 3))()
        y = T.nnet.conv2d(x, w, border_mode="half", subsample=(2, 1), num_groups=2)
        assert y.type.shape == (None, 6, 5, 8)
        gradients = T.grad(y.sum(), [x, w])
        assert [g.type.shape for g in gradients] == [(None, 4, 9, 8), (6, 2, 3, 3)]
        assert [g.dtype for g in gradients] == ["float32", "float32"]

    def test_symbolic_shapes_are_computed_without_the_convolution(self):
        x, w = T.dtensor4(), T.dtensor4()
        y = T.nnet.conv2d(x, w, border_mode=(1, 2), subsample=(2, 3), filter_dilation=(1, 2))
        mode = pytensor.compile.Mode(linker="py", optimizer="fast_run")
        function = pytensor.function([x, w], y.shape, mode=mode, on_unused_input="ignore")
        ops = [type(node.op).__name__ for node in function.maker.fgraph.toposort()]
        assert "AbstractConv2d" not in ops
        assert function(np.ones((2, 1, 9, 8)), np.ones((3, 1, 3, 2))).tolist() == [2, 3, 5, 4]

    def test_shapes_that_are_told_are_not_relied_on(self):
        x, w = T.dtensor4(), T.dtensor4()
        y = T.nnet.conv2d(x, w, (64, 1, 9, 9), (2, 1, 3, 3))
        shape, mean = theano.function([x, w], [y.shape, y.mean()])(
            np.ones((3, 1, 5, 5)), np.ones((2, 1, 3, 3))
        )
        assert shape.tolist() == [3, 2, 3, 3]
        assert mean == 9

    def test_empty_batch(self):
        x, w = T.dtensor4(), T.dtensor4()
        y = T.nnet.conv2d(x, w)
        output, gradient = theano.function([x, w], [y, T.grad(y.sum(), w)])(
            np.ones((0, 2, 5, 5)), np.ones((3, 2, 3, 3))
        )
        assert output.shape == (0, 3, 3, 3)
        np.testing.assert_array_equal(gradient, np.zeros((3, 2, 3, 3)))


class TestArguments:
    def test_operations_of_equal_arguments_are_equal(self):
        first = abstract_conv.AbstractConv2d(border_mode=(0, 0), imshp=(None, 1, 5, 5))
        assert first == abstract_conv.AbstractConv2d(border_mode="valid")
        assert first != abstract_conv.AbstractConv2d(filter_flip=False)

    def test_asymmetric_padding_of_volumes(self):
        x, w = rng.normal(size=(1, 1, 3, 3, 3)), rng.normal(size=(1, 1, 2, 2, 2))
        y = T.nnet.conv3d(x, w, border_mode=((1, 0), 0, (0, 2)))
        expected = T.nnet.conv3d(np.pad(x, [(0, 0)] * 2 + [(1, 0), (0, 0), (0, 2)]), w)
        np.testing.assert_allclose(y.eval(), expected.eval())

    def test_images_of_integers(self):
        x, w = T.TensorType("uint8", shape=(None,) * 4)(), T.ftensor4()
        y = T.nnet.conv2d(x, w)
        images = rng.randint(0, 256, size=(1, 1, 4, 4)).astype("uint8")
        output, gradient = theano.function([x, w], [y, T.grad(y.sum(), w)])(
            images, np.ones((1, 1, 3, 3), "float32")
        )
        assert output.dtype == gradient.dtype == "float32"
        assert output[0, 0, 0, 0] == images[0, 0, :3, :3].sum()

    def test_dtypes_may_differ(self):
        x, w = T.ftensor4(), T.dtensor4()
        y = T.nnet.conv2d(x, w)
        assert y.dtype == "float64"
        assert [g.dtype for g in T.grad(y.sum(), [x, w])] == ["float32", "float64"]

    @pytest.mark.parametrize("name", ["subsample", "filter_dilation"])
    @pytest.mark.parametrize("steps", [(0, 1), (1, -1), (1.5, 1)])
    def test_steps_must_be_positive_integers(self, name, steps):
        with pytest.raises(ValueError, match=f"{name} must consist of positive integers"):
            T.nnet.conv2d(T.dtensor4(), T.dtensor4(), **{name: steps})

    def test_hints_must_be_constant_and_of_the_right_length(self):
        with pytest.raises(ValueError, match="imshp must have 4 elements"):
            T.nnet.conv2d(T.dtensor4(), T.dtensor4(), input_shape=(1, 1, 5))
        with pytest.raises(ValueError, match="kshp should be None or .* constant"):
            T.nnet.conv2d(T.dtensor4(), T.dtensor4(), filter_shape=(1, 1, 5, T.lscalar()))
        with pytest.raises(ValueError, match="last 2 elements of input_shape"):
            T.nnet.conv2d_transpose(T.dtensor4(), T.dtensor4(), (1, 1, None, 5))

    def test_old_interface(self):
        x, w = rng.normal(size=(2, 2, 5, 6)), rng.normal(size=(3, 2, 2, 3))
        with pytest.warns(UserWarning, match="deprecated"):
            y = conv.conv2d(x, w, border_mode="full", unroll_batch=2)
        np.testing.assert_allclose(y.eval(), T.nnet.conv2d(x, w, border_mode="full").eval())
        with (
            pytest.warns(UserWarning, match="deprecated"),
            pytest.raises(ValueError, match="'valid' or 'full', got 'half'"),
        ):
            conv.conv2d(x, w, border_mode="half")
        with (
            pytest.warns(UserWarning, match="deprecated"),
            pytest.raises(NotImplementedError, match="imshp_logical"),
        ):
            conv.conv2d(x, w, imshp_logical=(2, 10, 10))


class TestErrors:
    @pytest.mark.parametrize(
        ("shapes", "message"),
        [
            (((1, 1, 2, 5), (1, 1, 3, 3)), r"larger than the padded input.*\(1, 1, 2, 5\)"),
            (((1, 2, 5, 5), (1, 3, 3, 3)), "input has 2 channels, but the filters take 3"),
        ],
    )
    def test_at_the_call(self, shapes, message):
        x, w = T.dtensor4(), T.dtensor4()
        function = theano.function([x, w], T.nnet.conv2d(x, w))
        with pytest.raises(ValueError, match=message):
            function(*map(np.ones, shapes))

    def test_where_the_graph_is_made_if_shapes_are_known(self):
        with pytest.raises(ValueError, match="filters are larger than the padded input"):
            T.nnet.conv2d(np.ones((1, 1, 2, 5)), np.ones((1, 1, 3, 3)))

    def test_in_other_modes(self):
        x, w = T.dtensor4(), T.dtensor4()
        function = pytensor.function([x, w], T.nnet.conv2d(x, w), mode="FAST_COMPILE")
        with pytest.raises(ValueError, match="filters are larger than the padded input"):
            function(np.ones((1, 1, 2, 5)), np.ones((1, 1, 3, 3)))

    def test_unshared_filters_of_other_places(self):
        with pytest.raises(ValueError, match=r"for \(2, 2\) places, but the output has \(3, 3\)"):
            T.nnet.conv2d(np.ones((1, 1, 5, 5)), np.ones((1, 2, 2, 1, 3, 3)), unshared=True)

    def test_upsampling(self):
        with pytest.raises(ValueError, match="either a ratio or a frac_ratio"):
            abstract_conv.bilinear_upsampling(T.dtensor4())
        with pytest.raises(ValueError, match="use_1D_kernel=False"):
            abstract_conv.bilinear_upsampling(T.dtensor4(), frac_ratio=(3, 2))
        with pytest.raises(ValueError, match="must be a tuple, got 1.5"):
            abstract_conv.bilinear_upsampling(T.dtensor4(), frac_ratio=1.5, use_1D_kernel=False)


@pytest.mark.parametrize("mode", ["FAST_COMPILE", "NUMBA"])
@pytest.mark.slow
def test_modes_of_pytensor(mode):
    x, w = T.dtensor4(), T.dtensor4()
    y = T.nnet.conv2d(x, w, subsample=(2, 1))
    outputs = [y, *T.grad((y**2).sum(), [x, w])]
    values = rng.normal(size=(2, 2, 6, 5)), rng.normal(size=(3, 2, 2, 3))
    by_jax = theano.function([x, w], outputs)(*values)
    for found, expected in zip(pytensor.function([x, w], outputs, mode=mode)(*values), by_jax):
        np.testing.assert_allclose(found, expected)


def test_gradients_of_unshared_convolution():
    x, w = T.dtensor4(), T.TensorType("float64", shape=(None,) * 6)()
    y = T.nnet.conv2d(x, w, unshared=True, subsample=(2, 1))
    cost = (y**3).sum()
    gradients = T.grad(cost, [x, w])
    second = T.grad(sum((g**2).sum() for g in gradients), [x, w])
    function = theano.function([x, w], [cost, *gradients, *second])
    values = rng.normal(size=(1, 2, 4, 3)), rng.normal(size=(2, 2, 2, 2, 2, 2))
    results = function(*values)
    for found, expected in zip(results[1:3], finite_difference(lambda *v: function(*v)[0], values)):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)

    def squares(*v):
        return sum((g**2).sum() for g in function(*v)[1:3])

    for found, expected in zip(results[3:], finite_difference(squares, values)):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize(
    ("ndim", "options"),
    [
        (2, {}),
        (2, {"border_mode": "half", "subsample": (2, 1), "num_groups": 2}),
        (2, {"border_mode": ((1, 0), 2), "filter_dilation": (1, 2)}),
        (3, {"border_mode": (0, 1, 2), "subsample": (1, 2, 1), "num_groups": 2}),
    ],
)
def test_correlations_by_products_of_matrices(ndim, options):
    """Theano's C++ operations compute what its convolutions do whose filters aren't flipped."""
    by_products = {
        2: (corr.CorrMM, corr.CorrMM_gradInputs, corr.CorrMM_gradWeights),
        3: (corr3d.Corr3dMM, corr3d.Corr3dMM_gradInputs, corr3d.Corr3dMM_gradWeights),
    }
    forward, of_inputs, of_weights = (kind(**options) for kind in by_products[ndim])
    shape = (2, 4, 5, 6, 4)[: ndim + 2]
    w_shape = (4, 4 // options.get("num_groups", 1), 3, 2, 2)[: ndim + 2]
    x, w = rng.normal(size=shape), rng.normal(size=w_shape)
    vx, vw = (T.TensorType("float64", shape=(None,) * (ndim + 2))() for _ in range(2))
    convolve = T.nnet.conv2d if ndim == 2 else T.nnet.conv3d
    y = convolve(vx, vw, filter_flip=False, **options)
    g = y**2
    outputs = [
        forward(vx, vw),
        of_inputs(vw, g, shape[2:]),
        of_weights(vx, g, w_shape[2:]),
        *T.grad(T.sum(forward(vx, vw) ** 3) / 3, [vx, vw]),
    ]
    gradients = T.grad(T.sum(y**3) / 3, [vx, vw])
    found = theano.function([vx, vw], [*outputs, y, *gradients])(x, w)
    expected = found[5:]
    for value, other in zip(found[:5], [*expected, *expected[1:]], strict=True):
        np.testing.assert_allclose(value, other)


def test_sizes_of_gradients_by_products_of_matrices():
    """They needn't be given where they follow from the other sizes."""
    x, w, g = T.dtensor4(), T.dtensor4(), T.dtensor4()
    options = {"border_mode": (1, 0), "filter_dilation": (1, 2)}
    of_inputs = corr.CorrMM_gradInputs(**options)(w, g)
    of_weights = corr.CorrMM_gradWeights(**options)(x, g)
    compute = theano.function([x, w, g], [of_inputs.shape, of_weights.shape])
    sizes = compute(np.ones((1, 2, 5, 6)), np.ones((3, 2, 3, 2)), np.ones((1, 3, 5, 4)))
    np.testing.assert_array_equal(sizes, [(1, 2, 5, 6), (3, 2, 3, 2)])
    with pytest.raises(ValueError, match=r"CorrMM_gradInputs needs a shape: with subsample \(2, 1"):
        corr.CorrMM_gradInputs(subsample=(2, 1))(w, g)
    with pytest.raises(ValueError, match="gradWeights needs a shape: .* border_mode 'half'"):
        corr.CorrMM_gradWeights("half")(x, g)
