"""The examples: their shared modules here, the scripts themselves as a user runs them."""

import argparse
import gzip
import http.server
import json
import os
import re
import runpy
import signal
import struct
import subprocess
import sys
import threading
from hashlib import sha256
from pathlib import Path
from typing import ClassVar

import matplotlib.image
import numpy as np
import pytest
import safetensors.numpy
from sklearn.datasets import load_digits

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
COMPILED = EXAMPLES.parent / ".pytest_cache" / "theano"
PICTURES = {
    "tied_autoencoder": ["reconstructions", "code", "weights", "losses"],
    "factorized": ["accuracy"],
    "positive": ["parts", "curves"],
    "positive_semidefinite": ["neighbours", "eigenvalues"],
    "frozen": ["weights"],
    "mnist": ["curves", "filters", "mistakes"],
    "recurrent": ["curves", "answers"],
    "convolutional_autoencoder": ["reconstructions", "filters", "errors"],
    "spatial_transformer": ["images", "accuracy"],
}
SCRIPTS = list(PICTURES)
OF_IMAGES = [script for script in SCRIPTS if script != "recurrent"]
DEPENDENT_ON_SIZES = [
    "tied_autoencoder",
    "frozen",
    "mnist",
    "convolutional_autoencoder",
    "spatial_transformer",
]
MODULES = ("common", "data", "pictures")


# Helpers


@pytest.fixture
def example_modules(monkeypatch):
    """Import the examples' shared modules as the scripts do, and forget them afterwards."""
    monkeypatch.syspath_prepend(str(EXAMPLES))
    for name in MODULES:
        monkeypatch.delitem(sys.modules, name, raising=False)
    modules = {name: __import__(name) for name in MODULES}
    yield argparse.Namespace(**modules)
    for name in MODULES:
        sys.modules.pop(name, None)


def as_a_user(script, **changes):
    """Make the environment of a script: without the tests' settings of how graphs are compiled.

    What Theano compiles is kept for each script by itself. Tests of different scripts then don't
    wait for each other, and those of the same script don't compile it again.
    """
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", **changes}
    environment.pop("XLA_FLAGS", None)
    environment["THEANO_FLAGS"] = f"base_compiledir={COMPILED}/{script}"
    return environment


def run_script(name, folder, *options, **environment):
    command = [sys.executable, EXAMPLES / f"{name}.py", "--out", folder / "out", *options]
    return subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env=as_a_user(name, **environment),
        capture_output=True,
        text=True,
        timeout=600,
    )


def check_pictures(folder, script):
    """Check that each picture is a PNG of a fair size with something on it."""
    found = sorted(path.name for path in folder.glob("*.png"))
    assert found == sorted(f"{script}_{name}.png" for name in PICTURES[script])
    for name in found:
        image = matplotlib.image.imread(folder / name)
        height, width = image.shape[:2]
        assert width >= 800
        assert height >= 250
        assert image[..., :3].std() > 0.05


def table(text, start):
    """Read the rows that begin with `start` (an expression): their numbers, percent as such."""
    number = r"-?\d+\.?\d*"
    rows = {}
    for line in text.splitlines():
        if match := re.match(rf"({start})  +({number}%?(?: +{number}%?)*)$", line):
            values = match[2].replace("%", "").split()
            rows[match[1]] = [float(value) for value in values]
    return rows


def write_idx(path, array):
    header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    content = header + array.astype("uint8").tobytes()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


def write_small_mnist(folder, suffix=".gz", number=300, enlarge=lambda images: images):
    """Write scikit-learn's digits as if they were MNIST."""
    folder.mkdir()
    digits = load_digits()
    images = enlarge(digits.images * 15)
    for part, chosen in (("train", slice(0, number)), ("t10k", slice(number, number + 60))):
        write_idx(folder / f"{part}-images-idx3-ubyte{suffix}", images[chosen])
        write_idx(folder / f"{part}-labels-idx1-ubyte{suffix}", digits.target[chosen])


# Reading and fetching images


def test_digits_are_split_the_same_each_time(example_modules):
    first, second = (example_modules.data.load_images("digits", Path(), "float32") for _ in "12")
    assert first.train.shape == (1437, 64)
    assert first.test.shape == (360, 64)
    assert first.train.dtype == np.float32
    assert first.train.min() == 0
    assert first.train.max() == 1
    np.testing.assert_array_equal(first.test, second.test)
    # Nothing is lost and nothing is in both parts: together they are scikit-learn's images.
    together = np.concatenate([first.train, first.test])
    np.testing.assert_allclose(np.sort(together.sum(1)), np.sort(load_digits().data.sum(1) / 16))


