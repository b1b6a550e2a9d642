"""Recurrent layers: against NumPy loops and finite differences."""

import numpy as np
import pytest
import theano
import theano.tensor as T

from engines import ENGINE
from lasagne_expr import init
from lasagne_expr.layers import (
    CustomRecurrentLayer,
    DenseLayer,
    DropoutLayer,
    Gate,
    GRULayer,
    InputLayer,
    LSTMLayer,
    RecurrentLayer,
    get_all_param_values,
    get_all_params,
    get_output,
    get_output_shape,
    set_all_param_values,
)
from lasagne_expr.nonlinearities import identity, sigmoid, tanh
from numerics import check_gradients, check_pickling, layer_output

pytestmark = pytest.mark.filterwarnings("error:.*PyTensor interprets it:UserWarning")

INPUTS, UNITS = 2, 3
KINDS = [RecurrentLayer, LSTMLayer, GRULayer]


def normal(*shape, seed=0):
    return np.random.RandomState(seed).normal(size=shape)


def squash(x):
    return 1 / (1 + np.exp(-x))


def randomized(layer, seed=1):
    """Give a layer random parameters, first states and biases included."""
    params = get_all_params(layer)
    values = [normal(*p.get_value().shape, seed=seed + n) / 2 for n, p in enumerate(params)]
    set_all_param_values(layer, values)
    return layer


def make(kind, *args, **kwargs):
    if kind is RecurrentLayer:
        kwargs.setdefault("nonlinearity", tanh)
    return randomized(kind(*args, num_units=UNITS, **kwargs))


def values_of(layer):
    """A layer's parameters in NumPy, by name."""
    return {str(param): param.get_value() for param in get_all_params(layer)}


def recurrent_step(p, x, hidden):
    (hidden,) = hidden
    new = np.tanh(
        x @ p["input_to_hidden.W"] + p["input_to_hidden.b"] + hidden @ p["hidden_to_hidden.W"]
    )
    return [new]


def lstm_step(p, x, states):
    hidden, cell = states

    def total(gate):
        return x @ p[f"W_in_to_{gate}"] + hidden @ p[f"W_hid_to_{gate}"] + p[f"b_{gate}"]

    ingate = squash(total("ingate") + cell * p.get("W_cell_to_ingate", 0))
    forgetgate = squash(total("forgetgate") + cell * p.get("W_cell_to_forgetgate", 0))
    cell = forgetgate * cell + ingate * np.tanh(total("cell"))
    outgate = squash(total("outgate") + cell * p.get("W_cell_to_outgate", 0))
    return [outgate * np.tanh(cell), cell]


def gru_step(p, x, states):
    (hidden,) = states

    def parts(gate):
        return x @ p[f"W_in_to_{gate}"] + p[f"b_{gate}"], hidden @ p[f"W_hid_to_{gate}"]

    reset, update = (squash(sum(parts(gate))) for gate in ("resetgate", "updategate"))
    from_input, from_hidden = parts("hidden_update")
    new = np.tanh(from_input + reset * from_hidden)
    return [(1 - update) * hidden + update * new]


STEPS = {
    RecurrentLayer: (recurrent_step, ["hid_init"]),
    LSTMLayer: (lstm_step, ["hid_init", "cell_init"]),
    GRULayer: (gru_step, ["hid_init"]),
}


def loop(kind, p, x, mask=None, backwards=False, initial=None):
    """Go over sequences in NumPy; return the outputs in the order of the input."""
    step, names = STEPS[kind]
    p = {**p, **(initial or {})}
    states = [np.broadcast_to(p[name], (len(x), UNITS)) for name in names]
    outputs = {}
    order = range(x.shape[1])
    for n in reversed(order) if backwards else order:
        new = step(p, x[:, n].reshape(len(x), -1), states)
        if mask is not None:
            new = [np.where(mask[:, n, None] != 0, a, b) for a, b in zip(new, states)]
        states = new
        outputs[n] = states[0]
    return np.stack([outputs[n] for n in order], axis=1)


