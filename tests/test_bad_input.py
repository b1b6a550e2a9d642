"""Bad input is an error that says what was given, where, and what to do.

One class for each kind of bad input; the tests of single modules go further into detail.
"""

import subprocess
import sys
import textwrap

import numpy as np
import pytest
import theano
import theano.tensor as T
from theano.sandbox.rng_mrg import MRG_RandomStreams
from theano.tensor.shared_randomstreams import RandomStreams

import lasagne_expr.random
from engines import ENGINE
from lasagne_expr import init, layers, updates
from lasagne_expr.layers import (
    BiasLayer,
    ConcatLayer,
    DenseLayer,
    InputLayer,
    get_all_param_values,
    get_all_params,
    get_output,
    get_output_shape,
    set_all_param_values,
)

floatX = theano.config.floatX


def shared(*shape, name=None, dtype=floatX):
    return theano.shared(np.ones(shape, dtype), name=name)


def dense(W, name="layer"):
    return DenseLayer(InputLayer((None, 3)), 2, W=W, b=None, name=name)


class TestSpecs:
    """Each error names the layer and the parameter."""

    @pytest.mark.parametrize(
        ("spec", "message"),
        [
            (np.ones((2, 3)), r"should have shape \(3, 2\), but its array has \(2, 3\)"),
            (np.ones(3), r"should have shape \(3, 2\), but its array has \(3,\)"),
            (0.5, "lasagne_expr.init.Constant fills a shape with one number"),
            (np.full((3, 2), np.nan), "contains NaN"),
            (shared(2, 3, name="w"), r"but w has \(2, 3\); its transpose fits: w.T"),
            (shared(6, name="w"), "but w has 1 dimension"),
            (T.exp(shared(2, 3)), r"has \(2, 3\); its transpose fits: \(...\).T"),
            (lambda shape: np.ones(5), r"what .*lambda.* returned has \(5,\)"),
            (lambda shape: np.full(shape, np.nan), "returned contains NaN"),
        ],
    )
    def test_of_a_wrong_shape_or_value(self, spec, message):
        with pytest.raises(ValueError, match=f"DenseLayer 'layer': parameter layer.W.*{message}"):
            dense(spec)

    @pytest.mark.parametrize(
        ("spec", "message"),
        [
            ("glorot", "is given as 'glorot', but should be an array, a shared variable"),
            ([[1.0, 2.0]] * 3, "is given as"),
            (np.array([["a", "b"]] * 3), "dtype <U1, not numbers"),
            (np.array([[None, None]] * 3), "dtype object, not numbers"),
            (np.ma.masked_array(np.ones((3, 2)), np.eye(3, 2)), "is masked"),
            (theano.shared("text"), "should be a tensor"),
            (lambda shape: "nonsense", "returned is 'nonsense', but should be"),
            (lambda shape: None, "returned is None, but should be"),
        ],
    )
    def test_of_a_wrong_type(self, spec, message):
        with pytest.raises(TypeError, match=f"DenseLayer 'layer': parameter layer.W.*{message}"):
            dense(spec)

    def test_callables_that_cannot_take_a_shape(self):
        with pytest.raises(TypeError, match=r"DenseLayer 'layer': .*missing 1 required"):
            dense(lambda shape, scale: np.ones(shape))
        # A class where an initializer was meant.
        with pytest.raises(TypeError, match="DenseLayer 'layer': GlorotUniform: gain should be"):
            dense(init.GlorotUniform)

    def test_of_a_dtype_that_widens_the_network(self):
        theano.config.floatX = "float32"
        with pytest.warns(UserWarning, match="parameter layer.W has dtype float64"):
            dense(np.ones((3, 2)))