@pytest.mark.parametrize("suffix", [".gz", ""])
def test_mnist_files_are_read(example_modules, tmp_path, suffix):
    write_small_mnist(tmp_path / "mnist", suffix)
    images = example_modules.data.load_images("mnist", tmp_path / "mnist", "float64")
    digits = load_digits()
    assert images.shape == (8, 8)
    np.testing.assert_allclose(images.train, digits.data[:300] * 15 / 255)
    np.testing.assert_array_equal(images.test_labels, digits.target[300:360])
    assert "300 images of 8 x 8" in str(images)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        # Without the time of day, or the test's name would change between workers.
        ("cut.gz", gzip.compress(bytes(1000), mtime=0)[:-10]),
        ("no_gzip.gz", b"<html>not found</html>"),
        ("short_header", b"\0\0\x08"),
        ("cut", struct.pack(">HBBI", 0, 8, 1, 5) + bytes(4)),
        ("of_floats", struct.pack(">HBBI", 0, 13, 1, 1) + bytes(4)),
        ("a_picture", b"\x89PNG\r\n\x1a\n" + bytes(100)),
    ],
)
def test_damaged_files_are_named(example_modules, tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(example_modules.data.DataError, match=rf"{name}.*delete it"):
        example_modules.data.read_idx(path)


def test_files_of_different_sets_are_refused(example_modules, tmp_path):
    write_small_mnist(tmp_path / "mnist")
    write_idx(tmp_path / "mnist" / "t10k-labels-idx1-ubyte.gz", np.arange(7))
    with pytest.raises(example_modules.data.DataError, match="don't belong together"):
        example_modules.data.load_images("mnist", tmp_path / "mnist", "float32")


class Files(http.server.BaseHTTPRequestHandler):
    """Serve what is in `contents`; under /damaged/ with a byte changed, under /cut/ not all."""

    contents: ClassVar[dict] = {}

    def do_GET(self):
        place, name = self.path.strip("/").split("/")
        content = self.contents.get(name)
        if content is None or place == "missing":
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if place == "damaged":
            content = content[:-1] + b"?"
        self.wfile.write(content[: len(content) // 2] if place == "cut" else content)

    def log_message(self, *args):
        """Keep the tests' output clean."""


@pytest.fixture
def mirror(example_modules, tmp_path, monkeypatch):
    """Serve small MNIST files from this machine; returns the address and the files."""
    write_small_mnist(tmp_path / "served")
    Files.contents = {path.name: path.read_bytes() for path in (tmp_path / "served").iterdir()}
    sums = {name[:-3]: sha256(content).hexdigest() for name, content in Files.contents.items()}
    ordered = {name: sums[name] for name in example_modules.data.SHA256}
    monkeypatch.setattr(example_modules.data, "SHA256", ordered)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_missing_files_are_fetched(example_modules, mirror, tmp_path, monkeypatch, capsys):
    data, folder = example_modules.data, tmp_path / "new" / "mnist"
    monkeypatch.setattr(data, "MIRRORS", (f"{mirror}/missing/", f"{mirror}/good/"))
    monkeypatch.setattr(data, "CHUNK", 1000)
    images = data.load_images("mnist", folder, "float32")
    assert len(images.train) == 300
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == Files.contents
    progress = capsys.readouterr().err
    for name in Files.contents:
        assert re.search(rf"{name}: 100%", progress)
    # The second time nothing is fetched.
    monkeypatch.setattr(data, "MIRRORS", ())
    np.testing.assert_array_equal(data.load_images("mnist", folder, "float32").test, images.test)


@pytest.mark.parametrize("place", ["damaged", "cut"])
def test_damaged_downloads_are_not_kept(example_modules, mirror, tmp_path, monkeypatch, place):
    data, folder = example_modules.data, tmp_path / "mnist"
    monkeypatch.setattr(data, "MIRRORS", (f"{mirror}/{place}/",))
    with pytest.raises(data.DataError, match="arrived damaged or cut short"):
        data.load_images("mnist", folder, "float32")
    assert list(folder.iterdir()) == []


def test_checksums_are_for_the_files_of_mnist(example_modules):
    checksums = example_modules.data.SHA256
    assert list(checksums) == [
        "train-images-idx3-ubyte",
        "train-labels-idx1-ubyte",
        "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    ]
    assert all(re.fullmatch("[0-9a-f]{64}", checksum) for checksum in checksums.values())


# The training loop


def arguments(epochs):
    return argparse.Namespace(epochs=epochs, rng=np.random.RandomState(1))


def test_training_draws_each_image_once_an_epoch(example_modules):
    seen = []

    def step(images, labels):
        assert len(images) == 4
        np.testing.assert_array_equal(images[:, 0], 10 * labels)
        seen.extend(labels)
        return float(labels.sum())

    labels = np.arange(12)
    history = example_modules.common.train(
        {"net": step},
        (10.0 * labels[:, None], labels),
        arguments(3),
        4,
        {"count": lambda: len(seen)},
    )
    epochs = np.reshape(seen, (3, 12))
    np.testing.assert_array_equal(np.sort(epochs), np.tile(labels, (3, 1)))
    assert len({tuple(epoch) for epoch in epochs}) == 3
    assert history.losses == {"net": [66 / 3] * 3}
    assert history.measures == {"count": [12, 24, 36]}
    assert history.exit_code == 0


def test_ctrl_c_stops_after_the_step_in_hand(example_modules):
    calls = []

    def step(images):
        calls.append(len(images))
        if len(calls) == 5:
            signal.raise_signal(signal.SIGINT)
        calls.append("done")
        return 1.0

    before = signal.getsignal(signal.SIGINT)
    history = example_modules.common.train(
        {"a": step, "b": step}, (np.zeros((9, 2)),), arguments(10), batch_size=3
    )
    # Two networks take turns: the third call, amid which it comes, is the second minibatch's first.
    assert calls == [3, "done"] * 4
    assert history.losses == {"a": [1.0], "b": [1.0]}
    assert history.exit_code == 130
    assert signal.getsignal(signal.SIGINT) is before


def test_training_goes_on_from_a_history(example_modules):
    calls, saved = [], []
    history = example_modules.common.History({"net": [5.0, 4.0]}, {"count": [1.0, 2.0]})
    again = example_modules.common.train(
        {"net": lambda images: calls.append(len(images)) or 3.0},
        (np.zeros((6, 2)),),
        arguments(4),
        3,
        {"count": lambda: len(calls)},
        history,
        lambda history: saved.append([history.epochs, len(calls)]),
    )
    assert again.losses == {"net": [5.0, 4.0, 3.0, 3.0]}
    assert again.measures == {"count": [1.0, 2.0, 2.0, 4.0]}
    assert saved == [[3, 2], [4, 4]]


def test_an_epoch_cut_short_by_ctrl_c_is_not_saved(example_modules):
    saved, steps = [], iter(range(100))

    def step(images):
        if next(steps) == 3:
            signal.raise_signal(signal.SIGINT)
        return 1.0

    example_modules.common.train(
        {"net": step},
        (np.zeros((6, 2)),),
        arguments(4),
        2,
        after_epoch=lambda history: saved.append(history.epochs),
    )
    assert saved == [1]


def test_second_ctrl_c_ends_at_once(example_modules, capsys):
    def step(images):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    def main():
        example_modules.common.train({"a": step}, (np.zeros((9, 2)),), arguments(10))

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(SystemExit) as ended:
        example_modules.common.run(main)
    assert ended.value.code == 130
    assert "Ended by Ctrl-C" in capsys.readouterr().err
    assert signal.getsignal(signal.SIGINT) is before


# Pictures


def test_images_stand_in_rows(example_modules):
    pictures = example_modules.pictures
    images = np.stack([np.full(6, value) for value in (0.1, 0.2, 0.3, 0.4, 0.5)])
    ax = pictures.figure(3, 3, "test").subplots()
    canvas = pictures.show_images(ax, images, (2, 3), columns=3).get_array()
    zoom = 16  # 32 // 2 rows
    height, width = 2 * zoom + pictures.GAP, 3 * zoom + pictures.GAP
    assert canvas.shape == (2 * height - pictures.GAP, 3 * width - pictures.GAP)
    assert canvas[0, 0] == 0.1
    assert canvas[0, 2 * width] == 0.3
    assert canvas[height, width] == 0.5
    assert np.ma.getmaskarray(canvas)[0, width - 1]  # a gap
    assert np.ma.getmaskarray(canvas)[height, 2 * width]  # no sixth image


# The scripts


@pytest.mark.parametrize("script", SCRIPTS)
def test_help_says_what_it_shows(script, example_modules, monkeypatch, capsys):
    path = EXAMPLES / f"{script}.py"
    monkeypatch.setattr(sys, "argv", [str(path), "--help"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(path), run_name="__main__")
    assert ended.value.code == 0
    printed = capsys.readouterr().out
    first_line = path.read_text().split("\n")[0]
    assert printed.replace("\n", " ").count(first_line.strip('"')) == 1
    for option in ("--epochs", "--seed", "--out"):
        assert option in printed
    for option in ("--data {digits,mnist}", "--data-dir"):
        assert (option in printed) == (script in OF_IMAGES)
    assert "130" in printed


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--epochs", "0"], "--epochs: '0' is no whole number from 1"),
        (["--epochs", "many"], "--epochs: 'many' is no whole number from 1"),
        (["--seed", "-1"], "--seed"),
        (["--data", "faces"], "--data: invalid choice: 'faces'"),
    ],
)
def test_bad_options_are_explained(
    example_modules, monkeypatch, capsys, tmp_path, options, complaint
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["script.py", *options])
    with pytest.raises(SystemExit) as ended:
        example_modules.common.set_up("A script.", {"digits": 1, "mnist": 1})
    assert ended.value.code == 2
    assert complaint in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_output_folder_that_is_a_file_is_refused(example_modules, monkeypatch, capsys, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setattr(sys, "argv", ["script.py", "--out", str(tmp_path / "file")])
    with pytest.raises(SystemExit) as ended:
        example_modules.common.set_up("A script.", {"digits": 1, "mnist": 1})
    assert ended.value.code == 2
    assert "can't make the output folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flags", "expected"), [("", "float32"), ("device=cpu,floatX=float64", "float64")]
)
def test_float_type_is_float32_unless_the_user_says_otherwise(
    example_modules, monkeypatch, tmp_path, flags, expected
):
    import theano

    theano.config.floatX = "float64"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("THEANO_FLAGS", flags)
    monkeypatch.setattr(sys, "argv", ["script.py"])
    args = example_modules.common.set_up("A script.", {"digits": 7, "mnist": 2})
    assert theano.config.floatX == expected
    assert (args.epochs, args.seed, args.out, args.data) == (7, 1, Path("out"), "digits")


def test_no_network_is_said_plainly(tmp_path):
    # Nothing listens at the discard port of this machine.
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "HTTPS_PROXY"), "http://127.0.0.1:9")
    options = ["--data", "mnist", "--data-dir", tmp_path / "mnist"]
    result = run_script("frozen", tmp_path, *options, **nowhere, no_proxy="", NO_PROXY="")
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "train-images-idx3-ubyte isn't in" in result.stderr
    assert "couldn't be fetched" in result.stderr
    assert "--data digits" in result.stderr
    assert list((tmp_path / "mnist").iterdir()) == []