@pytest.mark.parametrize("kind", KINDS)
class TestAllKinds:
    def test_output(self, kind):
        layer = make(kind, InputLayer((None, None, INPUTS)))
        x = normal(4, 5, INPUTS)
        assert layer.output_shape == (None, None, UNITS)
        np.testing.assert_allclose(layer_output(layer, x), loop(kind, values_of(layer), x))

    def test_sequences_of_several_sizes_through_one_function(self, kind):
        layer = make(kind, InputLayer((None, None, INPUTS)))
        x = T.dtensor3()
        compute = theano.function([x], get_output(layer, x))
        for batch, steps in ((3, 4), (1, 6), (5, 1), (3, 4)):
            data = normal(batch, steps, INPUTS)
            np.testing.assert_allclose(compute(data), loop(kind, values_of(layer), data))

    def test_gradients(self, kind):
        source = InputLayer((None, None, INPUTS), input_var=T.dtensor3())
        check_gradients(make(kind, source, learn_init=True), normal(2, 3, INPUTS))

    def test_mask(self, kind):
        l_in, l_mask = InputLayer((None, None, INPUTS)), InputLayer((None, None))
        layer = make(kind, l_in, mask_input=l_mask)
        x = normal(3, 4, INPUTS)
        mask = np.array([[1, 1, 1, 1], [1, 1, 0, 0], [1, 0, 1, 0]], dtype="float64")
        found = layer_output(layer, {l_in: x, l_mask: mask})
        np.testing.assert_allclose(found, loop(kind, values_of(layer), x, mask))
        np.testing.assert_array_equal(found[1, 1], found[1, 3])

    def test_backwards(self, kind):
        l_in, l_mask = InputLayer((None, None, INPUTS)), InputLayer((None, None))
        layer = make(kind, l_in, mask_input=l_mask, backwards=True)
        final = make(kind, l_in, mask_input=l_mask, backwards=True, only_return_final=True)
        x, mask = normal(2, 4, INPUTS), np.array([[1, 1, 1, 0], [1, 1, 1, 1]], dtype="float64")
        expected = loop(kind, values_of(layer), x, mask, backwards=True)
        given = {l_in: x, l_mask: mask}
        np.testing.assert_allclose(layer_output(layer, given), expected)
        np.testing.assert_allclose(layer_output(final, given), expected[:, 0])

    def test_only_the_final_output(self, kind):
        layer = make(kind, InputLayer((None, None, INPUTS)), only_return_final=True)
        x = normal(4, 5, INPUTS)
        assert layer.output_shape == (None, UNITS)
        assert get_output_shape(layer, (7, 8, INPUTS)) == (7, UNITS)
        np.testing.assert_allclose(layer_output(layer, x), loop(kind, values_of(layer), x)[:, -1])

    def test_unrolled_and_not_precomputed_is_the_same(self, kind):
        l_in, l_mask = InputLayer((None, 4, INPUTS)), InputLayer((None, 4))
        x, mask = T.dtensor3(), T.dmatrix()
        outputs = []
        for unroll_scan in (False, True):
            for precompute_input in (False, True):
                layer = make(
                    kind,
                    l_in,
                    mask_input=l_mask,
                    unroll_scan=unroll_scan,
                    precompute_input=precompute_input,
                    backwards=True,
                    grad_clipping=0.1,
                )
                output = get_output(layer, {l_in: x, l_mask: mask})
                params = get_all_params(layer, trainable=True)
                outputs += [output, *T.grad((output**2).sum(), params)]
        data, present = normal(2, 4, INPUTS), np.array([[1.0, 1, 0, 1], [1, 1, 1, 1]])
        found = theano.function([x, mask], outputs)(data, present)
        count = len(found) // 4
        for n in range(1, 4):
            for a, b in zip(found[:count], found[n * count :]):
                np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)

    def test_inputs_of_several_axes(self, kind):
        layer = make(kind, InputLayer((None, None, 2, 2)))
        x = normal(3, 2, 2, 2)
        np.testing.assert_allclose(layer_output(layer, x), loop(kind, values_of(layer), x))

    def test_first_state_from_an_array_or_an_expression(self, kind):
        v = theano.shared(normal(UNITS), name="v")
        x = normal(2, 3, INPUTS)
        for spec, value in (
            (normal(1, UNITS), normal(1, UNITS)),
            (T.tanh(v).dimshuffle("x", 0), np.tanh(normal(UNITS))),
        ):
            layer = kind(InputLayer((None, None, INPUTS)), UNITS, hid_init=spec, learn_init=True)
            if kind is RecurrentLayer:
                layer.nonlinearity = tanh
            p = values_of(layer)
            found = layer_output(layer, x)
            np.testing.assert_allclose(
                found, loop(kind, p, x, initial={"hid_init": value}), rtol=1e-6
            )
        assert v in get_all_params(layer, trainable=True)

    def test_first_state_from_a_layer(self, kind):
        l_in, l_first = InputLayer((None, None, INPUTS)), InputLayer((None, UNITS))
        layer = make(kind, l_in, hid_init=l_first)
        x, first = normal(2, 3, INPUTS), normal(2, UNITS, seed=5)
        found = layer_output(layer, {l_in: x, l_first: first})
        expected = loop(kind, values_of(layer), x, initial={"hid_init": first})
        np.testing.assert_allclose(found, expected)

    def test_first_states_are_trainable_only_if_learned(self, kind):
        layer = kind((None, None, INPUTS), UNITS)
        learned = kind((None, None, INPUTS), UNITS, learn_init=True)
        assert not [p for p in layer.get_params(trainable=True) if str(p).endswith("init")]
        assert [p for p in learned.get_params(trainable=True) if str(p).endswith("init")]
        assert not [p for p in learned.get_params(regularizable=True) if str(p).endswith("init")]

    def test_gradient_steps(self, kind):
        source = InputLayer((None, None, INPUTS))
        x = T.dtensor3()
        whole = make(kind, source, only_return_final=True)
        part = make(kind, source, only_return_final=True, gradient_steps=2)
        gradients = [T.grad(get_output(layer, x).sum(), x) for layer in (whole, part)]
        of_whole, of_part = theano.function([x], gradients)(normal(2, 4, INPUTS))
        assert np.abs(of_whole[:, :2]).max() > 0
        np.testing.assert_array_equal(of_part[:, :2], 0)
        np.testing.assert_allclose(of_part[:, 2:], of_whole[:, 2:])

    def test_clipping_leaves_small_gradients_and_bounds_large_ones(self, kind):
        source = InputLayer((None, None, INPUTS))
        x = T.dtensor3()
        gradients = []
        for clip in (0, 1e6, 1e-3):
            layer = make(kind, source, grad_clipping=clip)
            cost = get_output(layer, x).sum() * 100
            biases = [
                p
                for p in get_all_params(layer)
                if str(p).startswith("b_") or "to_hidden.b" in str(p)
            ]
            gradients.append(T.concatenate(T.grad(cost, biases)))
        free, loose, tight = theano.function([x], gradients)(normal(2, 4, INPUTS))
        np.testing.assert_allclose(free, loose)
        # 8 gradients, of 2 sequences of 4 steps, are added up.
        assert 0 < np.abs(tight).max() <= 8e-3 + 1e-12 < np.abs(free).max()

    def test_float32_stays_float32(self, kind):
        theano.config.floatX = "float32"
        layer = kind(InputLayer((None, None, INPUTS)), UNITS)
        x = T.ftensor3()
        output = get_output(layer, x)
        assert output.dtype == "float32"
        gradient = T.grad(output.sum(), get_all_params(layer, trainable=True))
        found = theano.function([x], [output, *gradient])(normal(2, 3, INPUTS).astype("float32"))
        assert {value.dtype for value in found} == {np.dtype("float32")}

    def test_pickling(self, kind):
        check_pickling(make(kind, InputLayer((None, None, INPUTS))), normal(2, 3, INPUTS))


