"""Saving: what files hold, what is said when they don't fit, and training that goes on."""

import json
import os
import subprocess
import sys
import textwrap
import warnings

import numpy as np
import pytest
import safetensors
import safetensors.numpy
import theano
import theano.tensor as T
from hypothesis import given
from hypothesis import strategies as st
from theano.sandbox.rng_mrg import MRG_RandomStreams

import lasagne_expr.random
from lasagne_expr import load, save, tagged
from lasagne_expr.expressions import Bounded, Kronecker, Noisy, Positive, SpectralNorm, UnitNorm
from lasagne_expr.layers import (
    BatchNormLayer,
    CustomRecurrentLayer,
    DenseLayer,
    DropoutLayer,
    InputLayer,
    ReshapeLayer,
    get_all_layers,
    get_all_param_values,
    get_all_params,
    get_output,
    get_param_values,
    set_all_param_values,
)
from lasagne_expr.network import array_files
from lasagne_expr.network.generator_states import generator_state
from lasagne_expr.network.parameter_paths import shared_places
from lasagne_expr.nonlinearities import rectify, tanh
from lasagne_expr.updates import adam, momentum, sgd


def shared(value, name=None, dtype="float64"):
    return theano.shared(np.asarray(value, dtype=dtype), name=name)


def tied(units=2, names=("encode", "decode"), dtype="float64"):
    l1 = InputLayer((None, 3), name="in")
    weights = np.random.normal(size=(3, units)).astype(dtype)
    zeros = (np.zeros(units, dtype), np.zeros(3, dtype))
    l2 = DenseLayer(l1, units, W=weights, b=zeros[0], name=names[0])
    return DenseLayer(l2, 3, W=l2.W.T, b=zeros[1], name=names[1], nonlinearity=None)


def values_of(variables):
    return [variable.get_value() for variable in variables]


def assert_same(actual, expected):
    assert len(actual) == len(expected)
    for one, other in zip(actual, expected):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)


def fill(network, number):
    set_all_param_values(network, [np.full_like(v, number) for v in get_all_param_values(network)])


# Places


class TestPlaces:
    def test_a_shared_variable_has_each_place_where_it_is_used(self):
        w, gain = shared(np.ones((3, 2)), "w"), shared(np.ones(2), "gain")
        l1 = InputLayer((None, 3), name="in")
        l2 = DenseLayer(l1, 2, W=w * gain, name="first")
        l3 = DenseLayer(l2, 3, W=T.exp(w.T), b=None)
        l4 = DenseLayer(l3, 2, W=w, b=gain, name="last")
        places = shared_places(l4)
        assert places[w] == ["first.W[0]", "DenseLayer#2.W[0]", "last.W"]
        assert places[gain] == ["first.W[1]", "last.b"]
        assert places[l2.b] == ["first.b"]
        assert set(places) == set(get_all_params(l4))

    def test_layers_named_by_numbers(self, tmp_path):
        network = DenseLayer(DenseLayer((None, 3), 2, name=0), 2, name=1, b=None)
        places = list(shared_places(network).values())
        assert places == [["0.W"], ["0.b"], ["1.W"]]
        save(tmp_path / "n", network)
        load(tmp_path / "n", network)

    def test_layers_of_one_name_are_told_apart(self):
        l2 = DenseLayer(InputLayer((None, 3)), 2, b=None, name="dense")
        l3 = DenseLayer(l2, 2, b=None, name="dense")
        l4 = DenseLayer(l3, 2, b=None, name="dense#1")
        assert [p for where in shared_places(l4).values() for p in where] == [
            "dense#1.W",
            "dense#2.W",
            "dense#1#3.W",
        ]

    def test_parameters_of_networks_within_layers_have_places(self):
        class Inner(DenseLayer):
            def __init__(self, incoming, inner, **kwargs):
                super().__init__(incoming, 2, b=None, **kwargs)
                self.inner = inner

            def get_params(self, unwrap_shared=True, **tags):
                mine = super().get_params(unwrap_shared=unwrap_shared, **tags)
                return mine + get_all_params(self.inner, unwrap_shared=unwrap_shared, **tags)

        network = Inner(InputLayer((None, 3)), tied(), name="outer")
        places = shared_places(network)
        assert set(places) == set(get_all_params(network))
        inner_w = network.inner.input_layer.W
        assert places[inner_w] == ["outer.inner.encode.W", "outer.inner.decode.W[0]"]

    def test_recurrent_layers_made_of_networks(self):
        hidden = DenseLayer(InputLayer((None, 5)), 5, b=None, name="h2h")
        network = CustomRecurrentLayer(
            InputLayer((2, 2, 4)),
            DenseLayer(InputLayer((None, 4)), 5, name="i2h"),
            hidden,
            name="rec",
        )
        places = shared_places(network)
        assert set(places) == set(get_all_params(network))
        assert places[hidden.W] == ["rec.hidden_to_hidden.h2h.W"]

    def test_parameters_that_only_get_params_lists_have_places(self):
        extra = shared(np.ones(3), "extra")

        class Listing(DenseLayer):
            def get_params(self, unwrap_shared=True, **tags):
                return [*super().get_params(unwrap_shared=unwrap_shared, **tags), extra]

        network = Listing(InputLayer((None, 3)), 2, name="a")
        assert shared_places(network)[extra] == ["a.others[0]"]


