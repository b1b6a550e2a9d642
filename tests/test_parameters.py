"""The heart: specs become parameters, and parameters give up their shared variables."""

import pickle
import sys

import numpy as np
import pytest
import theano
import theano.tensor as T
from hypothesis import given
from hypothesis import strategies as st
from theano.sandbox.rng_mrg import MRG_RandomStreams
from theano.tensor.shared_randomstreams import RandomStreams

import lasagne_expr
from lasagne_expr import layers
from lasagne_expr.init import Constant, GlorotUniform, Normal
from lasagne_expr.layers import (
    DenseLayer,
    InputLayer,
    Layer,
    count_params,
    get_all_params,
    get_output,
)
from lasagne_expr.parameters import (
    as_theano_expression,
    collect_shared_vars,
    create_param,
    tagged,
)


def shared(*shape, name=None, dtype=None):
    values = np.arange(1, 1 + np.prod(shape)).reshape(shape) / 10
    return theano.shared(values.astype(dtype or theano.config.floatX), name=name)


class TestAsTheanoExpression:
    def test_returns_variables_as_they_are(self):
        x = T.matrix()
        assert as_theano_expression(x) is x

    def test_wraps_containers(self):
        x = T.scalar()
        wrapped = as_theano_expression({"a": [1.5, x], "b": (np.ones(2),)})
        assert wrapped["a"][1] is x
        assert wrapped["a"][0].eval() == 1.5
        assert wrapped["b"][0].eval().tolist() == [1, 1]

    def test_refuses_what_is_no_tensor(self):
        with pytest.raises(TypeError, match="'nonsense' of type str"):
            as_theano_expression("nonsense")


class TestCollectSharedVars:
    def test_finds_each_once_from_left_to_right(self):
        a, b, c = (shared(2, 2, name=n) for n in "abc")
        expressions = [T.dot(a, b) + a, T.exp(c) * b]
        assert collect_shared_vars(expressions) == [a, b, c]
        assert collect_shared_vars(expressions[::-1]) == [c, b, a]

    def test_takes_a_single_expression(self):
        a = shared(2)
        assert collect_shared_vars(a) == [a]

    def test_leaves_out_constants_inputs_and_random_states(self):
        a = shared(2)
        x = T.vector()
        for streams in (MRG_RandomStreams(1), RandomStreams(1)):
            noise = streams.uniform((2,))
            assert collect_shared_vars(a * noise + x + 3) == [a]

    def test_refuses_what_is_no_variable(self):
        with pytest.raises(TypeError, match="expected Theano variables, got 3"):
            collect_shared_vars([shared(2), 3])

    @pytest.mark.slow
    def test_goes_through_graphs_deeper_than_the_recursion_limit(self):
        a = shared(2, name="a")
        expression = a
        for _ in range(3 * sys.getrecursionlimit()):
            expression = expression + a
        assert collect_shared_vars(expression) == [a]