def test_data_folder_that_is_a_file_is_refused(example_modules, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(example_modules.data.DataError, match="can't make the folder"):
        example_modules.data.load_images("mnist", tmp_path / "file", "float32")


@pytest.fixture
def full_run(tmp_path):
    """Run a script with its defaults; check all that it says that it wrote."""

    def run(script):
        result = run_script(script, tmp_path)
        assert result.returncode == 0, result.stderr
        folder = tmp_path / "out"
        check_pictures(folder, script)
        for path in folder.iterdir():
            assert f"wrote {path}" in result.stdout
        with np.load(folder / f"{script}.npz") as values:
            assert len(values.files) > 1
            assert all(np.isfinite(values[name]).all() for name in values.files)
        return result.stdout, folder

    return run


@pytest.mark.slow
def test_resumed_training_is_as_if_it_had_not_stopped(tmp_path):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    for folder, options in [
        (whole, ["--epochs", 4]),
        (parts, ["--epochs", 2]),
        # The seed is the saved run's: this one's own goes unused.
        (parts, ["--epochs", 4, "--resume", "--seed", 5]),
    ]:
        folder.mkdir(exist_ok=True)
        result = run_script("tied_autoencoder", folder, *options)
        assert result.returncode == 0, result.stderr
    assert "going on after epoch 2" in result.stdout
    for name in ("tied_autoencoder.npz", "tied_autoencoder.safetensors"):
        first, second = (load_arrays(folder / "out" / name) for folder in (whole, parts))
        assert first.keys() == second.keys()
        for key in first:
            assert first[key].tobytes() == second[key].tobytes(), key
    histories = [saved_meta(folder / "out" / name) for folder in (whole, parts)]
    assert histories[0] == histories[1]
    assert len(json.loads(histories[0])["losses"]["tied"]) == 4


def load_arrays(path):
    if path.suffix == ".npz":
        with np.load(path) as content:
            return {name: content[name] for name in content.files}
    return safetensors.numpy.load_file(path)


def saved_meta(path):
    with safetensors.safe_open(str(path), framework="numpy") as file:
        return file.metadata()["meta"]


def test_resuming_without_an_earlier_run_is_explained(tmp_path):
    result = run_script("tied_autoencoder", tmp_path, "--resume")
    assert result.returncode == 1
    assert "tied_autoencoder.safetensors isn't there: run the script without" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.slow
def test_tied_autoencoder_beats_pca(full_run, example_modules):
    output, folder = full_run("tied_autoencoder")
    pca_error = float(re.search(r"PCA, 8 components: +(\d\.\d+)", output)[1])
    error = float(re.search(r"tied autoencoder, 8 units: +(\d\.\d+)", output)[1])
    assert error < 0.7 * pca_error

    images = example_modules.data.load_images("digits", Path(), "float64")
    mean = images.train.mean(axis=0)
    components = np.linalg.svd(images.train - mean, full_matrices=False)[2][:8]
    from_pca = (images.test - mean) @ components.T @ components + mean
    assert pca_error == pytest.approx(((from_pca - images.test) ** 2).mean(), abs=1e-5)

    # The network again in NumPy: the decoder has biases, and the encoder's weights transposed.
    with np.load(folder / "tied_autoencoder.npz") as values:
        layers = [(values[f"tied.encode{n}.W"], values[f"tied.encode{n}.b"]) for n in (1, 2, 3, 4)]
        layers += [(layers[n - 1][0].T, values[f"tied.decode{n}.b"]) for n in (4, 3, 2, 1)]
        assert len(values.files) == 12
    activation = images.test
    for depth, (weights, biases) in enumerate(layers, start=1):
        activation = activation @ weights + biases
        if depth not in (4, 8):
            activation = np.where(activation > 0, activation, np.expm1(np.minimum(activation, 0)))
    assert error == pytest.approx(((activation - images.test) ** 2).mean(), abs=1e-5)


@pytest.mark.slow
def test_factorized_weights_buy_accuracy(full_run):
    output, _ = full_run("factorized")
    rows = table(output, r"rank \d+|unfactorized")
    assert len(rows) == 7
    units, outputs = 256, 10
    others = 2 * units + units * outputs + outputs
    for name, (size, accuracy) in rows.items():
        if name == "unfactorized":
            assert size == 64 * units + units * units + others
            assert accuracy > 94
        else:
            rank = int(name.split()[1])
            assert size == rank * (64 + units) + rank * (units + units) + others
    assert rows["rank 32"][1] > 94
    assert rows["rank 1"][1] + 20 < rows["rank 4"][1]


@pytest.mark.slow
def test_positive_weights_learn_where_maximum_is_stuck(full_run, example_modules):
    output, folder = full_run("positive")
    rows = table(output, r"softplus\(w\)|exp\(w\)|maximum\(w, 0\)|scikit-learn's NMF")
    (reference,) = rows["scikit-learn's NMF"]
    stuck_error, stuck_fraction = rows["maximum(w, 0)"]
    assert stuck_fraction > 50
    for name in ("softplus(w)", "exp(w)"):
        error, fraction = rows[name]
        assert fraction == 0
        assert error < 0.8 * stuck_error
        assert error < 1.25 * reference
    # The error again in NumPy, from the factors that were learned (one step after the printed one).
    pixels = example_modules.data.load_images("digits", Path(), "float64").train
    with np.load(folder / "positive.npz") as values:
        product = np.exp(values["exp(w).amounts"]) @ np.exp(values["exp(w).parts"])
    assert rows["exp(w)"][0] == pytest.approx(((product - pixels) ** 2).mean(), abs=5e-5)


@pytest.mark.slow
def test_semidefinite_matrix_stays_so(full_run):
    output, folder = full_run("positive_semidefinite")
    rows = table(output, r"identity|dot\(v, v\.T\)|w, learned freely")
    assert rows["identity"][1] == 1
    assert rows["dot(v, v.T)"][1] >= -1e-4
    assert rows["w, learned freely"][1] < -0.05
    assert rows["dot(v, v.T)"][0] > rows["identity"][0] + 3
    with np.load(folder / "positive_semidefinite.npz") as values:
        v = values["dot(v, v.T).v"].astype("float64")
    smallest = np.linalg.svd(v)[1].min() ** 2
    assert rows["dot(v, v.T)"][1] == pytest.approx(smallest, abs=1e-4)


@pytest.mark.slow
def test_fixed_variables_stay_fixed(full_run):
    output, folder = full_run("frozen")
    rows = table(output, r"w|w \* mask|start|start \+ dot\(a, b\)")
    units = 25
    others = units + units * 10 + 10
    learned = {name: row[0] - others for name, row in rows.items()}
    whole, correction = 64 * units, 4 * (64 + units)
    assert learned == {"w": whole, "w * mask": whole, "start": 0, "start + dot(a, b)": correction}
    fixed = {name: row[1] for name, row in rows.items()}
    assert fixed == {"w": 0, "w * mask": whole, "start": whole, "start + dot(a, b)": whole}
    assert rows["start"][2] < rows["start + dot(a, b)"][2]
    assert rows["w * mask"][2] > 90
    assert "mask is fixed, and as before" in output
    assert "start is fixed, and as before" in output
    with np.load(folder / "frozen.npz") as values:
        mask = values["w * mask.mask"]
        assert np.unique(mask).tolist() == [0, 1]
        assert mask.sum() == units * 4 * 4  # a window of 4 x 4 pixels for each unit
        np.testing.assert_array_equal(values["start.start"], values["start + dot(a, b).start"])
        assert np.abs(values["start + dot(a, b).b"]).max() > 0


def printed(output, start):
    """Read the number, percent as such, that ends the line that begins with `start`."""
    return float(re.search(rf"^{start}:? +(?:.* )?(\d+\.\d+)%?$", output, re.MULTILINE)[1])


@pytest.mark.slow
def test_mlp_reads_digits(full_run, example_modules):
    output, folder = full_run("mnist")
    accuracy = printed(output, "accuracy on held-out images")
    assert accuracy > 94
    assert printed(output, "accuracy on images set aside") > 94

    # The network again in NumPy, without dropout.
    images = example_modules.data.load_images("digits", Path(), "float64")
    with np.load(folder / "mnist.npz") as values:
        activation = images.test
        for name in ("hidden1", "hidden2", "digit"):
            activation = activation @ values[f"mlp.{name}.W"] + values[f"mlp.{name}.b"]
            if name != "digit":
                activation = np.maximum(activation, 0)
    expected = (activation.argmax(axis=1) == images.test_labels).mean()
    assert accuracy == pytest.approx(100 * expected, abs=0.3)  # an image may be on the edge


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "epochs", "size", "least"),
    [
        ("cnn", 15, 32 * 10 + 32 * 289 + 256 * 129 + 2570, 93),
        ("custom_mlp:1,50,0,.1", 15, 65 * 50 + 51 * 10, 90),
        ("custom_mlp:0,1,0,0", 15, 65 * 10, 85),
    ],
)
def test_other_networks_read_digits(tmp_path, model, epochs, size, least):
    result = run_script("mnist", tmp_path, model, "--epochs", epochs)
    assert result.returncode == 0, result.stderr
    assert f"{size} numbers to learn" in result.stdout
    assert printed(result.stdout, "accuracy on held-out images") > least
    check_pictures(tmp_path / "out", "mnist")