# What is in a file


class TestFile:
    def test_has_each_shared_variable_once_under_its_place(self, tmp_path):
        network, path = tied(), tmp_path / "net.safetensors"
        save(path, network)
        # Read by the format's own package.
        arrays = safetensors.numpy.load_file(path)
        encode = network.input_layer
        assert set(arrays) == {"encode.W", "encode.b", "decode.b"}
        assert_same([arrays["encode.W"]], [encode.W.get_value()])

    def test_header_has_versions_shapes_and_places(self, tmp_path):
        path = tmp_path / "net.safetensors"
        save(path, tied(), meta={"note": "ü"})
        with safetensors.safe_open(str(path), framework="numpy") as file:
            header = file.metadata()
        assert header["format"] == "lasagne_expr"
        assert json.loads(header["versions"])["lasagne_expr"] == lasagne_expr.__version__
        assert json.loads(header["versions"])["theano"] == theano.__version__
        assert json.loads(header["layers"])[2] == ["decode", "DenseLayer", [None, 3]]
        w = json.loads(header["variables"])["encode.W"]
        assert (w["shape"], w["dtype"]) == ([3, 2], "float64")
        assert w["places"] == ["encode.W", "decode.W[0]"]
        assert json.loads(header["meta"]) == {"note": "ü"}

    @given(
        st.sampled_from(["float32", "float64", "int8", "int64", "bool", "complex64", "complex128"]),
        st.sampled_from([(2, 1), (1, 2), (1, 1)]),
        st.integers(0, 100),
    )
    def test_round_trip_keeps_every_bit(self, tmp_path_factory, dtype, shape, seed):
        path = tmp_path_factory.mktemp("round") / "net.safetensors"
        value = np.random.RandomState(seed).normal(size=shape) * (1 + 2j)
        value = (value if dtype.startswith("complex") else value.real).astype(dtype)
        # A transposed array isn't contiguous.
        w = theano.shared(value.T.copy().T, name="w")
        network = DenseLayer(InputLayer((None, shape[0])), shape[1], b=None)
        network.params = {w: set()}
        save(path, network)
        w.set_value(np.zeros_like(value))
        load(path, network)
        assert_same([w.get_value()], [value])

    def test_special_values_are_kept(self, tmp_path):
        path, network = tmp_path / "n.safetensors", tied()
        w = network.input_layer.W
        odd = np.array([[np.nan, np.inf], [-0.0, 5e-324], [-np.inf, 1.0]])
        w.set_value(odd)
        save(path, network)
        fill(network, 0)
        load(path, network)
        assert w.get_value().tobytes() == odd.tobytes()

    def test_meta_is_returned(self, tmp_path):
        path, network = tmp_path / "n.safetensors", tied()
        meta = {"epoch": 3, "losses": [0.1, 1e-300, 2 / 3], "best": None}
        save(path, network, meta=meta)
        assert load(path, network) == meta
        save(path, network)
        assert load(path, network) is None

    def test_meta_that_json_cannot_hold(self, tmp_path):
        path = tmp_path / "n.safetensors"
        with pytest.raises(TypeError, match="meta can't be written as JSON"):
            save(path, tied(), meta={"array": np.ones(3)})
        assert list(tmp_path.iterdir()) == []

    def test_names_can_be_anything(self, tmp_path):
        path, network = tmp_path / "n.safetensors", tied(names=("", "ü.b[0]\n"))
        before = get_all_param_values(network)
        save(path, network)
        fill(network, 7)
        load(path, network)
        assert_same(get_all_param_values(network), before)

    def test_file_of_another_program_is_read_by_its_keys(self, tmp_path):
        path, network = tmp_path / "n.safetensors", tied()
        arrays = {"encode.W": np.ones((3, 2)), "encode.b": np.ones(2), "decode.b": np.ones(3)}
        for metadata in (None, {"format": "pt", "variables": "many"}):
            safetensors.numpy.save_file(arrays, path, metadata=metadata)
            fill(network, 0)
            assert load(path, network) is None
            assert_same(get_all_param_values(network), list(arrays.values()))

    def test_networks_whose_variables_share_a_place_are_refused(self, tmp_path):
        a = DenseLayer(InputLayer((None, 3)), 2, b=None, name="updates")
        updates = {a.W: 2 * a.W, shared(0.0, "W"): T.constant(1.0)}
        with pytest.raises(ValueError, match=r"both be saved as updates\.W: give .* other names"):
            save(tmp_path / "n.safetensors", a, updates)