class TestParameters:
    def test_order_of_the_recurrent_layers(self):
        layer = RecurrentLayer((None, None, INPUTS), UNITS, name="rnn")
        names = ["hid_init", "input_to_hidden.W", "input_to_hidden.b", "hidden_to_hidden.W"]
        assert [str(p) for p in get_all_params(layer)] == [f"rnn.{name}" for name in names]
        assert get_all_params(layer)[1:] == [layer.W_in_to_hid, layer.b, layer.W_hid_to_hid]

    def test_order_of_lstm(self):
        names = [
            f"{kind}_{gate}"
            for gate in ("ingate", "forgetgate", "cell", "outgate")
            for kind in ("W_in_to", "W_hid_to", "b")
        ]
        states = ["cell_init", "hid_init"]
        peepholes = [f"W_cell_to_{gate}" for gate in ("ingate", "forgetgate", "outgate")]
        layer = LSTMLayer((None, None, INPUTS), UNITS)
        assert [str(p) for p in get_all_params(layer)] == [*names, *peepholes, *states]
        assert all(getattr(layer, name) in layer.params for name in [*names, *peepholes, *states])
        without = LSTMLayer((None, None, INPUTS), UNITS, peepholes=False)
        assert [str(p) for p in get_all_params(without)] == [*names, *states]

    def test_order_of_gru(self):
        names = [
            f"{kind}_{gate}"
            for gate in ("updategate", "resetgate", "hidden_update")
            for kind in ("W_in_to", "W_hid_to", "b")
        ]
        layer = GRULayer((None, None, INPUTS), UNITS)
        assert [str(p) for p in get_all_params(layer)] == [*names, "hid_init"]

    def test_saved_values_load(self, tmp_path):
        layer, other = (LSTMLayer((None, None, INPUTS), UNITS) for _ in range(2))
        np.savez(tmp_path / "model.npz", *get_all_param_values(layer))
        with np.load(tmp_path / "model.npz") as file:
            set_all_param_values(other, [file[f"arr_{n}"] for n in range(len(file.files))])
        for a, b in zip(get_all_param_values(layer), get_all_param_values(other)):
            np.testing.assert_array_equal(a, b)

    def test_biases_and_first_states_are_not_regularizable(self):
        layer = LSTMLayer((None, None, INPUTS), UNITS)
        names = [str(p) for p in layer.get_params(regularizable=True)]
        assert len(names) == 11
        assert all(name.startswith("W_") for name in names)

    def test_defaults_of_gates(self):
        layer = LSTMLayer((None, None, 20), 30)
        assert layer.nonlinearity_ingate is sigmoid
        assert layer.nonlinearity_cell is layer.nonlinearity is tanh
        assert Gate(nonlinearity=None).nonlinearity is identity
        assert np.std(layer.W_in_to_ingate.get_value()) == pytest.approx(0.1, rel=0.2)
        assert not layer.b_cell.get_value().any()

    @pytest.mark.parametrize("gate", ["ingate", "forgetgate", "cell", "outgate"])
    def test_lstm_gates_of_expressions(self, gate):
        w, u = theano.shared(normal(INPUTS, UNITS), "w"), theano.shared(normal(UNITS, 2), "u")
        p, b = theano.shared(normal(UNITS), "p"), theano.shared(normal(2 * UNITS), "b")
        given = Gate(
            W_in=T.exp(w) / 3,
            W_hid=lambda shape: T.dot(u, u.T),
            W_cell=None if gate == "cell" else T.sin(p),
            b=b[::2],
        )
        source = InputLayer((None, None, INPUTS), input_var=T.dtensor3())
        layer = LSTMLayer(source, UNITS, **{gate: given})
        used = [w, u, b] if gate == "cell" else [w, u, b, p]
        assert [v for v in layer.get_params(trainable=True) if v in used] == used
        check_gradients(layer, normal(2, 3, INPUTS) / 2)

    @pytest.mark.parametrize("gate", ["resetgate", "updategate", "hidden_update"])
    def test_gru_gates_of_expressions(self, gate):
        w, u = theano.shared(normal(INPUTS, UNITS), "w"), theano.shared(normal(UNITS, 2), "u")
        given = Gate(W_in=T.exp(w) / 3, W_hid=T.dot(u, u.T), b=w.sum(0))
        source = InputLayer((None, None, INPUTS), input_var=T.dtensor3())
        layer = GRULayer(source, UNITS, **{gate: given})
        assert {w, u} <= set(layer.get_params(trainable=True))
        check_gradients(layer, normal(2, 3, INPUTS) / 2)

    def test_recurrent_layer_of_expressions(self):
        w, u = theano.shared(normal(INPUTS, UNITS), "w"), theano.shared(normal(UNITS, 2), "u")
        source = InputLayer((None, None, INPUTS), input_var=T.dtensor3())
        layer = RecurrentLayer(
            source,
            UNITS,
            W_in_to_hid=T.exp(w),
            W_hid_to_hid=T.dot(u, u.T) / 5,
            b=w[0] ** 2,
            nonlinearity=tanh,
            hid_init=u[:, :1].T,
            learn_init=True,
        )
        assert get_all_params(layer) == [u, w]
        check_gradients(layer, normal(2, 3, INPUTS))

    def test_weights_shared_with_another_layer(self):
        first = GRULayer((None, None, UNITS), UNITS)
        second = GRULayer(
            first,
            UNITS,
            resetgate=Gate(W_in=first.W_in_to_resetgate, W_hid=first.W_hid_to_resetgate.T),
        )
        assert len(get_all_params(second)) == 2 * 10 - 2