class TestExpressions:
    @pytest.mark.parametrize(
        ("expression", "message"),
        [
            (lambda: T.dot(shared(3, 4), shared(5, 2)), "it multiplies .* 4 and 5 differ"),
            (lambda: shared(3, 2) + shared(3, 1), "differ along axis 1"),
            (
                lambda: T.concatenate([shared(1, 2), shared(2, 3)]),
                r"it joins shapes \(1, 2\) and \(2, 3\) along axis 0, which differ along axis 1",
            ),
            (
                lambda: T.concatenate([shared(3, 1), shared(2, 1)], axis=-1),
                "along axis 1, which differ along axis 0",
            ),
            (
                lambda: shared(7).reshape((3, 2)),
                r"it gives shape \(7,\), of 7 elements, the shape \(3, 2\), of 6",
            ),
        ],
    )
    def test_whose_parts_do_not_go_together(self, expression, message):
        with pytest.raises(
            ValueError,
            match=f"DenseLayer 'layer': parameter layer.W.*can't be computed: .*{message}",
        ):
            dense(expression())

    def test_that_join_and_reshape_what_fits(self):
        a, b = shared(1, 2), shared(2, 2)
        size = shared(6).shape[0]
        for expression in (
            T.concatenate([a, b]),
            T.stack([shared(3), shared(3)], axis=1),
            shared(6).reshape((size // 2, 2)),
            shared(2, 3).reshape((-1, 2)),
        ):
            assert dense(expression).W is expression

    def test_without_a_shared_variable_are_constant_parameters(self):
        layer = dense(T.ones((3, 2)))
        assert layer.get_params() == []
        assert get_output(layer, np.ones((1, 3), floatX)).eval().tolist() == [[3, 3]]

    def test_with_an_input_that_is_never_given(self):
        source = InputLayer((None, 3))
        layer = DenseLayer(source, 2, W=T.dot(T.matrix("hyper"), shared(4, 2)))
        with pytest.raises(theano.gof.MissingInputError, match="hyper"):
            theano.function([source.input_var], get_output(layer))


class TestUpdates:
    def test_of_an_expression_say_how_to_get_its_shared_variables(self):
        layer = dense(T.exp(shared(3, 2, name="w")))
        loss = get_output(layer, T.matrix()).sum()
        with pytest.raises(ValueError, match=r"get_all_params\(layer, trainable=True\)"):
            updates.sgd(loss, layer.get_params(unwrap_shared=False), 0.1)

    def test_of_what_the_loss_does_not_depend_on(self):
        layer = dense(shared(3, 2, name="w"))
        loss = get_output(layer, T.matrix()).sum()
        with pytest.raises(
            theano.gradient.DisconnectedInputError, match="the loss doesn't depend on other"
        ):
            updates.adam(loss, [layer.W, shared(2, name="other")])


class TestNaN:
    @pytest.mark.parametrize("seed", [float("nan"), "text"])
    def test_in_a_seed(self, seed):
        with pytest.raises(TypeError):
            lasagne_expr.random.set_rng(seed)
        for streams in (MRG_RandomStreams, RandomStreams):
            with pytest.raises(TypeError):
                streams(seed)

    def test_in_an_initializer(self):
        for initializer in (init.Normal, init.Uniform, init.Constant):
            with pytest.raises(ValueError, match=initializer.__name__):
                initializer(float("nan"))


class TestSizes:
    @pytest.mark.parametrize("shape", [(0, 3), (None, -3)])
    def test_of_inputs_that_are_not_positive(self, shape):
        with pytest.raises(ValueError, match="InputLayer can't have .*sizes must be positive"):
            InputLayer(shape)

    @pytest.mark.parametrize("units", [0, -3])
    def test_of_layers_that_are_not_positive(self, units):
        with pytest.raises(ValueError, match="'dense': num_units should be a positive integer"):
            DenseLayer((None, 3), units, name="dense")

    @pytest.mark.parametrize("units", [2.5, 2.0, "2", None, True])
    def test_of_layers_that_are_no_integers(self, units):
        with pytest.raises(TypeError, match="'dense': num_units should be a positive integer"):
            DenseLayer((None, 3), units, name="dense")

    def test_that_a_parameter_needs_to_know(self):
        with pytest.raises(ValueError, match="'dense': the shape of W depends on .* axis 1"):
            DenseLayer((None, None), 2, name="dense")

    @pytest.mark.parametrize("given", [True, (1, False)])
    def test_of_windows_that_are_booleans(self, given):
        for make in (
            lambda source: layers.Pool2DLayer(source, given, name="l"),
            lambda source: layers.Conv2DLayer(source, 3, 3, stride=given, name="l"),
            lambda source: layers.Upscale2DLayer(source, given, name="l"),
        ):
            with pytest.raises(TypeError, match=r"'l': .*expected .* of int, got .*(Tr|Fa)"):
                make(InputLayer((None, 3, 8, 8)))

    @pytest.mark.parametrize("dims", [4, None, T.lscalar(), []])
    def test_of_grids(self, dims):
        with pytest.raises((TypeError, ValueError), match="'l': pool_dims should be a list of"):
            layers.SpatialPyramidPoolingLayer(InputLayer((None, 3, 8, 8)), dims, name="l")

    @pytest.mark.parametrize("coeffs", ["2", [1, "2"], [1, None], {1, 2}])
    def test_of_coefficients(self, coeffs):
        source = InputLayer((None, 3))
        with pytest.raises(TypeError, match="'l': coeffs should be one number or a list of"):
            layers.ElemwiseSumLayer([source, source], coeffs=coeffs, name="l")

    def test_of_probabilities_that_are_constants(self):
        with pytest.raises(ValueError, match="'l': p should be at least 0 and below 1, got 2"):
            layers.DropoutLayer(InputLayer((None, 3)), p=T.constant(2.0), name="l")


class TestInputs:
    @pytest.mark.parametrize("value", ["text", object(), [[1.0], [2.0, 3.0]]])
    def test_of_an_input_layer_that_are_no_tensors(self, value):
        with pytest.raises(TypeError, match="InputLayer 'in': .*input_var"):
            InputLayer((None, 3), value, name="in")

    def test_of_an_input_layer_of_another_rank(self):
        with pytest.raises(ValueError, match=r"'in' has shape \(None, 3\).* image has 4"):
            InputLayer((None, 3), T.tensor4("image"), name="in")

    def test_for_a_layer_that_is_not_in_the_network(self):
        layer, other = dense(init.Constant(1)), InputLayer((None, 3), name="other")
        with pytest.raises(ValueError, match="given for <InputLayer 'other'"):
            get_output(layer, {other: T.matrix()})
        with pytest.raises(ValueError, match="given for <InputLayer 'other'"):
            get_output_shape(layer, {other: (2, 3)})

    @pytest.mark.parametrize("value", [None, "text", InputLayer((None, 3))])
    def test_that_are_no_expressions(self, value):
        source = InputLayer((None, 3))
        with pytest.raises(TypeError, match="no Theano expression"):
            get_output(BiasLayer(source), {source: value})


def recurrent(kind, **shapes):
    """Make a recurrent layer of four units, and input layers for its mask or initial state."""
    extra = {name: InputLayer(shape, name=name) for name, shape in shapes.items()}
    return kind(InputLayer((None, None, 3), name="in"), 4, name="layer", **extra)


def images(*sizes):
    return InputLayer((None, 2, *sizes), name="in")


class TestCalls:
    """With sizes that weren't known when the layer was made: errors name the layer and sizes."""

    def error_of(self, layer, *shapes):
        below = layers.get_all_layers(layer)
        sources = [source for source in below if isinstance(source, InputLayer)]
        variables = [T.TensorType(floatX, [False] * len(shape))() for shape in shapes]
        compute = theano.function(variables, get_output(layer, dict(zip(sources, variables))))
        with pytest.raises((ValueError, AssertionError)) as caught:
            compute(*(np.ones(shape, floatX) for shape in shapes))
        return str(caught.value)

    def check(self, layer, *shapes):
        message = self.error_of(layer, *shapes)
        assert str(layer) in message
        assert any(str(shape) in message for shape in shapes)

    @pytest.mark.parametrize(
        ("kind", "sizes", "options"),
        [
            (layers.Pool1DLayer, (2,), {"mode": "sum"}),
            (layers.Pool2DLayer, (2, 5), {"mode": "average_inc_pad"}),
            (layers.Pool3DLayer, (5, 2, 5), {"stride": 1}),
            (layers.MaxPool1DLayer, (2,), {}),
            (layers.MaxPool2DLayer, (5, 1), {"pad": (0, 1), "pool_size": (3, 4)}),
            (layers.MaxPool3DLayer, (5, 5, 2), {}),
        ],
    )
    def test_windows_that_leave_nothing(self, kind, sizes, options):
        layer = kind(images(*[None] * len(sizes)), **{"pool_size": 3, **options}, name="layer")
        self.check(layer, (2, 2, *sizes))

    def test_grids_that_are_finer_than_images(self):
        layer = layers.SpatialPyramidPoolingLayer(images(None, 9), [4, 2], name="layer")
        self.check(layer, (2, 2, 3, 9))

    @pytest.mark.parametrize(
        ("kind", "sizes", "options"),
        [
            (layers.Conv1DLayer, (2,), {}),
            (layers.Conv2DLayer, (2, 5), {"stride": 2}),
            (layers.Conv2DLayer, (5, 2), {"pad": (0, 1), "filter_size": (3, 5)}),
            (layers.Conv3DLayer, (5, 5, 2), {}),
            (layers.DilatedConv2DLayer, (5, 4), {"dilation": 2}),
            (layers.TransposedConv2DLayer, (1, 5), {"crop": 2}),
            (layers.TransposedConv3DLayer, (5, 5, 2), {"crop": 3, "stride": 2}),
        ],
    )
    def test_filters_that_leave_nothing(self, kind, sizes, options):
        source = images(*[None] * len(sizes))
        layer = kind(source, 3, **{"filter_size": 3, **options}, name="layer")
        self.check(layer, (2, 2, *sizes))

    @pytest.mark.parametrize(
        ("kind", "size", "options"),
        [
            (layers.Pool1DLayer, 3, {"pool_size": 3}),
            (layers.Pool1DLayer, 1, {"pool_size": 3, "ignore_border": False}),
            (layers.Pool1DLayer, 1, {"pool_size": 3, "pad": 1}),
            (layers.Conv1DLayer, 3, {"num_filters": 3, "filter_size": 3}),
            (layers.Conv1DLayer, 1, {"num_filters": 3, "filter_size": 3, "pad": "same"}),
            (layers.Conv1DLayer, 1, {"num_filters": 3, "filter_size": 2, "pad": "full"}),
        ],
    )
    def test_of_just_enough(self, kind, size, options):
        layer = kind(images(None), **options)
        x = T.tensor3(dtype=floatX)
        output = theano.function([x], get_output(layer, x))(np.ones((2, 2, size), floatX))
        assert output.shape == get_output_shape(layer, (2, 2, size))
        assert output.size > 0

    @pytest.mark.parametrize(
        ("crop", "stride", "size"), [(2, 1, 3), (2, 2, 2), (3, 2, 3), ("full", 3, 2)]
    )
    def test_of_just_enough_for_a_transposed_convolution(self, crop, stride, size):
        source = InputLayer((None, 2, None, 4), name="in")
        layer = layers.TransposedConv2DLayer(source, 3, 3, stride, crop, name="layer")
        x = T.tensor4(dtype=floatX)
        compute = theano.function([x], get_output(layer, x))
        output = compute(np.ones((2, 2, size, 4), floatX))
        assert output.shape == get_output_shape(layer, (2, 2, size, 4))
        assert output.size > 0
        self.check(layer, (2, 2, size - 1, 4))

    @pytest.mark.parametrize(
        "kind", [layers.RecurrentLayer, layers.LSTMLayer, layers.GRULayer], ids=lambda k: k.__name__
    )
    @pytest.mark.parametrize(
        ("name", "known", "shape"),
        [
            ("mask_input", (None, None), (2, 4)),
            ("mask_input", (None, None), (3, 5)),
            ("hid_init", (None, None), (2, 5)),
            ("hid_init", (None, 4), (3, 4)),
        ],
    )
    def test_of_a_mask_or_state_that_does_not_fit(self, kind, name, known, shape):
        self.check(recurrent(kind, **{name: known}), (2, 5, 3), shape)

    @pytest.mark.parametrize("name", ["mask_input", "hid_init"])
    def test_of_a_mask_or_state_of_another_rank(self, name):
        what = "mask" if name == "mask_input" else name
        message = rf"GRULayer 'layer': (the )?{what} .*\(None, None, 1\)"
        with pytest.raises(ValueError, match=message):
            recurrent(layers.GRULayer, **{name: (None, None, 1)})
        layer = recurrent(layers.GRULayer, **{name: (None, 4 if name == "hid_init" else None)})
        source = layer.input_layers[0]
        with pytest.raises(ValueError, match=f"GRULayer 'layer': .*{what} has 3 axes"):
            get_output(layer, {source: T.tensor3(), layer.input_layers[1]: T.tensor3()})

    @pytest.mark.parametrize(
        ("kind", "arguments"),
        [
            (layers.Conv1DLayer, (4, 3)),
            (layers.Conv2DLayer, (4, 3)),
            (layers.Conv3DLayer, (4, 3)),
            (layers.TransposedConv2DLayer, (4, 3)),
            (layers.TransposedConv3DLayer, (4, 3)),
            (layers.DilatedConv2DLayer, (4, 3)),
        ],
    )
    def test_groups_that_do_not_divide(self, kind, arguments):
        ndim = {"1": 1, "2": 2, "3": 3}[next(c for c in kind.__name__ if c.isdigit())]
        for channels, groups, what in ((3, 2, "3 channels"), (3, 3, "4 filters")):
            source = InputLayer((None, channels, *[7] * ndim))
            with pytest.raises(ValueError, match=f"'layer': {what} .* num_groups={groups}"):
                kind(source, *arguments, num_groups=groups, name="layer")

    if ENGINE == "pytensor":

        @pytest.mark.parametrize(
            ("layer", "shape"),
            [
                (layers.FeaturePoolLayer(InputLayer((None, 6)), 3, name="layer"), (2, 4)),
                (layers.FeatureWTALayer(InputLayer((None, 6)), 3, name="layer"), (2, 4)),
                (layers.Conv2DLayer(images(None, 7), 3, 3, name="layer"), (2, 3, 5, 7)),
                (layers.Conv2DLayer(images(5, 7), 2, 3, num_groups=2, name="layer"), (2, 3, 5, 7)),
                (layers.TransposedConv2DLayer(images(5, 7), 3, 3, name="layer"), (2, 3, 5, 7)),
                (layers.LocallyConnected2DLayer(images(5, 5), 3, 3, name="layer"), (2, 2, 4, 5)),
                (layers.DenseLayer(InputLayer((None, 4)), 3, name="layer"), (2, 5)),
                (layers.NINLayer(InputLayer((None, 4, None)), 3, name="layer"), (2, 5, 3)),
                (recurrent(layers.LSTMLayer), (2, 5, 2)),
            ],
            ids=lambda value: type(value).__name__ if isinstance(value, layers.Layer) else "",
        )
        def test_of_other_sizes_than_were_told(self, layer, shape):
            self.check(layer, shape)


class TestCycles:
    def test_are_named(self):
        first = DenseLayer((None, 3), 3, name="first")
        second = DenseLayer(first, 3, name="second")
        first.input_layer = second
        for ask in (layers.get_all_layers, get_all_params, layers.count_params):
            with pytest.raises(
                ValueError, match="cycle: .*'first' takes its input from .*'second'"
            ):
                ask(second)
        with pytest.raises(ValueError, match="cycle"):
            get_output(second, T.matrix())
        with pytest.raises(ValueError, match="cycle"):
            get_output_shape(second, (5, 3))

    def test_through_a_layer_of_several_inputs(self):
        merged = ConcatLayer([InputLayer((None, 3)), InputLayer((None, 3))], name="merged")
        merged.input_layers[1] = merged
        with pytest.raises(ValueError, match="cycle: .*'merged' takes its input from .*'merged'"):
            get_output(merged)


class TestParameterValues:
    @pytest.mark.parametrize(
        ("spoil", "message"),
        [
            (lambda values: values[:-1], "got 1 values for 2 parameters"),
            (lambda values: [*values, 1], "got 3 values for 2 parameters"),
            (lambda values: [values[0], np.zeros(5)], r"d.b has shape \(2,\), got .* \(5,\)"),
            (lambda values: [values[0], None], r"d.b has shape \(2,\), got .* \(\)"),
            (lambda values: [values[0], ["a", "b"]], "d.b has dtype"),
            (lambda values: [values[0], np.zeros(2, complex)], "d.b has dtype"),
            (
                lambda values: [values[0], np.ma.masked_array([1.0, 2.0], [0, 1])],
                "d.b needs all values, got a masked array",
            ),
        ],
    )
    def test_that_do_not_fit_change_nothing(self, spoil, message):
        layer = DenseLayer((None, 3), 2, name="d")
        before = get_all_param_values(layer)
        with pytest.raises(ValueError, match=message):
            set_all_param_values(layer, spoil([value + 1 for value in before]))
        for found, value in zip(get_all_param_values(layer), before):
            np.testing.assert_array_equal(found, value)

    @pytest.mark.filterwarnings("ignore:Creating an ndarray from ragged")
    def test_without_a_shape(self):
        with pytest.raises(ValueError, match=r"parameter d\.W"):
            set_all_param_values(
                DenseLayer((None, 3), 2, name="d"), [[[1.0, 2.0], [3.0]], np.zeros(2)]
            )

    def test_integers_that_are_too_large(self):
        layer = BiasLayer((None, 2), b=shared(2, name="b", dtype="int8"))
        with pytest.raises(ValueError, match="b has dtype int8, too small for"):
            set_all_param_values(layer, [np.array([1, 300])])
        set_all_param_values(layer, [np.array([1, 100])])
        assert layer.b.get_value().tolist() == [1, 100]


class TestEngines:
    """That are missing or too old are one line, which says what to install."""

    def error(self, setup):
        script = textwrap.dedent(setup) + "\nimport lasagne_expr"
        run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
        assert run.returncode == 1
        return run.stderr.strip().splitlines()[-1]

    def test_no_theano(self):
        message = self.error("import sys; sys.modules['theano'] = None")
        assert message.startswith("ImportError: lasagne_expr needs theano (")
        assert "pip install" in message

    def test_a_theano_that_is_too_old(self):
        message = self.error(
            """
            import sys, types
            sys.modules["theano"] = types.ModuleType("theano")
            sys.modules["theano"].__version__ = "0.9.0"
            """
        )
        assert message.startswith("ImportError: lasagne_expr needs Theano 1.0.5, not 0.9.0: pip")

    @pytest.mark.parametrize(
        ("setup", "message"),
        [
            ("sys.modules['pytensor'] = None", "needs PyTensor: pip install"),
            (
                "sys.modules['pytensor'] = types.ModuleType('pytensor')\n"
                "sys.modules['pytensor'].__version__ = '2.31.7'",
                "needs PyTensor 3, not 2.31.7: pip install",
            ),
            ("sys.modules['jax'] = None", "needs JAX: pip install jax"),
        ]
        if ENGINE == "pytensor"
        else [("sys.modules['numpy'] = None", "pip install 'Theano==1.0.5'")],
    )
    def test_what_the_engine_needs(self, setup, message):
        found = self.error(f"import sys, types\n{setup}")
        assert found.startswith(("ImportError", "ModuleNotFoundError"))
        assert message in found