# Files that don't fit


class TestDifferences:
    def check(self, path, network, *expected, updates=None):
        """Check that loading names all differences and changes nothing."""
        fill(network, 5)
        before = get_all_param_values(network)
        with pytest.raises(ValueError, match="nothing was loaded") as caught:
            load(path, network, updates)
        for text in expected:
            assert text in str(caught.value)
        assert str(caught.value).count("\n") == len(expected)
        assert_same(get_all_param_values(network), before)

    def test_all_are_listed_and_nothing_is_loaded(self, tmp_path):
        path = tmp_path / "n.safetensors"
        save(path, tied(units=2, names=("encode", "other")))
        self.check(
            path,
            tied(units=4),
            "missing from the file: decode.b of shape (3,)",
            "in the file, but not in the network: other.b of shape (3,)",
            "encode.W has shape (3, 2) in the file, expected (3, 4)",
            "encode.b has shape (2,) in the file, expected (4,)",
            "encode.W is shared by encode.W, other.W[0] in the file, and by encode.W, decode.W[0]",
        )

    def test_variables_tied_otherwise(self, tmp_path):
        def network(tie):
            layer = InputLayer((None, 2))
            w = [shared(np.ones((2, 2))) for _ in range(2)]
            for number in tie:
                layer = DenseLayer(layer, 2, W=w[number], b=None)
            return layer

        path = tmp_path / "n.safetensors"
        save(path, network([0, 1, 0]))
        self.check(
            path,
            network([0, 1, 1]),
            "DenseLayer#1.W is shared by DenseLayer#1.W, DenseLayer#3.W in the file, and by "
            "DenseLayer#1.W in the network",
            "DenseLayer#2.W is shared by DenseLayer#2.W in the file",
        )

    @pytest.mark.parametrize(
        ("spec", "name"),
        [
            (Positive(method="exp"), r"Positive\(method='exp'\)"),
            (Bounded(0, 1), r"Bounded\(low=0.0, high=1.0\)"),
        ],
    )
    def test_other_expressions_of_variables_that_fit(self, tmp_path, spec, name):
        def made(W):
            return DenseLayer((None, 3), 2, W=W, name="dense")

        save(tmp_path / "net.safetensors", made(Positive()))
        other = made(spec)
        before = [v.get_value() for v in other.get_params()]
        expected = rf"dense.W is Positive\(method='softplus'\) in the file, and {name} in the net"
        with pytest.raises(ValueError, match=expected):
            load(tmp_path / "net.safetensors", other)
        for variable, value in zip(other.get_params(), before, strict=True):
            np.testing.assert_array_equal(variable.get_value(), value)
        load(tmp_path / "net.safetensors", made(Positive()))

    @pytest.mark.parametrize(
        ("saved", "same", "other"),
        [
            (UnitNorm(axes=[0]), UnitNorm(axes=(0,)), UnitNorm(axes=[1])),
            (UnitNorm(axes=np.int64(0)), UnitNorm(axes=0), UnitNorm(axes=np.int64(1))),
            (Kronecker(np.array([3, 1])), Kronecker((3, 1)), Kronecker((1, 1))),
        ],
    )
    def test_settings_mean_the_same_however_they_are_written(self, tmp_path, saved, same, other):
        def made(W):
            return DenseLayer((None, 3), 2, W=W, name="dense")

        save(tmp_path / "n", made(saved))
        load(tmp_path / "n", made(same))
        with pytest.raises(ValueError, match="nothing was loaded"):
            load(tmp_path / "n", made(other))

    def test_numbers_that_are_too_large(self, tmp_path):
        path, network = tmp_path / "n.npz", tied(dtype="float16")
        other = tied()
        other.b.set_value(np.full(3, 1e5))
        save(path, other)
        self.check(path, network, "decode.b has dtype float16, too small for")
        other.b.set_value(np.full(3, np.inf))
        save(path, other)
        load(path, network)

    def test_dtypes_that_would_lose(self, tmp_path):
        path = tmp_path / "n.safetensors"
        arrays = {"encode.W": np.full((3, 2), 1j), "encode.b": np.ones(2), "decode.b": np.ones(3)}
        network = tied()
        l2 = network.input_layer
        complex_w = theano.shared(arrays["encode.W"])
        l2.params = {complex_w: set(), l2.b: set()}
        l2.W = complex_w
        network.params = {network.b: set()}
        save(path, network)
        l2.W = shared(np.ones((3, 2)))
        l2.params = {l2.W: set(), l2.b: set()}
        self.check(path, network, "encode.W: parameter")

    def test_optimizer_states_that_are_missing(self, tmp_path):
        path, network = tmp_path / "n.safetensors", tied()
        save(path, network)
        updates = momentum(regression_loss(network), get_all_params(network), 0.1)
        self.check(
            path,
            network,
            "missing from the file: updates.encode.W.velocity of shape (3, 2)",
            "missing from the file: updates.encode.b.velocity of shape (2,)",
            "missing from the file: updates.decode.b.velocity of shape (3,)",
            "missing from the file: lasagne_expr.random",
            "(the file was saved without updates, but some were given to load)",
            updates=updates,
        )

    def test_another_optimizer(self, tmp_path):
        path, network = tmp_path / "n.safetensors", tied()
        loss, params = regression_loss(network), get_all_params(network, regularizable=True)
        save(path, network, adam(loss, params))
        self.check(
            path,
            network,
            "missing from the file: updates.encode.W.velocity",
            "not in the network: updates.steps",
            "not in the network: updates.encode.W.m of",
            "not in the network: updates.encode.W.v of",
            updates=momentum(loss, params, 0.1),
        )

    def test_without_updates_only_parameters_are_set(self, tmp_path):
        path, network = tmp_path / "n.safetensors", tied()
        params = get_all_params(network)
        updates = momentum(regression_loss(network), params, 0.1)
        save(path, network, updates)
        velocities = [v for v in updates if v not in params]
        for velocity in velocities:
            velocity.set_value(velocity.get_value() + 9)
        expected = get_all_param_values(network)
        fill(network, 1)
        state = generator_state(lasagne_expr.random.get_rng())
        lasagne_expr.random.get_rng().uniform(size=3)
        load(path, network)
        assert_same(get_all_param_values(network), expected)
        assert all((velocity.get_value() == 9).all() for velocity in velocities)
        assert generator_state(lasagne_expr.random.get_rng()) != state

    def test_another_kind_of_generator(self, tmp_path):
        path, network = tmp_path / "n.safetensors", tied()
        params = get_all_params(network)
        updates = sgd(regression_loss(network), params, 0.1)
        save(path, network, updates)
        lasagne_expr.random.set_rng(np.random.default_rng(1))
        self.check(
            path,
            network,
            "generator MT19937 in the file, but the one here is PCG64",
            updates=updates,
        )

    def test_updates_that_are_none(self, tmp_path):
        with pytest.raises(TypeError, match="updates should be a dict of shared variables"):
            save(tmp_path / "n", tied(), {T.matrix(): 1})

    @pytest.mark.parametrize(
        "given",
        ["adam", [1], 3, theano.function([], [])],
        ids=["name", "list", "number", "function"],
    )
    def test_updates_of_another_type(self, tmp_path, given):
        with pytest.raises(TypeError, match="updates should be a dict of shared variables, .* but"):
            save(tmp_path / "n", tied(), given)

    def test_updates_of_another_network(self, tmp_path):
        networks = [tied(), tied()]
        updates = [adam(regression_loss(n), get_all_params(n)) for n in networks]
        with pytest.warns(UserWarning, match="change no parameter of the network") as caught:
            save(tmp_path / "n", networks[0], updates[1])
        assert caught[0].filename == __file__
        with pytest.warns(UserWarning, match="change no parameter of the network") as caught:
            load(tmp_path / "n", networks[0], updates[1])
        assert caught[0].filename == __file__
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            save(tmp_path / "n", networks[0], updates[0])
            save(tmp_path / "n", networks[0], {})

    def test_other_functions_of_parameters_that_fit(self, tmp_path):
        def network(nonlinearity, between=lambda layer: layer, batch=None):
            layer = DenseLayer(InputLayer((batch, 2)), 2, name="a", nonlinearity=nonlinearity)
            return DenseLayer(between(layer), 2, name="b", nonlinearity=None)

        path = tmp_path / "n"
        save(path, network(rectify))
        changed = network(tanh, lambda layer: ReshapeLayer(layer, (-1, 2)))
        with pytest.warns(UserWarning, match="computes something else") as caught:
            load(path, changed)
        assert str(caught[0].message).splitlines()[1:] == [
            "  only in the file: a, of type DenseLayer, with rectify",
            "  only in the network: a, of type DenseLayer, with tanh",
            "  only in the network: ReshapeLayer",
        ]
        assert caught[0].filename == __file__
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            fill(changed, 5)
            with pytest.raises(UserWarning, match="computes something else"):
                load(path, changed)
            assert (changed.W.get_value() == 5).all()
            load(path, network(rectify, DropoutLayer, batch=3))

    def test_path_after_the_network(self, tmp_path):
        for function in (save, load):
            with pytest.raises(TypeError, match="comes before the network; got <DenseLayer"):
                function(tied(), tmp_path / "n")

    def test_a_newer_format(self, tmp_path):
        path = tmp_path / "n.safetensors"
        array_files.write_tensors(path, {}, {"format": "lasagne_expr", "format_version": "2"})
        with pytest.raises(ValueError, match="format version 2, .* written by a newer one"):
            load(path, tied())