@pytest.mark.parametrize(
    ("model", "complaint"),
    [
        ("mlpp", "'mlpp' is none of mlp, cnn or custom_mlp:"),
        ("mlp:3", "'mlp:3' is none of"),
        ("custom_mlp:2,800", "'custom_mlp:2,800' is none of"),
        ("custom_mlp:2,0,0,0", "with whole positive numbers"),
        ("custom_mlp:2,10,.5,1", "a probability isn't from 0 to below 1"),
    ],
)
def test_unknown_networks_are_refused(
    example_modules, monkeypatch, capsys, tmp_path, model, complaint
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["mnist.py", model])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(EXAMPLES / "mnist.py"), run_name="__main__")
    assert ended.value.code == 2
    assert complaint in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def check_sums(output, network):
    """Check that the answers are far better than the mean, whose error is the variance."""
    rows = table(output, r"held out, 10 to 30 steps|longer, 31 to 50 steps")
    assert f"{network}: " in output
    for baseline, _ in rows.values():
        assert baseline == pytest.approx(1 / 6, rel=0.1)  # of a sum of two uniform numbers
    assert rows["held out, 10 to 30 steps"][1] < 0.05 * rows["held out, 10 to 30 steps"][0]
    assert rows["longer, 31 to 50 steps"][1] < 0.3 * rows["longer, 31 to 50 steps"][0]