class TestTagged:
    def test_returns_the_variable(self):
        w = shared(2)
        assert tagged(w, trainable=False) is w

    def test_overrides_the_tags_of_the_parameter(self):
        w, mask = shared(3, 2, name="w"), shared(3, 2, name="mask")
        layer = DenseLayer((None, 3), 2, W=w * tagged(mask, trainable=False), b=None)
        assert layer.get_params() == [w, mask]
        assert layer.get_params(trainable=True) == [w]
        assert layer.get_params(trainable=False) == [mask]
        assert layer.get_params(regularizable=True) == [w]

    def test_what_is_frozen_is_regularized_only_if_that_is_asked_for(self):
        w = tagged(shared(3, 2), trainable=False, regularizable=True)
        layer = DenseLayer((None, 3), 2, W=T.exp(w), b=None)
        assert layer.get_params(trainable=True) == []
        assert layer.get_params(regularizable=True) == [w]

    def test_can_add_a_tag(self):
        w = tagged(shared(3, 2), generator=True)
        layer = DenseLayer((None, 3), 2, W=T.exp(w))
        assert layer.get_params(generator=True) == [w]
        assert layer.get_params(generator=True, trainable=False) == []

    def test_tags_all_shared_variables_of_an_expression(self):
        a, b, w = (shared(2, 2, name=n) for n in "abw")
        layer = DenseLayer((None, 2), 2, W=w + tagged(T.dot(a, b), trainable=False), b=None)
        assert layer.get_params(trainable=True) == [w]

    def test_later_tags_are_added_to_earlier_ones(self):
        w = tagged(tagged(shared(2, 2), trainable=False), regularizable=False)
        layer = DenseLayer((None, 2), 2, W=w, b=None)
        assert layer.get_params(trainable=False, regularizable=False) == [w]

    def test_tags_travel_with_a_pickle(self):
        w, mask = shared(3, 2, name="w"), shared(3, 2, name="mask")
        layer = DenseLayer((None, 3), 2, W=w * tagged(mask, trainable=False), b=None)
        copy = pickle.loads(pickle.dumps(layer))
        assert [v.name for v in copy.get_params(trainable=True)] == ["w"]
        assert [v.name for v in copy.get_params()] == ["w", "mask"]
        np.testing.assert_array_equal(copy.get_params()[0].get_value(), w.get_value())

    def test_tags_travel_with_a_clone(self):
        w, mask = shared(3, 2), shared(3, 2)
        expression = w * tagged(mask, trainable=False)
        copy = theano.clone(expression, share_inputs=False)
        layer = DenseLayer((None, 3), 2, W=copy, b=None)
        trainable, fixed = layer.get_params()
        assert trainable not in (w, mask)
        assert layer.get_params(trainable=True) == [trainable]
        assert layer.get_params(trainable=False) == [fixed]

    def test_refuses_nonsense(self):
        with pytest.raises(TypeError, match="'trainable' should be True or False, got 'no'"):
            tagged(shared(2), trainable="no")
        with pytest.raises(TypeError, match="expected Theano variables|expected a Theano variable"):
            tagged(3, trainable=False)
        with pytest.raises(ValueError, match="no tag given"):
            tagged(shared(2))
        with pytest.raises(ValueError, match="depends on no shared variable"):
            tagged(T.matrix() + 1, trainable=False)

    def test_is_offered_at_the_top(self):
        assert lasagne_expr.tagged is tagged


class TestVariablesThatAreNeverLearned:
    def test_integers(self):
        w = shared(4, 2, name="w")
        rows = theano.shared(np.array([0, 2, 3]), name="rows")
        layer = DenseLayer((None, 3), 2, W=w[rows], b=None)
        assert layer.get_params() == [w, rows]
        assert layer.get_params(trainable=True) == [w]
        assert layer.get_params(regularizable=True) == [w]

    def test_random_states(self):
        w = shared(3, 2, name="w")
        noise = MRG_RandomStreams(3).normal((3, 2))
        layer = DenseLayer((None, 3), 2, W=w + noise, b=None)
        assert layer.get_params() == [w]

    @pytest.mark.parametrize("streams", [MRG_RandomStreams, RandomStreams])
    def test_parameters_that_are_only_noise(self, streams):
        """What is drawn isn't learned, though it is a parameter of the layer."""
        layer = DenseLayer((None, 3), 2, b=None, W=streams(3).normal((3, 2)))
        assert layer.get_params() == []
        assert layer.get_params(unwrap_shared=False) == [layer.W]
        assert layer.get_params(unwrap_shared=False, trainable=False) == [layer.W]
        for tag in ("trainable", "regularizable"):
            assert layer.get_params(unwrap_shared=False, **{tag: True}) == []

    def test_parameters_that_are_inputs(self):
        """What is given with each call has the tags that its layer gave it."""
        layer = DenseLayer((None, 3), 2, b=None, W=T.matrix("W"))
        assert layer.get_params(unwrap_shared=False, trainable=True) == [layer.W]