def regression_loss(network):
    return T.sqr(get_output(network, np.ones((2, 3)))).mean()


# Damaged files


class TestDamage:
    @pytest.fixture
    def saved(self, tmp_path):
        network, path = tied(), tmp_path / "n.safetensors"
        save(path, network, meta=[1, 2])
        return network, path, path.read_bytes()

    def test_cut_short_anywhere(self, saved):
        network, path, content = saved
        for length in [*range(0, 12), *range(12, len(content), 23), len(content) - 1]:
            path.write_bytes(content[:length])
            with pytest.raises(ValueError, match="n.safetensors is "):
                load(path, network)

    def test_longer_than_written(self, saved):
        network, path, content = saved
        path.write_bytes(content + b"\0")
        with pytest.raises(ValueError, match="n.safetensors is no safetensors file, or is damaged"):
            load(path, network)

    def test_any_byte_changed(self, saved):
        network, path, content = saved
        expected = get_all_param_values(network)
        for place in np.random.RandomState(1).permutation(len(content))[:400]:
            changed = bytearray(content)
            changed[place] ^= 1 << (place % 8)
            path.write_bytes(changed)
            fill(network, 4)
            try:
                assert load(path, network) == [1, 2]
            except ValueError as error:
                assert "n.safetensors is " in str(error)  # noqa: PT017 (or it loads)
                assert all((value == 4).all() for value in get_all_param_values(network))
            else:
                # What pads the header may be another white space.
                assert content[place] == ord(" ")
                assert_same(get_all_param_values(network), expected)

    @pytest.mark.parametrize("content", [b"", b"\0" * 100, b"PK\3\4", os.urandom(200), b"\x80\4K."])
    @pytest.mark.parametrize("name", ["n.safetensors", "n.npz"])
    def test_files_of_another_kind(self, tmp_path, name, content):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(array_files.DamagedFileError, match=name):
            load(path, tied())

    @pytest.mark.parametrize("name", ["n.safetensors", "n.npz"])
    def test_missing_file_and_folder(self, tmp_path, name):
        with pytest.raises(FileNotFoundError, match=name):
            load(tmp_path / name, tied())
        with pytest.raises(FileNotFoundError):
            save(tmp_path / "nowhere" / name, tied())