class TestCustomRecurrentLayer:
    def make(self, **kwargs):
        f = DenseLayer(InputLayer((None, INPUTS)), UNITS, nonlinearity=None, name="f")
        g1 = DenseLayer(InputLayer((None, UNITS)), 4, nonlinearity=tanh, name="g1")
        g2 = DenseLayer(g1, UNITS, nonlinearity=None, name="g2")
        l_in = InputLayer((None, None, INPUTS), input_var=T.dtensor3())
        return randomized(CustomRecurrentLayer(l_in, f, g2, nonlinearity=tanh, **kwargs))

    def test_output_and_gradients(self):
        layer = self.make(learn_init=True)
        x = normal(2, 3, INPUTS)
        p = values_of(layer)
        h, expected = np.repeat(p["hid_init"], 2, axis=0), []
        for n in range(3):
            inner = np.tanh(h @ p["g1.W"] + p["g1.b"]) @ p["g2.W"] + p["g2.b"]
            h = np.tanh(x[:, n] @ p["f.W"] + p["f.b"] + inner)
            expected.append(h)
        np.testing.assert_allclose(layer_output(layer, x), np.stack(expected, axis=1))
        check_gradients(layer, x)

    def test_order_of_parameters(self):
        names = ["hid_init", "f.W", "f.b", "g1.W", "g1.b", "g2.W", "g2.b"]
        assert [str(p) for p in get_all_params(self.make())] == names

    def test_states_of_several_axes(self):
        f = DenseLayer(InputLayer((None, 2, INPUTS)), UNITS, num_leading_axes=2, nonlinearity=None)
        g = DenseLayer(InputLayer((None, 2, UNITS)), UNITS, num_leading_axes=2, nonlinearity=None)
        l_in, l_mask = InputLayer((None, None, 2, INPUTS)), InputLayer((None, None))
        layer = CustomRecurrentLayer(
            l_in, f, g, nonlinearity=tanh, hid_init=init.Normal(1), mask_input=l_mask
        )
        assert layer.output_shape == (None, None, 2, UNITS)
        x, mask = normal(2, 3, 2, INPUTS), np.array([[1.0, 1, 0], [1, 1, 1]])
        h, expected = np.repeat(layer.hid_init.get_value(), 2, axis=0), []
        for n in range(3):
            values = f.W.get_value(), f.b.get_value(), g.W.get_value(), g.b.get_value()
            new = np.tanh(x[:, n] @ values[0] + values[1] + h @ values[2] + values[3])
            h = np.where(mask[:, n, None, None] != 0, new, h)
            expected.append(h)
        found = layer_output(layer, {l_in: x, l_mask: mask})
        np.testing.assert_allclose(found, np.stack(expected, axis=1), rtol=1e-6)

    def test_dropout_inside_differs_from_step_to_step_and_from_call_to_call(self):
        f = DenseLayer(InputLayer((None, 8)), 8, W=np.eye(8), b=None, nonlinearity=None)
        source = InputLayer((None, 8))
        g = DenseLayer(
            DropoutLayer(source, p=0.5, rescale=False), 8, W=np.eye(8), b=None, nonlinearity=None
        )
        layer = CustomRecurrentLayer(
            InputLayer((None, None, 8)), f, g, nonlinearity=None, hid_init=np.ones((1, 8))
        )
        x = T.dtensor3()
        compute = theano.function([x], get_output(layer, x))
        plain = theano.function([x], get_output(layer, x, deterministic=True))
        zeros = np.zeros((20, 4, 8))
        first, second = compute(zeros), compute(zeros)
        # Units that are dropped stay 0; of the others half is dropped at each step.
        assert (np.diff(first, axis=1) <= 0).all()
        np.testing.assert_allclose(first.mean((0, 2)), 0.5 ** np.arange(1, 5), atol=0.12)
        assert (first != second).any()
        np.testing.assert_array_equal(plain(zeros), 1)

    def test_networks_that_dont_fit(self):
        l_in = InputLayer((None, None, INPUTS))
        f = DenseLayer(InputLayer((None, INPUTS)), UNITS)
        g = DenseLayer(InputLayer((None, UNITS)), UNITS)
        wide = DenseLayer(InputLayer((None, UNITS)), UNITS + 1)
        other = DenseLayer(InputLayer((None, INPUTS + 1)), UNITS)
        with pytest.raises(
            ValueError, match=r"'rnn': the output of input_to_hidden .*\(3,\).*\(4,\)"
        ):
            CustomRecurrentLayer(l_in, f, wide, name="rnn")
        with pytest.raises(
            ValueError, match=r"the input of input_to_hidden has shape \(3,\).*\(2,\)"
        ):
            CustomRecurrentLayer(l_in, other, g)
        with pytest.raises(ValueError, match=r"the input of hidden_to_hidden has shape \(2,\)"):
            CustomRecurrentLayer(l_in, f, DenseLayer(InputLayer((None, INPUTS)), UNITS))
        with pytest.raises(TypeError, match="hidden_to_hidden should be a layer"):
            CustomRecurrentLayer(l_in, f, np.tanh)