class TestCreateParam:
    def test_an_array_becomes_a_shared_variable(self):
        param = create_param(np.ones((3, 2), theano.config.floatX), (3, 2), "w")
        assert isinstance(param, theano.compile.SharedVariable)
        assert param.name == "w"
        np.testing.assert_array_equal(param.get_value(), np.ones((3, 2)))

    def test_an_axis_of_size_one_broadcasts(self):
        param = create_param(Constant(1), (3, 1))
        assert param.broadcastable == (False, True)

    def test_a_shared_variable_is_used_as_it_is(self):
        w = shared(3, 2, name="mine")
        assert create_param(w, (3, 2), "layer.W") is w
        assert w.name == "mine"

    def test_an_expression_is_used_as_it_is_and_named(self):
        expression = T.exp(shared(3, 2))
        assert create_param(expression, (3, 2), "layer.W") is expression
        assert expression.name == "layer.W"

    def test_a_callable_may_return_anything(self):
        w = shared(3, 2, name="w")
        assert create_param(lambda shape: w, (3, 2)) is w
        assert collect_shared_vars(create_param(lambda shape: T.exp(w), (3, 2))) == [w]
        ones = create_param(lambda shape: np.ones(shape, theano.config.floatX), (3, 2))
        assert ones.get_value().shape == (3, 2)

    def test_an_expression_without_shared_variables_is_a_constant_parameter(self):
        layer = DenseLayer((None, 3), 2, W=T.ones((3, 2)), b=None)
        assert layer.get_params() == []
        assert layer.get_params(unwrap_shared=False, trainable=True) == [layer.W]
        assert layer.W.eval().tolist() == [[1, 1]] * 3

    @pytest.mark.parametrize(
        ("spec", "message"),
        [
            (np.ones((2, 3)), r"should have shape \(3, 2\), but its array has \(2, 3\)"),
            (np.ones(3), r"should have shape \(3, 2\), but its array has \(3,\)"),
            (0.5, r"its array has \(\); lasagne_expr.init.Constant fills a shape"),
            (np.full((3, 2), np.nan), "contains NaN"),
            (lambda shape: np.ones(5), r"what .*lambda.* returned has \(5,\)"),
            (lambda shape: np.full(shape, np.nan), "returned contains NaN"),
        ],
    )
    def test_refuses_arrays_that_do_not_fit(self, spec, message):
        with pytest.raises(ValueError, match="parameter layer.W.*" + message):
            create_param(spec, (3, 2), "layer.W")

    @pytest.mark.parametrize(
        ("spec", "message"),
        [
            ("glorot", "is given as 'glorot', but should be an array, a shared variable"),
            (None, "is given as None"),
            ([[1.0, 2.0]], "is given as"),
            (lambda shape: "nonsense", "returned is 'nonsense', but should be"),
            (np.array([["a", "b"]] * 3), "dtype <U1, not numbers"),
        ],
    )
    def test_refuses_what_is_no_spec(self, spec, message):
        with pytest.raises(TypeError, match="parameter layer.W.*" + message):
            create_param(spec, (3, 2), "layer.W")

    @pytest.mark.parametrize("shape", [(0, 2), (3, -1), (2.0, 3), (None, 2)])
    def test_refuses_shapes_that_are_none(self, shape):
        with pytest.raises(ValueError, match="every size must be a positive integer"):
            create_param(Constant(0), shape)