@pytest.mark.slow
def test_lstm_adds_marked_numbers(full_run):
    check_sums(full_run("recurrent")[0], "lstm")


@pytest.mark.slow
def test_gru_adds_marked_numbers(tmp_path):
    result = run_script("recurrent", tmp_path, "gru", "--epochs", 3)
    assert result.returncode == 0, result.stderr
    check_sums(result.stdout, "gru")
    check_pictures(tmp_path / "out", "recurrent")


@pytest.mark.slow
def test_tied_filters_beat_pca(full_run, example_modules):
    output, folder = full_run("convolutional_autoencoder")
    rows = table(output, r"tied|untied|PCA, 8 components")
    assert rows["tied"][1] < 0.8 * rows["PCA, 8 components"][1]
    filters = 32 * 16 + 64 * 32 * 16 + 8 * 64 * 4
    biases = 32 + 64 + 8 + 64 + 32 + 1
    assert rows["tied"][0] == filters + biases + 32 + 64 + 8  # and a strength for each channel
    assert rows["untied"][0] == 2 * filters + biases

    # The network again in NumPy: each layer as a matrix, the decoder's from the encoder's.
    images = example_modules.data.load_images("digits", Path(), "float64")
    with np.load(folder / "convolutional_autoencoder.npz") as values:
        values = {name: value.astype("float64") for name, value in values.items()}
    names = ("encode1", "encode2", "code")
    encoders, decoders = [], []
    for depth, (name, size) in enumerate(zip(names, (8, 4, 2)), start=1):
        W, stride, pad = values[f"tied.{name}.W"], *((2, 1) if size > 2 else (1, 0))
        encoders.append(convolution_matrix(W, size, stride, pad))
        strength = values[f"tied.strength{depth}"]
        decoders.append(convolution_matrix(W * strength, size, stride, pad).T)
    layers = [(m, values[f"tied.{name}.b"]) for m, name in zip(encoders, names)]
    layers += [(decoders[n - 1], values[f"tied.decode{n}.b"]) for n in (3, 2, 1)]
    activation = images.test
    for depth, (matrix, biases) in enumerate(layers, start=1):
        activation = activation @ matrix + np.repeat(biases, matrix.shape[1] // len(biases))
        if depth not in (3, 6):
            activation = np.where(activation > 0, activation, np.expm1(np.minimum(activation, 0)))
    expected = ((activation - images.test) ** 2).mean()
    assert rows["tied"][1] == pytest.approx(expected, abs=2e-5)


def convolution_matrix(W, size, stride, pad):
    """Make the matrix that flattened images are multiplied by to convolve them with flipped W."""
    filters, channels, rows, columns = W.shape
    out = (size + 2 * pad - rows) // stride + 1
    matrix = np.zeros((channels, size + 2 * pad, size + 2 * pad, filters, out, out))
    for i, j in np.ndindex(out, out):
        place = slice(i * stride, i * stride + rows), slice(j * stride, j * stride + columns)
        matrix[(slice(None), *place, slice(None), i, j)] = W[:, :, ::-1, ::-1].transpose(1, 2, 3, 0)
    inside = slice(pad, pad + size)
    return matrix[:, inside, inside].reshape(channels * size**2, filters * out**2)


@pytest.mark.slow
def test_transformer_helps_to_read_distorted_digits(full_run):
    output, folder = full_run("spatial_transformer")
    rows = table(output, "as they are|transformed")
    assert rows["transformed"][1] > 80
    assert rows["transformed"][1] > rows["as they are"][1] + 15
    small, large = sorted(size for size, _ in rows.values())
    assert small > 0.99 * large
    with np.load(folder / "spatial_transformer.npz") as values:
        assert np.abs(values["transformed.theta.W"]).max() > 0.1  # which starts as 0


def test_distorted_digits_are_whole(example_modules, monkeypatch):
    """What isn't turned keeps all its ink, in proportion to its size."""
    sys.modules.pop("spatial_transformer", None)
    import spatial_transformer as script

    monkeypatch.setattr(script, "TURN", 0)
    monkeypatch.setattr(script, "SCALES", (1, 1))
    images = np.zeros((20, 7, 5), "float32")
    images[:, 2:5, 1:4] = np.random.RandomState(1).uniform(size=(20, 3, 3))
    distorted, shape = script.distort(images.reshape(20, 35), (7, 5), np.random.RandomState(2))
    assert shape == (14, 10)
    assert distorted.dtype == np.float32
    ink = images.sum(axis=(1, 2))
    np.testing.assert_allclose(distorted.sum(axis=1), ink, rtol=1e-4)
    centres = [
        np.tensordot(image.reshape(shape), np.indices(shape), ((0, 1), (1, 2))) / total
        for image, total in zip(distorted, ink)
    ]
    assert np.ptp(centres, axis=0).min() > 2  # they are shifted

    monkeypatch.setattr(script, "SCALES", (2, 2))
    square = np.pad(np.ones((2, 4, 4), "float32"), ((0, 0), (2, 2), (2, 2)))
    enlarged, _ = script.distort(square.reshape(2, 64), (8, 8), np.random.RandomState(2))
    np.testing.assert_allclose(enlarged.sum(axis=1), 4 * 16, rtol=0.05)
    sys.modules.pop("spatial_transformer")


@pytest.mark.slow
def test_gallery_shows_weights_in_their_sets(tmp_path):
    result = run_script("gallery", tmp_path, "bounds", "--epochs", 2)
    assert result.returncode == 0, result.stderr
    rows = re.findall(r"^(.*?) +(\d+) +(\d+\.\d)% +(True|False)?$", result.stdout, re.MULTILINE)
    kept = {name: inside for name, _, _, inside in rows}
    assert kept.pop("GlorotUniform(), free") == ""
    assert kept == dict.fromkeys(kept, "True")
    assert len(kept) == 5
    sizes = {name: int(size) for name, size, _, _ in rows}
    assert sizes["Positive()"] == 64 * 64
    assert sizes["Increasing(-0.5, 0.5)"] == 64 * 65  # distances, ends included
    image = matplotlib.image.imread(tmp_path / "out" / "gallery_bounds.png")
    assert image.shape[1] >= 800
    assert image[..., :3].std() > 0.05


@pytest.mark.slow
def test_seeds_repeat(tmp_path):
    outputs = {}
    for run, seed in (("first", 3), ("again", 3), ("other", 4)):
        (tmp_path / run).mkdir()
        options = ["--epochs", 1, "--seed", seed]
        result = run_script("positive_semidefinite", tmp_path / run, *options)
        assert result.returncode == 0, result.stderr
        with np.load(tmp_path / run / "out" / "positive_semidefinite.npz") as values:
            outputs[run] = {name: values[name] for name in values.files}
    for name, value in outputs["first"].items():
        np.testing.assert_array_equal(value, outputs["again"][name])
    assert any(
        np.abs(v - outputs["other"][name]).max() > 1e-3 for name, v in outputs["first"].items()
    )


def enlarged(images):
    """Make 8 x 8 images as large as MNIST's are."""
    return np.pad(np.kron(images, np.ones((3, 3))), ((0, 0), (2, 2), (2, 2)))


@pytest.mark.slow
@pytest.mark.parametrize("script", DEPENDENT_ON_SIZES)
def test_scripts_learn_from_mnist_files(script, tmp_path):
    write_small_mnist(tmp_path / "mnist", number=320, enlarge=enlarged)
    options = ["--data", "mnist", "--data-dir", tmp_path / "mnist", "--epochs", 1]
    result = run_script(script, tmp_path, *options)
    assert result.returncode == 0, result.stderr
    # Some set images aside to choose by, or show each one distorted in two ways.
    trained_on = {"mnist": "267 images of 28 x 28 pixels to train on, 60 held out, 53 set aside"}
    trained_on["spatial_transformer"] = "640 images of 56 x 56 pixels"
    expected = trained_on.get(script, "320 images of 28 x 28 pixels")
    assert f"mnist: {expected}" in result.stdout
    check_pictures(tmp_path / "out", script)


@pytest.mark.slow
@pytest.mark.parametrize("script", ["tied_autoencoder", "positive"])
def test_ctrl_c_keeps_what_was_learned(script, tmp_path):
    command = [sys.executable, EXAMPLES / f"{script}.py", "--epochs", "100000"]
    process = subprocess.Popen(
        [str(word) for word in command],
        cwd=tmp_path,
        env=as_a_user(script),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        progress = ""
        while "loss=" not in progress:
            piece = process.stderr.read(1)
            assert piece, progress
            progress += piece
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=120)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 130
    assert re.search(r"Stopped by Ctrl-C in epoch \d+ of 100000", output)
    assert "Traceback" not in errors
    check_pictures(tmp_path / "out", script)
    with np.load(tmp_path / "out" / f"{script}.npz") as values:
        assert all(np.isfinite(values[name]).all() for name in values.files)