@pytest.mark.parametrize("kind", KINDS)
class TestBadInput:
    def test_mask_of_another_shape(self, kind):
        for shape in ((None, None, 1), (None,), (None, 5)):
            with pytest.raises(ValueError, match=r"'rnn': the mask has shape \(None"):
                kind((None, 4, INPUTS), UNITS, mask_input=InputLayer(shape), name="rnn")

    def test_mask_of_another_shape_in_a_call(self, kind):
        l_in, l_mask = InputLayer((None, None, INPUTS)), InputLayer((None, None))
        layer = make(kind, l_in, mask_input=l_mask, name="rnn")
        x = normal(2, 5, INPUTS)
        for shape in ((5,), (2, 5, 1)):
            with pytest.raises(ValueError, match=rf"'rnn': the mask has {len(shape)} axes"):
                get_output(layer, {l_in: x, l_mask: np.ones(shape)})
        inputs = [l_in.input_var, l_mask.input_var]
        compute = theano.function(inputs, get_output(layer), allow_input_downcast=True)
        for steps in (4, 7):
            with pytest.raises(AssertionError, match="'rnn': the mask and the input have diff"):
                compute(x, np.ones((2, steps)))
        assert compute(x, np.ones((2, 5))).shape == (2, 5, UNITS)

    def test_another_number_of_steps_than_is_unrolled(self, kind):
        l_in = InputLayer((None, 4, INPUTS))
        layer = make(kind, l_in, unroll_scan=True, name="rnn")
        compute = theano.function([l_in.input_var], get_output(layer), allow_input_downcast=True)
        for steps in (3, 6):
            with pytest.raises(AssertionError, match="'rnn'.* is unrolled for 4 steps"):
                compute(normal(2, steps, INPUTS))

    def test_first_state_of_another_width(self, kind):
        with pytest.raises(ValueError, match=r"'rnn': hid_init .*\(None, 5\).*\(None, 3\)"):
            kind((None, 4, INPUTS), UNITS, hid_init=InputLayer((None, 5)), name="rnn")
        with pytest.raises(ValueError, match=r"rnn.hid_init should have shape \(1, 3\).*\(1, 5\)"):
            kind((None, 4, INPUTS), UNITS, hid_init=np.zeros((1, 5)), name="rnn")

    def test_unrolling(self, kind):
        with pytest.raises(ValueError, match=r"'rnn': unroll_scan .*\(None, None, 2\)"):
            kind((None, None, INPUTS), UNITS, unroll_scan=True, name="rnn")
        with pytest.raises(ValueError, match="'rnn': gradient_steps=3 can't be had with unroll"):
            kind((None, 4, INPUTS), UNITS, unroll_scan=True, gradient_steps=3, name="rnn")

    def test_gradient_steps_and_clipping(self, kind):
        for steps in (0, -2):
            with pytest.raises(ValueError, match="gradient_steps should be positive"):
                kind((None, 4, INPUTS), UNITS, gradient_steps=steps)
        with pytest.raises(TypeError, match="gradient_steps should be an integer"):
            kind((None, 4, INPUTS), UNITS, gradient_steps=1.5)
        with pytest.raises(ValueError, match="grad_clipping should be positive"):
            kind((None, 4, INPUTS), UNITS, grad_clipping=-1)
        with pytest.raises(TypeError, match="grad_clipping should be a number"):
            kind((None, 4, INPUTS), UNITS, grad_clipping="1")

    def test_inputs_without_steps_or_of_unknown_size(self, kind):
        for shape in ((None, 4), (None, None, None)):
            with pytest.raises(ValueError, match="'rnn': the shape.*expected .batch size, steps"):
                kind(shape, UNITS, name="rnn")

    def test_number_of_units(self, kind):
        with pytest.raises(ValueError, match="num_units should be a positive integer, got 0"):
            kind((None, 4, INPUTS), 0)