class TestShapesOfExpressions:
    def test_names_layer_parameter_shapes_and_the_transpose(self):
        l1 = InputLayer((None, 5))
        l2 = DenseLayer(l1, 3, name="encode")
        with pytest.raises(ValueError) as error:
            DenseLayer(l2, 5, W=l2.W, name="decode")
        assert str(error.value) == (
            "DenseLayer 'decode': parameter decode.W should have shape (3, 5), but encode.W has "
            "(5, 3); its transpose fits: encode.W.T"
        )

    def test_the_transpose_is_not_suggested_where_it_does_not_fit(self):
        with pytest.raises(ValueError, match=r"has \(4, 6\)$"):
            create_param(shared(4, 6, name="w"), (3, 5), "W")

    def test_of_an_expression_by_the_current_values(self):
        w = shared(3, 2, name="w")
        with pytest.raises(ValueError, match=r"should have shape \(3, 2\).*has \(3, 3\)"):
            create_param(T.dot(w, w.T), (3, 2), "W")
        assert create_param(T.dot(w, w.T), (3, 3), "W") is not None

    def test_of_another_rank(self):
        with pytest.raises(ValueError, match=r"should have shape \(3, 2\), but .* has 1 dimension"):
            create_param(shared(6), (3, 2), "W")

    def test_of_parts_that_do_not_go_together(self):
        a, b = shared(3, 4), shared(5, 2)
        with pytest.raises(ValueError, match=r"can't be computed: it multiplies.*4 and 5 differ"):
            create_param(T.dot(a, b), (3, 2), "W")
        with pytest.raises(ValueError, match=r"can't be computed: .*\(3, 4\) and \(5, 2\)"):
            create_param(a + b, (3, 4), "W")

    def test_that_depend_on_an_input_are_checked_as_far_as_they_are_known(self):
        x, w = T.matrix("x"), shared(4, 2)
        assert create_param(T.dot(x, w), (3, 2), "W") is not None
        with pytest.raises(ValueError, match=r"should have shape \(3, 5\).*has \(None, 2\)"):
            create_param(T.dot(x, w), (3, 5), "W")

    def test_a_free_input_is_named_when_the_function_is_compiled(self):
        l1 = InputLayer((None, 3))
        free = T.matrix("hyper")
        layer = DenseLayer(l1, 2, W=T.dot(free, shared(4, 2)))
        with pytest.raises(Exception, match="hyper"):
            theano.function([l1.input_var], get_output(layer))


class TestDtypes:
    def test_a_wider_parameter_is_warned_of(self):
        theano.config.floatX = "float32"
        with pytest.warns(UserWarning, match="parameter layer.W has dtype float64.*float32"):
            create_param(np.ones((3, 2)), (3, 2), "layer.W")
        with pytest.warns(UserWarning, match="computes in float64"):
            create_param(T.exp(shared(3, 2, dtype="float64")), (3, 2))

    @pytest.mark.parametrize("dtype", ["float16", "float32", "int8", "int16", "bool"])
    def test_narrower_ones_are_not(self, dtype, recwarn):
        theano.config.floatX = "float32"
        create_param(np.ones((3, 2), dtype), (3, 2))
        assert not [w for w in recwarn if issubclass(w.category, UserWarning)]


class TestNames:
    def test_of_variables_made_for_a_layer(self):
        layer = DenseLayer((None, 3), 2, name="dense")
        assert [p.name for p in layer.get_params()] == ["dense.W", "dense.b"]

    def test_without_a_layer_name(self):
        assert [p.name for p in DenseLayer((None, 3), 2).get_params()] == ["W", "b"]

    def test_a_users_own_is_kept(self):
        w = shared(3, 2, name="mine")
        assert DenseLayer((None, 3), 2, W=w, name="dense").W.name == "mine"


class TestTheFiveExpressions:
    """The blog post's: shared, tied, factorized, positive, positive semi-definite."""

    def test_count_of_learned_numbers(self):
        l1 = InputLayer((64, 784))
        l2 = DenseLayer(l1, num_units=500)
        floatX = lasagne_expr.utils.floatX
        assert count_params(DenseLayer(l1, num_units=500, W=l2.W)) == 784 * 500 + 500
        assert count_params(DenseLayer(l2, num_units=784, W=l2.W.T)) == 784 * 500 + 500 + 784
        w1 = theano.shared(floatX(GlorotUniform()((784, 100))))
        w2 = theano.shared(floatX(GlorotUniform()((100, 500))))
        assert count_params(DenseLayer(l1, num_units=500, W=T.dot(w1, w2))) == 128400 + 500
        w = theano.shared(floatX(Normal(0.01, mean=-10)((784, 500))))
        assert count_params(DenseLayer(l1, num_units=500, W=T.exp(w))) == 392000 + 500
        v = theano.shared(floatX(GlorotUniform()((500, 500))))
        layer = DenseLayer(l2, num_units=500, W=T.dot(v, v.T))
        assert count_params(layer) == 250000 + 500 + 392000 + 500
        assert v in get_all_params(layer, trainable=True)


