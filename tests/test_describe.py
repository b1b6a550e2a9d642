"""Tables and pictures of networks, and expressions as short text."""

import re
import sys

import numpy as np
import pytest
import theano
import theano.tensor as T

from lasagne_expr import describe, draw, tagged
from lasagne_expr.expressions import LowRank, Positive, SpectralNorm, Symmetric
from lasagne_expr.layers import (
    ConcatLayer,
    DenseLayer,
    DropoutLayer,
    InputLayer,
    count_params,
)
from lasagne_expr.network.expression_text import formula


def shared(shape, name=None, **kwargs):
    return theano.shared(np.ones(shape), name=name, **kwargs)


@pytest.fixture
def network():
    """Two ties, an expression with a fixed part, a layer without parameters, one without a name."""
    l1 = InputLayer((None, 3), name="in")
    l2 = DenseLayer(l1, 2, name="encode")
    l3 = DropoutLayer(l2)
    l4 = DenseLayer(l3, 3, W=l2.W.T, b=None, name="decode")
    mask = tagged(shared((3, 4), "mask"), trainable=False)
    return DenseLayer(l4, 4, W=T.exp(shared((3, 4), "w")) * mask)


# Formulas


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (lambda a, b, v: a.T, "a.T"),
        (lambda a, b, v: T.dot(a, b.T), "dot(a, b.T)"),
        (lambda a, b, v: T.exp(a) * b, "exp(a) * b"),
        (lambda a, b, v: 2 * a + v, "2 * a + v"),
        (lambda a, b, v: a - (b + 1), "a - (b + 1)"),
        (lambda a, b, v: a - b - 1, "a - b - 1"),
        (lambda a, b, v: a / (a * b), "a / (a * b)"),
        (lambda a, b, v: (a + b).T, "(a + b).T"),
        (lambda a, b, v: (-a) ** 2, "(-a) ** 2"),
        (lambda a, b, v: (a**b) ** v, "(a ** b) ** v"),
        (lambda a, b, v: T.switch(a > 0, a, b), "switch(a > 0, a, b)"),
        (lambda a, b, v: T.nnet.sigmoid(a), "sigmoid(a)"),
        (lambda a, b, v: T.nnet.softplus(a), "softplus(a)"),
        (lambda a, b, v: abs(a), "abs(a)"),
        (lambda a, b, v: a.sum(axis=0), "sum(a, axis=0)"),
        (lambda a, b, v: a.max(axis=1), "max(a, axis=1)"),
        (lambda a, b, v: a[1:], "a[...]"),
        (lambda a, b, v: T.set_subtensor(a[0], v), "set_subtensor(a[...], v)"),
        (lambda a, b, v: T.concatenate([a, b], axis=1), "concatenate(a, b)"),
        (lambda a, b, v: a.reshape((2, 3)), "reshape(a)"),
        (lambda a, b, v: a.dimshuffle(1, "x", 0), "a.dimshuffle(1, x, 0)"),
        (lambda a, b, v: a * np.eye(3, 2), "a * array(3, 2)"),
        (lambda a, b, v: T.diag(v), "diag(v)"),
        (lambda a, b, v: T.cast(a, "float32"), "a"),
    ],
)
def test_formulas_read_as_they_are_written(build, expected):
    assert formula(build(shared((3, 2), "a"), shared((3, 2), "b"), shared(2, "v"))) == expected


def test_names_stand_for_what_they_name():
    a = shared((3, 2))
    inner = T.exp(a)
    assert formula(inner.T) == "exp(shared).T"
    assert formula(inner.T, {a: "first.W[0]"}) == "exp(first.W[0]).T"
    assert formula(inner.T, {inner: "first.W"}) == "first.W.T"
    inner.name = "named"
    assert formula(inner.T) == "named.T"
    assert formula(inner) == "exp(shared)"


def test_long_formulas_leave_out_what_is_inside():
    a = shared((2, 2), "a")
    deep = a
    for _ in range(50):
        deep = T.dot(T.exp(deep), deep)
    text = formula(deep)
    assert len(text) <= 60
    assert text.startswith("dot(exp(")
    assert "..." in text
    assert len(formula(shared(2, "n" * 100))) == 60


def test_ready_made_expressions_are_called_by_their_names():
    layer = DenseLayer(InputLayer((None, 3)), 2, W=Positive(), b=None, name="a")
    (row,) = describe(layer).rows[1:]
    assert re.fullmatch(r"Positive\(a\.W\.\w+\)", row.expression)
    layer = DenseLayer(InputLayer((None, 3)), 2, W=Positive(LowRank(1)), b=None)
    assert re.fullmatch(
        r"Positive\(LowRank\(\w+\.\w+, \w+\.\w+\)\)", describe(layer).rows[1].expression
    )
    layer = DenseLayer((None, 3), 3, W=SpectralNorm(Symmetric()), b=None, name="a")
    assert describe(layer).rows[1].expression == "SpectralNorm(Symmetric(a.W.upper), a.W.u)"


# Tables