def test_gates_that_are_no_gates_or_lack_peepholes():
    with pytest.raises(TypeError, match="'lstm': ingate should be a Gate"):
        LSTMLayer((None, None, 2), 3, ingate=init.Normal(), name="lstm")
    with pytest.raises(ValueError, match="'lstm': its outgate has no W_cell"):
        LSTMLayer((None, None, 2), 3, outgate=Gate(W_cell=None), name="lstm")
    with pytest.raises(ValueError, match=r"gru.W_hid_to_resetgate should have shape \(3, 3\)"):
        GRULayer((None, None, 2), 3, resetgate=Gate(W_hid=np.ones((2, 3))), name="gru")


if ENGINE == "pytensor":

    def test_jax_compiles_all_of_it():
        l_in, l_mask = InputLayer((None, None, INPUTS)), InputLayer((None, None))
        layer = LSTMLayer(GRULayer(l_in, UNITS, mask_input=l_mask), UNITS, backwards=True)
        x, mask = T.dtensor3(), T.dmatrix()
        cost = get_output(layer, {l_in: x, l_mask: mask}).mean()
        updates = [(p, p - T.grad(cost, p)) for p in get_all_params(layer, trainable=True)]
        train = theano.function([x, mask], cost, updates=updates)
        costs = [train(normal(2, n, INPUTS), np.ones((2, n))) for n in (3, 5, 3)]
        assert costs[2] < costs[0]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("unroll", [False, True])