# Random expressions, whose value NumPy computes beside.
UNARY = {
    "transpose": (lambda x: x.T, lambda x: x.T),
    "tanh": (T.tanh, np.tanh),
    "exp": (lambda x: T.exp(0.1 * x), lambda x: np.exp(0.1 * x)),
    "softplus": (T.nnet.softplus, lambda x: np.logaddexp(0, x)),
    "negative": (lambda x: -x, lambda x: -x),
    "rows": (lambda x: x[::-1], lambda x: x[::-1]),
}
BINARY = {
    "dot": (T.dot, np.dot),
    "sum": (lambda a, b: a + b, lambda a, b: a + b),
    "product": (lambda a, b: a * b, lambda a, b: a * b),
}
leaf = st.tuples(st.just("leaf"), st.integers(0, 3))
trees = st.recursive(
    leaf,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(sorted(UNARY)), inner),
        st.tuples(st.sampled_from(sorted(BINARY)), inner, inner),
    ),
    max_leaves=5,
)


def build(tree, variables, arrays):
    """Make the expression of a tree, and its value by NumPy."""
    kind, *parts = tree
    if kind == "leaf":
        return variables[parts[0]], arrays[parts[0]]
    pairs = [build(part, variables, arrays) for part in parts]
    symbolic, numeric = (UNARY | BINARY)[kind]
    return symbolic(*(s for s, _ in pairs)), numeric(*(n for _, n in pairs))


def leaves_in_order(tree):
    if tree[0] == "leaf":
        return [tree[1]]
    return [leaf for part in tree[1:] for leaf in leaves_in_order(part)]


class TestRandomExpressions:
    @given(trees)
    def test_the_walker_finds_each_shared_variable_once_in_a_stable_order(self, tree):
        variables = [shared(3, 3, name=f"w{n}") for n in range(4)]
        expression, _ = build(tree, variables, [v.get_value() for v in variables])
        expected = [variables[n] for n in dict.fromkeys(leaves_in_order(tree))]
        assert collect_shared_vars(expression) == expected
        layer = DenseLayer((None, 3), 3, W=expression, b=None)
        assert layer.get_params(trainable=True) == expected

    @pytest.mark.slow
    @given(tree=trees, fixed=st.integers(0, 3))
    def test_a_step_moves_each_trainable_variable_and_no_other(self, tree, fixed):
        rng = np.random.RandomState(0)
        arrays = [rng.uniform(0.2, 0.9, (3, 3)) for _ in range(4)]
        variables = [theano.shared(a.copy(), name=f"w{n}") for n, a in enumerate(arrays)]
        tagged(variables[fixed], trainable=False)
        expression, value = build(tree, variables, arrays)
        layer = DenseLayer((None, 3), 3, W=expression, b=None, nonlinearity=None)
        x = rng.uniform(0.5, 1, (2, 3))
        loss = T.sum(get_output(layer, x) ** 2)
        learned = layer.get_params(trainable=True)
        rate = 1e-3
        step = theano.function([], loss, updates=lasagne_expr.updates.sgd(loss, learned, rate))
        assert step() == pytest.approx(np.sum(x.dot(value) ** 2))
        used = {n for n in leaves_in_order(tree) if n != fixed}
        assert {variables.index(v) for v in learned} == used
        for n, variable in enumerate(variables):
            moved = not np.array_equal(variable.get_value(), arrays[n])
            assert moved == (n in used)


class TestDeepNetworks:
    def test_a_thousand_layers(self):
        layer = InputLayer((None, 3))
        for _ in range(1000):
            layer = DenseLayer(layer, 3, W=T.exp(shared(3, 3)))
        assert len(get_all_params(layer, trainable=True)) == 2000
        assert get_output(layer).ndim == 2


class TestCustomLayers:
    def test_one_method_is_enough(self):
        class DoubleLayer(Layer):
            def get_output_for(self, input, **kwargs):
                return 2 * input

        layer = DoubleLayer(InputLayer((None, 3)))
        assert get_output(layer, np.ones((1, 3))).eval().tolist() == [[2, 2, 2]]
        assert layer.output_shape == (None, 3)