# Writing


class TestWriting:
    def test_an_error_leaves_the_old_file_and_nothing_else(self, tmp_path, monkeypatch):
        path = tmp_path / "n.safetensors"
        path.write_bytes(b"old")

        def fail(*args):
            raise OSError("disk full")

        for step in ("fsync", "replace"):
            with monkeypatch.context() as patch:
                patch.setattr(array_files.os, step, fail)
                with pytest.raises(OSError, match="disk full"):
                    array_files.write_whole(path, b"new")
            assert [p.name for p in tmp_path.iterdir()] == [path.name]
            assert path.read_bytes() == b"old"

    @pytest.mark.parametrize("suffix", ["", ".npz"])
    @pytest.mark.parametrize("kind", [str, os.fsencode, os.fspath])
    def test_paths_of_any_kind(self, tmp_path, kind, suffix):
        path, network = kind(tmp_path / f"n{suffix}"), tied()
        save(path, network)
        load(path, network)
        assert [p.name for p in tmp_path.iterdir()] == [f"n{suffix}"]

    def test_names_of_folders_or_nothing(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        for path in (tmp_path, ".", "new" + os.sep):
            with pytest.raises(IsADirectoryError) as caught:
                save(path, tied())
            assert caught.value.filename == str(path)
        with pytest.raises(FileNotFoundError):
            save("", tied())
        assert not list(tmp_path.iterdir())

    def test_links_are_followed(self, tmp_path):
        (tmp_path / "run1").mkdir()
        link, real = tmp_path / "latest.safetensors", tmp_path / "run1" / "n.safetensors"
        link.symlink_to(real)
        save(link, tied())
        assert link.is_symlink()
        assert real.is_file()

    def test_permissions_are_those_of_any_new_file(self, tmp_path):
        (tmp_path / "other").write_bytes(b"")
        array_files.write_whole(tmp_path / "n", b"new")
        assert (tmp_path / "n").stat().st_mode == (tmp_path / "other").stat().st_mode

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="the system can't fork")
    def test_survives_kills_at_any_moment(self, tmp_path):
        script = tmp_path / "kill.py"
        script.write_text(textwrap.dedent(KILLED_WRITERS))
        folder = tmp_path / "files"
        folder.mkdir()
        result = subprocess.run(
            [sys.executable, str(script), str(folder)], capture_output=True, text=True, timeout=300
        )
        assert result.returncode == 0, result.stderr
        kills, amid_writing, versions = map(int, result.stdout.split())
        assert kills == 300
        # They hit writers at work, and whole files replaced one another meanwhile.
        assert amid_writing > 0
        assert versions >= 150