class TestDescribe:
    def test_has_a_row_for_each_shared_variable_of_each_parameter(self, network):
        rows = [(r.layer, r.parameter, r.expression, r.variable) for r in describe(network).rows]
        assert rows == [
            ("in", "", "", ""),
            ("encode", "W", "encode.W", "encode.W (3, 2)"),
            ("encode", "b", "encode.b", "encode.b (2,)"),
            ("DropoutLayer#2", "", "", ""),
            ("decode", "W", "encode.W.T", "encode.W (3, 2)"),
            ("DenseLayer#4", "W", "exp(w) * mask", "w (3, 4)"),
            ("DenseLayer#4", "W", "exp(w) * mask", "mask (3, 4)"),
            ("DenseLayer#4", "b", "b", "b (4,)"),
        ]

    def test_tells_tags_and_shapes(self, network):
        rows = {row.variable: row for row in describe(network).rows}
        assert rows["encode.W (3, 2)"].tags == ("trainable", "regularizable")
        assert rows["encode.b (2,)"].tags == ("trainable",)
        assert rows["mask (3, 4)"].tags == ()
        assert rows["w (3, 4)"].output_shape == (None, 4)

    def test_counts_each_number_once_however_shared(self, network):
        description = describe(network)
        numbers = [row.numbers for row in description.rows]
        assert numbers == [None, 6, 2, None, None, 12, 12, 4]
        assert description.learned == count_params(network, trainable=True) == 6 + 2 + 12 + 4
        assert description.fixed == count_params(network) - description.learned == 12

    def test_what_is_learned_in_one_place_is_learned(self):
        w = shared((2, 2), "w")
        l2 = DenseLayer(InputLayer((None, 2)), 2, W=w, b=None)
        l2.params[w].clear()
        assert describe(l2).learned == 0
        assert describe(DenseLayer(l2, 2, W=w, b=None)).learned == 4

    def test_prints_a_table(self, network):
        lines = str(describe(network)).splitlines()
        assert lines[0].split() == [
            *("layer", "output", "parameter", "expression", "shared", "variable", "tags"),
            "numbers",
        ]
        assert lines[-1] == "24 numbers are learned, 12 are not"
        assert lines[6].split() == [
            *("decode", "(None,", "3)", "W", "encode.W.T", "encode.W", "(3,", "2)"),
            *("trainable", "regularizable", "above"),
        ]
        # What the line above says isn't repeated.
        assert lines[8].split() == ["mask", "(3,", "4)", "12"]
        start = lines[0].index("expression")
        assert lines[6][start:].startswith("encode.W.T ")
        assert repr(describe(network)) == str(describe(network))

    def test_is_html_in_notebooks(self):
        layer = DenseLayer(InputLayer((None, 3)), 2, b=None, name="<a & b>")
        page = describe(layer)._repr_html_()
        assert "<td>&lt;a &amp; b&gt;</td>" in page
        assert "<a &" not in page
        assert page.count("<tr>") == page.count("</tr>") == 3
        assert "6 numbers are learned, 0 are not" in page

    def test_parameters_without_shared_variables(self):
        x = T.matrix("x")
        layer = DenseLayer(InputLayer((None, 3)), 2, W=T.dot(x.T, x), b=None)
        row = describe(layer).rows[1]
        assert (row.expression, row.variable, row.numbers) == ("dot(x.T, x)", "", None)
        assert describe(layer).learned == 0


# Pictures


class TestDraw:
    def test_has_a_box_for_each_layer_with_its_shape_and_parameters(self, network):
        source = draw(network).source
        boxes = re.findall(r'^\t(layer\d) \[label="([^"]*)"\]', source, re.MULTILINE)
        assert [box.splitlines() for _, box in boxes] == [
            ["in: InputLayer (None, 3)"],
            ["encode: DenseLayer (None, 2)", "W = encode.W", "b = encode.b"],
            ["DropoutLayer#2 (None, 2)"],
            ["decode: DenseLayer (None, 3)", "W = encode.W.T"],
            ["DenseLayer#4 (None, 4)", "W = exp(w) * mask", "b = b"],
        ]

    def test_arrows_carry_shapes(self, network):
        arrows = re.findall(r'(layer\d) -> (layer\d) \[label="([^"]*)"\]', draw(network).source)
        assert arrows == [
            ("layer0", "layer1", "(None, 3)"),
            ("layer1", "layer2", "(None, 2)"),
            ("layer2", "layer3", "(None, 2)"),
            ("layer3", "layer4", "(None, 3)"),
        ]

    def test_dashed_lines_tie_layers(self, network):
        ties = [line for line in draw(network).source.splitlines() if "dashed" in line]
        assert len(ties) == 1
        assert ties[0].strip().startswith('layer1 -> layer3 [label="encode.W"')

    def test_merging_layers_have_several_arrows(self):
        l1, l2 = InputLayer((None, 2)), InputLayer((None, 3))
        arrows = re.findall(r"layer\d -> layer\d", draw(ConcatLayer([l1, l2])).source)
        assert arrows == ["layer0 -> layer2", "layer1 -> layer2"]

    def test_missing_program(self, network, tmp_path, monkeypatch):
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(RuntimeError, match=r"net\.svg can't be drawn, .* no program dot"):
            draw(network, tmp_path / "net.svg")


def test_missing_package(network, monkeypatch):
    monkeypatch.setitem(sys.modules, "graphviz", None)
    with pytest.raises(ImportError, match="draw needs the package graphviz: pip install"):
        draw(network)