class TestSharing:
    def test_a_shared_expression_is_computed_once(self):
        """Three layers use one product: in a training step there is one node that computes it."""
        w1, w2 = shared(4, 2, name="w1"), shared(2, 4, name="w2")
        weights = T.dot(w1, w2)
        x = T.matrix("x")
        layer = InputLayer((None, 4), x)
        for _ in range(3):
            layer = DenseLayer(layer, 4, W=weights, b=None, nonlinearity=T.tanh)
        loss = T.sqr(get_output(layer)).mean()
        params = get_all_params(layer, trainable=True)
        assert params == [w1, w2]
        steps = [(p, p - T.cast(0.1, p.dtype) * g) for p, g in zip(params, T.grad(loss, params))]
        step = theano.function([x], loss, updates=steps)
        products = [
            node
            for node in step.maker.fgraph.toposort()
            if {"w1", "w2"} <= {getattr(v, "name", None) for v in node.inputs}
        ]
        assert len(products) == 1
        assert "dot" in str(products[0].op).lower()


class TestBroadcasting:
    def one(self, *shape):
        value = np.full(shape, 0.5, theano.config.floatX)
        return theano.shared(value, name="one", broadcastable=[size == 1 for size in shape])

    def test_a_bias_of_one_element_is_for_all_units(self):
        b = self.one(1)
        layer = DenseLayer(InputLayer((2, 3)), 4, b=b, nonlinearity=None)
        assert layer.b is b
        zeros = np.zeros((2, 3), theano.config.floatX)
        assert get_output(layer, zeros).eval().tolist() == [[0.5] * 4] * 2
        assert layer.get_params(trainable=True) == [layer.W, b]

    @pytest.mark.parametrize(
        "make",
        [
            lambda b: layers.Conv2DLayer((2, 3, 5, 5), 4, 3, b=b, nonlinearity=None),
            lambda b: layers.NINLayer((2, 3, 5, 5), 4, b=b, nonlinearity=None),
            lambda b: layers.BiasLayer((2, 3, 5, 5), b=b),
            lambda b: layers.ScaleLayer((2, 3, 5, 5), scales=b),
            lambda b: layers.ParametricRectifierLayer((2, 3, 5, 5), alpha=b),
            lambda b: layers.BatchNormLayer((2, 3, 5, 5), beta=b, gamma=b),
        ],
    )
    def test_parameters_of_layers_that_broadcast(self, make):
        x = np.random.normal(size=(2, 3, 5, 5)).astype(theano.config.floatX)
        found, full = make(self.one(1)), make(Constant(0.5))
        values = [p.get_value() for p in found.get_params() if p.name != "one"]
        rest = [p for p in full.get_params() if p.name == "W"]
        for param, value in zip(rest, values):
            param.set_value(value)
        np.testing.assert_allclose(
            get_output(found, x).eval(), get_output(full, x).eval(), rtol=1e-5, atol=1e-6
        )

    def test_an_expression_broadcasts_too(self):
        row = self.one(1, 3)
        assert create_param(row * 2, (5, 3)).broadcastable == (True, False)
        with pytest.raises(ValueError, match=r"should have shape \(5, 4\), but one has \(1, 3\)"):
            create_param(row, (5, 4))

    @pytest.mark.parametrize(
        "make",
        [
            lambda w: DenseLayer((None, 5), 3, W=w, name="l"),
            lambda w: layers.NINLayer((None, 5, 2), 3, W=w, name="l"),
            lambda w: layers.EmbeddingLayer((None,), 5, 3, W=w, name="l"),
            lambda w: layers.LSTMLayer((2, 4, 5), 3, ingate=layers.Gate(W_in=w), name="l"),
        ],
    )
    def test_weights_may_not(self, make):
        with pytest.raises(ValueError, match=r"'l': parameter l\..* shape \(5, 3\), but one has"):
            make(self.one(1, 3))