# Each writer is killed at a random moment of its first or second file; then the file must be one
# that was written, all of it, and not an older one than the last that was finished.
KILLED_WRITERS = """
    import itertools, os, random, signal, sys, time
    import numpy as np
    from lasagne_expr import load, save
    from lasagne_expr.layers import DenseLayer, InputLayer, get_all_param_values
    from lasagne_expr.layers import set_all_param_values

    assert "jax" not in sys.modules  # whose threads a fork would lose
    path = os.path.join(sys.argv[1], "n.safetensors")
    network = DenseLayer(InputLayer((None, 300)), 200, W=np.zeros((300, 200)), b=np.zeros(200))

    def fill(number):
        values = [np.full_like(value, number) for value in get_all_param_values(network)]
        set_all_param_values(network, values)

    def write_on(start, progress):
        for number in itertools.count(start):
            fill(number)
            os.write(progress, b".")
            save(path, network, meta=number)

    random.seed(1)
    fill(0)
    start = time.perf_counter()
    save(path, network, meta=0)
    duration = time.perf_counter() - start
    last, seen, amid_writing = 0, set(), 0
    for kill in range(300):
        finished = kill % 2
        progress, end = os.pipe()
        writer = os.fork()
        if not writer:
            write_on(last + 1, end)
        for _ in range(finished + 1):
            os.read(progress, 1)
        time.sleep(random.uniform(0, duration))
        os.kill(writer, signal.SIGKILL)
        os.waitpid(writer, 0)
        os.close(progress), os.close(end)
        number = load(path, network)
        values = get_all_param_values(network)
        assert all((value == number).all() for value in values), (number, values)
        assert number >= last + finished, (number, last)
        last = number
        seen.add(number)
        left = [name for name in os.listdir(sys.argv[1]) if name.endswith(".part")]
        amid_writing += bool(left)
        for name in left:
            os.unlink(os.path.join(sys.argv[1], name))
    print(kill + 1, amid_writing, len(seen))
"""


# Going on with training


def noisy_network():
    lasagne_expr.random.set_rng(np.random.RandomState(3))
    layer = InputLayer((4, 3), name="in")
    layer = BatchNormLayer(DenseLayer(layer, 5, name="first"), name="norm")
    layer = DropoutLayer(layer, name="drop")
    gain = shared(1.5, "gain", theano.config.floatX)
    w = theano.shared(np.ones((5, 2), theano.config.floatX), name="w")
    return DenseLayer(layer, 2, W=tagged(gain, trainable=False) * T.tanh(w), name="last")


class Training:
    """A network that is trained with all that may have a state."""

    def __init__(self, optimizer=adam):
        self.network = noisy_network()
        x = self.network.input_layer.input_layer.input_layer.input_layer.input_var
        self.rate = shared(0.1, "rate", theano.config.floatX)
        noise = MRG_RandomStreams(7).normal((4, 2), dtype=theano.config.floatX)
        loss = T.sqr(get_output(self.network, x) + noise).mean()
        params = get_all_params(self.network, trainable=True)
        self.updates = optimizer(loss, params, learning_rate=self.rate)
        self.step = theano.function([x], loss, updates=self.updates)

    def run(self, steps):
        rng = lasagne_expr.random.get_rng()
        data = [rng.normal(size=(4, 3)).astype(theano.config.floatX) for _ in range(steps)]
        losses = [float(self.step(batch)) for batch in data]
        return losses, get_all_param_values(self.network), values_of(self.updates)


