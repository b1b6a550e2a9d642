"""What the examples share: the command line, the training loop, and how Ctrl-C stops a script.

The first Ctrl-C during training stops it after the step in hand. The script goes on with what it
has learned so far, writes everything that it would have written, and ends with exit code 130, as
is usual for interrupted programs. A second Ctrl-C, or one before training, ends it at once.
"""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import theano
import theano.tensor as T
from tqdm import tqdm

import lasagne_expr
from data import DataError, Images
from lasagne_expr import load, save
from lasagne_expr.layers import Layer, get_all_params, get_output
from lasagne_expr.objectives import categorical_accuracy, categorical_crossentropy
from lasagne_expr.updates import adam

EXIT_INTERRUPTED = 130


class ResumeError(Exception):
    """An earlier run that can't be gone on with."""


def run(main: Callable[[], int]) -> None:
    """Run a script's main function, and end the program with its exit code."""
    try:
        code = main()
    except KeyboardInterrupt:
        print("Ended by Ctrl-C.", file=sys.stderr)
        code = EXIT_INTERRUPTED
    except (DataError, ResumeError) as error:
        print(f"error: {error}", file=sys.stderr)
        code = 1
    sys.exit(code)


def set_up(
    description: str,
    epochs: "dict[str, int] | int",
    model: "dict[str, Any] | None" = None,
    resumable: bool = False,
) -> argparse.Namespace:
    """Read the command line, seed what is random, and make the output folder.

    `epochs` has the default number of epochs for each data set, or is that number where a script
    makes its own data. `model` has what argparse should know about the argument that chooses the
    network, where there is one. `resumable` scripts have the option --resume. The result has the
    options, and `rng`, the generator to shuffle with.
    """
    parser = argparse.ArgumentParser(
        description=description,
        epilog="Ctrl-C stops training, keeps what was learned, and writes all results; "
        f"the exit code is then {EXIT_INTERRUPTED}.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    if model:
        parser.add_argument("model", nargs="?", **model)
    of_images = isinstance(epochs, dict)
    defaults = (
        ", ".join(f"{number} for {name}" for name, number in epochs.items())
        if of_images
        else epochs
    )
    what = "images" if of_images else "sequences"
    parser.add_argument(
        "--epochs",
        type=_whole_number(1, 10**6),
        help=f"passes through the training {what} (default: {defaults})",
    )
    parser.add_argument(
        "--seed",
        type=_whole_number(0, 2**32 - 1),
        default=1,
        help="the same seed gives the same run (default: 1)",
    )
    parser.add_argument(
        "--out", type=Path, default=Path("out"), help="folder to write to (default: out)"
    )
    if of_images:
        parser.add_argument(
            "--data", choices=list(epochs), default="digits", help="the images (default: digits)"
        )
        parser.add_argument(
            "--data-dir",
            type=Path,
            default=Path("data"),
            help="folder of the MNIST files, fetched to there if they are missing (default: data)",
        )
    if resumable:
        parser.add_argument(
            "--resume",
            action="store_true",
            help="go on from the last whole epoch of the run that wrote to the same folder",
        )
    args = parser.parse_args()
    args.epochs = args.epochs or (epochs[args.data] if of_images else epochs)
    try:
        args.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        parser.error(f"can't make the output folder {args.out}: {error.strerror}")
    if "floatX" not in os.environ.get("THEANO_FLAGS", ""):
        theano.config.floatX = "float32"  # half the memory of float64, and fast everywhere
    lasagne_expr.random.set_rng(np.random.RandomState(args.seed))
    args.rng = np.random.RandomState(args.seed)
    return args


def _whole_number(low: int, high: int) -> Callable[[str], int]:
    def parse(text):
        if not text.isdecimal() or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {low} to {high}")
        return int(text)

    return parse


@dataclass
class History:
    """How training went: for each network, one number per epoch."""

    losses: dict[str, list[float]]
    measures: dict[str, list[float]]
    stopped: bool = False

    @property
    def epochs(self) -> int:
        return len(next(iter(self.losses.values())))

    @property
    def exit_code(self) -> int:
        return EXIT_INTERRUPTED if self.stopped else 0


def train(
    steps: dict[str, Callable],
    data: tuple,
    args: argparse.Namespace,
    batch_size: int = 32,
    measures: "dict[str, Callable] | None" = None,
    history: "History | None" = None,
    after_epoch: "Callable | None" = None,
) -> History:
    """Train networks side by side on the same minibatches.

    Parameters
    ----------
    steps : dict of str to function
        For each network, the function that takes a minibatch, updates the network, and returns
        the loss.
    data : tuple of arrays
        What minibatches are drawn from: images, or images and labels.
    args : argparse.Namespace
        Of `set_up`: the number of epochs, and the generator to shuffle with.
    batch_size : int, default 32
    measures : dict of str to function, optional
        Called without arguments after each epoch; what they return is kept.
    history : History, optional
        How training went until now, to go on from there.
    after_epoch : callable, optional
        Called with the history after each whole epoch, to save what was learned.

    Returns
    -------
    History
        Also when Ctrl-C ended training early; it then says so.
    """
    if history is None:
        history = History({name: [] for name in steps}, {name: [] for name in measures or {}})
    batch_size = min(batch_size, len(data[0]))
    per_epoch = len(data[0]) // batch_size
    progress = {"total": args.epochs * per_epoch, "initial": history.epochs * per_epoch}
    every = 0.1 if sys.stderr.isatty() else 1  # seconds; less often where lines pile up in a log
    with _StopRequest() as stop, tqdm(**progress, unit=" steps", mininterval=every) as bar:
        for epoch in range(history.epochs + 1, args.epochs + 1):
            bar.set_description(f"epoch {epoch}/{args.epochs}", refresh=False)
            losses = []
            for batch in _minibatches(data, batch_size, args.rng):
                losses.append([float(step(*batch)) for step in steps.values()])
                bar.set_postfix(loss=f"{np.mean(losses[-1]):.4f}", refresh=False)
                bar.update()
                if stop.requested:
                    break
            for name, loss in zip(steps, np.mean(losses, axis=0)):
                history.losses[name].append(float(loss))
            for name, measure in (measures or {}).items():
                history.measures[name].append(float(measure()))
            if stop.requested:
                break
            if after_epoch:
                after_epoch(history)
    if stop.requested:
        history.stopped = True
        print(f"Stopped by Ctrl-C in epoch {epoch} of {args.epochs}: keeping what was learned.")
    return history


def resume(path: Path, network: Layer, updates: dict) -> History:
    """Take up a run that was saved with `save_run`."""
    try:
        history = History(**load(path, network, updates))
    except FileNotFoundError as error:
        raise ResumeError(f"{path} isn't there: run the script without --resume first") from error
    except (OSError, TypeError, ValueError) as error:
        raise ResumeError(f"can't go on from {path}: {error}") from error
    print(f"going on after epoch {history.epochs}")
    return history


def save_run(path: Path, network: Layer, updates: dict, history: History) -> None:
    """Save all that training depends on; what was there before is replaced at once."""
    save(path, network, updates, {"losses": history.losses, "measures": history.measures})


def _minibatches(data: tuple, size: int, rng: np.random.RandomState) -> Iterator[list]:
    order = rng.permutation(len(data[0]))
    for start in range(0, len(order) - size + 1, size):
        yield [values[order[start : start + size]] for values in data]


class _StopRequest:
    """Within this context the first Ctrl-C is noted, rather than raised amid a step's updates."""

    def __enter__(self):
        self.requested = False
        self.previous = signal.signal(signal.SIGINT, self._note)
        return self

    def _note(self, signum, frame):
        self.requested = True
        signal.signal(signal.SIGINT, self.previous)

    def __exit__(self, *error):
        signal.signal(signal.SIGINT, self.previous)


def compile_classifier(
    pixels: theano.Variable, network: Layer, images: Images
) -> tuple[Callable, Callable]:
    """Compile the training step of a network that ends in a softmax, and its held-out accuracy."""
    digits = T.ivector("digits")
    probabilities = get_output(network)
    loss = categorical_crossentropy(probabilities, digits).mean()
    params = get_all_params(network, trainable=True)
    step = theano.function([pixels, digits], loss, updates=adam(loss, params))
    right = categorical_accuracy(probabilities, digits).mean()
    accuracy = theano.function([pixels, digits], right)
    return step, lambda: accuracy(images.test, images.test_labels)


def in_parts(function: Callable, images: np.ndarray, size: int = 1000) -> np.ndarray:
    """Apply a function to parts of many images, for all at once would take much memory."""
    return np.concatenate([function(images[i : i + size]) for i in range(0, len(images), size)])


def save_values(path: Path, networks: dict[str, Layer]) -> None:
    """Write the values of all parameters to an npz file, named ``network.layer.parameter``."""
    values = {
        f"{name}.{param.name}": param.get_value()
        for name, network in networks.items()
        for param in get_all_params(network)
    }
    np.savez(path, **values)
    print(f"wrote {path}")