def test_an_initial_state_of_one_row_serves_a_batch(kind, unroll):
    x, h = normal(4, 5, INPUTS), normal(1, UNITS, seed=3)
    source, state = InputLayer((4, 5, INPUTS)), InputLayer((1, UNITS))
    layer = make(kind, source, hid_init=state, unroll_scan=unroll)
    assert layer.output_shape == (4, 5, UNITS)
    whole = make(kind, source, hid_init=InputLayer((4, UNITS)))
    set_all_param_values(whole, get_all_param_values(layer))
    found = [
        get_output(one, {source: x, one.input_layers[1]: rows}).eval()
        for one, rows in ((layer, h), (whole, np.repeat(h, 4, axis=0)))
    ]
    np.testing.assert_allclose(found[0], found[1], rtol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_an_initial_state_of_one_row_as_an_array(kind):
    x, h = normal(4, 5, INPUTS), normal(1, UNITS, seed=3)
    layer = make(kind, (None, None, INPUTS), hid_init=h)
    layer.hid_init.set_value(h)
    state = InputLayer((1, UNITS), h)
    other = make(kind, (None, None, INPUTS), hid_init=state)
    own = [
        v
        for v, p in zip(get_all_param_values(layer), get_all_params(layer))
        if p.ndim != 2 or p is not layer.hid_init
    ]
    set_all_param_values(other, own)
    found = get_output(other, {None: x, state: h})
    np.testing.assert_allclose(found.eval(), layer_output(layer, x), rtol=1e-6)


def test_an_initial_cell_of_one_row_serves_a_batch():
    x, c = normal(4, 5, INPUTS), normal(1, UNITS, seed=3)
    source, cell = InputLayer((None, 5, INPUTS)), InputLayer((1, UNITS))
    layer = make(LSTMLayer, source, cell_init=cell)
    same = make(LSTMLayer, source, cell_init=InputLayer((None, UNITS)))
    set_all_param_values(same, get_all_param_values(layer))
    found = get_output(layer, {source: x, cell: c}).eval()
    expected = get_output(same, {source: x, same.input_layers[1]: np.repeat(c, 4, axis=0)}).eval()
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    with pytest.raises(ValueError, match=r"cell_init is a layer of output shape \(2, 3\)"):
        make(LSTMLayer, InputLayer((4, 5, INPUTS)), cell_init=InputLayer((2, UNITS)))