class TestResuming:
    @pytest.mark.parametrize("floatx", ["float32", "float64"])
    def test_goes_on_bit_for_bit(self, tmp_path, floatx):
        theano.config.floatX = floatx
        path = tmp_path / "n.safetensors"
        first = Training()
        first.run(3)
        first.rate.set_value(np.asarray(0.05, floatx))
        save(path, first.network, first.updates, meta={"step": 3})
        expected = first.run(3)
        second = Training()
        second.run(1)  # so that every state is another
        assert load(path, second.network, second.updates) == {"step": 3}
        losses, params, states = second.run(3)
        assert losses == expected[0]
        assert_same(params, expected[1])
        assert_same(states, expected[2])

    def test_file_has_all_that_training_depends_on(self, tmp_path):
        theano.config.floatX = "float64"
        path = tmp_path / "n.safetensors"
        training = Training(momentum)
        save(path, training.network, training.updates)
        learned = ["first.W", "first.b", "norm.gamma", "norm.beta", "w", "last.b"]
        places = {
            *("first.W", "first.b", "norm.gamma", "norm.beta", "norm.mean", "norm.inv_std"),
            *("last.W[0]", "last.W[1]", "last.b"),
            *(f"updates.{name}.velocity" for name in learned),
            "updates.rate",
            *("random[0]", "random[1]"),
        }
        assert set(safetensors.numpy.load_file(path)) == places

    def test_ready_made_expressions_go_on(self, tmp_path):
        def build():
            layer = DenseLayer(InputLayer((2, 3)), 4, W=SpectralNorm(), name="norm")
            network = DenseLayer(layer, 2, W=Noisy(), name="noisy")
            loss = T.sqr(get_output(network, np.ones((2, 3)))).sum()
            updates = momentum(loss, get_all_params(network, trainable=True), 0.01)
            return network, updates, theano.function([], loss, updates=updates)

        path = tmp_path / "n.safetensors"
        network, updates, step = build()
        step()
        save(path, network, updates)
        used = get_param_values(get_all_layers(network))
        expected = [step() for _ in range(3)]
        network, updates, step = build()
        load(path, network, updates)
        assert_same(get_param_values(get_all_layers(network)), used)
        assert [step() for _ in range(3)] == expected

    def test_other_streams_of_the_engine(self, tmp_path):
        from theano.tensor.shared_randomstreams import RandomStreams

        def build():
            network = tied()
            noise = RandomStreams(5).normal((2, 3))
            loss = T.sqr(get_output(network, np.ones((2, 3))) + noise).sum()
            updates = sgd(loss, get_all_params(network), 0.01)
            return network, updates, theano.function([], loss, updates=updates)

        path = tmp_path / "n.safetensors"
        network, updates, step = build()
        step()
        save(path, network, updates)
        expected = [step() for _ in range(3)]
        network, updates, step = build()
        load(path, network, updates)
        assert [step() for _ in range(3)] == expected

    def test_data_in_shared_variables_is_not_saved(self, tmp_path):
        path, network = tmp_path / "n.safetensors", tied()
        data = shared(np.ones((2, 3)), "data")
        loss = T.sqr(get_output(network, data)).mean()
        save(path, network, sgd(loss, get_all_params(network), 0.1))
        assert set(safetensors.numpy.load_file(path)) == {"encode.W", "encode.b", "decode.b"}

    def test_states_of_default_updates_are_saved(self, tmp_path):
        path, network = tmp_path / "n.safetensors", tied()
        count = shared(np.zeros(2), "count")
        base = shared(2.0, "base")
        count.default_update = count + base
        loss = T.sqr(get_output(network, np.ones((2, 3)))).mean() * count.sum()
        save(path, network, sgd(loss, get_all_params(network), 0.1))
        assert {"updates.count", "updates.base"} < set(safetensors.numpy.load_file(path))

    @pytest.mark.parametrize("kind", ["RandomState", "PCG64", "module"])
    def test_the_librarys_generator_goes_on(self, tmp_path, kind):
        path, network = tmp_path / "n.safetensors", tied()
        updates = sgd(regression_loss(network), get_all_params(network), 0.1)
        make = {
            "RandomState": lambda: np.random.RandomState(1),
            "PCG64": lambda: np.random.default_rng(1),
            "module": lambda: np.random,
        }[kind]
        lasagne_expr.random.set_rng(make())
        rng = lasagne_expr.random.get_rng()
        rng.normal(size=3)  # leaves half of a pair for the next call
        save(path, network, updates)
        expected = rng.normal(size=4), rng.permutation(9)
        lasagne_expr.random.set_rng(make())
        load(path, network, updates)
        rng = lasagne_expr.random.get_rng()
        assert_same([rng.normal(size=4), rng.permutation(9)], expected)

    def test_generators_that_are_not_numpys_are_left(self, tmp_path):
        class Zeros:
            def normal(self, *args, size=None, **kwargs):
                return np.zeros(size)

            uniform = permutation = randint = normal

        path, network = tmp_path / "n.safetensors", tied()
        updates = sgd(regression_loss(network), get_all_params(network), 0.1)
        lasagne_expr.random.set_rng(Zeros())
        save(path, network, updates)
        load(path, network, updates)
        lasagne_expr.random.set_rng(np.random.RandomState(1))
        with pytest.raises(ValueError, match="the state of a generator None in the file"):
            load(path, network, updates)


# npz files


class TestNpz:
    def test_is_written_as_lasagne_scripts_read_it(self, tmp_path):
        network, path = tied(), tmp_path / "model.npz"
        save(path, network)
        expected = get_all_param_values(network)
        with np.load(path) as f:
            values = [f["arr_%d" % i] for i in range(len(f.files))]  # noqa: UP031 (as they do)
        assert_same(values, expected)

    def test_reads_what_lasagne_scripts_write(self, tmp_path):
        network, path = tied(), tmp_path / "model.npz"
        expected = get_all_param_values(network)
        np.savez(path, *expected)
        fill(network, 3)
        load(path, network)
        assert_same(get_all_param_values(network), expected)

    def test_more_than_ten_arrays_keep_their_order(self, tmp_path):
        layer = InputLayer((None, 1))
        for number in range(12):
            layer = DenseLayer(layer, 1, W=np.full((1, 1), float(number)), b=None)
        expected = get_all_param_values(layer)
        save(tmp_path / "m.npz", layer)
        fill(layer, 99)
        load(tmp_path / "m.npz", layer)
        assert_same(get_all_param_values(layer), expected)

    def test_all_differences_are_listed(self, tmp_path):
        path, network = tmp_path / "m.npz", tied()
        np.savez(path, np.ones((2, 3)), np.full(2, 1j), np.ones(3), np.ones(1))
        fill(network, 5)
        with pytest.raises(ValueError, match="nothing was loaded") as caught:
            load(path, network)
        message = str(caught.value)
        assert "the file has 4 arrays, the network 3" in message
        assert "arr_0: encode.W has shape (2, 3) in the file, expected (3, 2)" in message
        assert "arr_1: encode.b: " in message
        assert all((value == 5).all() for value in get_all_param_values(network))

    def test_pickles_are_never_read(self, tmp_path):
        path = tmp_path / "m.npz"
        np.savez(path, np.array([{"a": 1}], dtype=object))
        with pytest.raises(array_files.DamagedFileError, match="holds more than arrays"):
            load(path, tied())

    def test_other_names(self, tmp_path):
        path = tmp_path / "m.npz"
        np.savez(path, w=np.ones(3))
        with pytest.raises(ValueError, match="holds arrays named w, expected arr_0, arr_1"):
            load(path, tied())

    def test_damaged(self, tmp_path):
        path, network = tmp_path / "m.npz", tied()
        save(path, network)
        content = path.read_bytes()
        for length in range(0, len(content), 50):
            path.write_bytes(content[:length])
            with pytest.raises(array_files.DamagedFileError, match=r"m\.npz"):
                load(path, network)

    def test_has_no_place_for_states(self, tmp_path):
        with pytest.raises(ValueError, match="so updates can't be given"):
            save(tmp_path / "m.npz", tied(), updates={})
        with pytest.raises(ValueError, match="so meta can't be given"):
            save(tmp_path / "m.npz", tied(), meta=1)


# Values as the layers use them


class TestParamValues:
    def test_expressions_are_computed(self):
        w, mask = shared(np.random.normal(size=(3, 2)), "w"), shared(np.eye(3, 2), "mask")
        layer = DenseLayer(InputLayer((None, 3)), 2, W=T.exp(w) * mask)
        used = get_param_values(layer)
        np.testing.assert_allclose(used[0], np.exp(w.get_value()) * np.eye(3, 2), rtol=1e-6)
        assert_same(used[1:], [layer.b.get_value()])
        assert_same(get_param_values(layer, evaluated=False), values_of([w, mask, layer.b]))
        assert len(get_param_values(layer, regularizable=True)) == 1

    def test_of_several_layers(self):
        network = tied()
        encode = network.input_layer
        w, b = encode.W.get_value(), encode.b.get_value()
        assert_same(get_param_values(get_all_layers(network)), [w, b, w.T, network.b.get_value()])
        assert_same(get_param_values(network), [w.T, network.b.get_value()])

    def test_no_state_goes_on(self):
        stream = MRG_RandomStreams(1)
        layer = DenseLayer(InputLayer((None, 3)), 2, W=stream.normal((3, 2)), b=None)
        first, second = get_param_values(layer), get_param_values(layer)
        assert_same(first, second)
        assert first[0].std() > 0

    def test_what_depends_on_an_input_has_no_value(self):
        x = T.matrix("x")
        layer = DenseLayer(InputLayer((None, 3)), 2, W=T.dot(x.T, x), b=None, name="a")
        with pytest.raises(ValueError, match=r"parameter a\.W depends on the input x"):
            get_param_values(layer)
