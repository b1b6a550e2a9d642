"""The images that the examples learn from: scikit-learn's small digits, or MNIST.

The digits (1797 images of 8 x 8) come with scikit-learn. MNIST (70000 images of 28 x 28) is read
from its four files; those that aren't in the data folder are fetched once and checked.
"""

import gzip
import hashlib
import http.client
import math
import os
import struct
import urllib.request
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from tqdm import tqdm

MIRRORS = (
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
)
SHA256 = {  # of the gzipped files
    "train-images-idx3-ubyte": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "train-labels-idx1-ubyte": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "t10k-images-idx3-ubyte": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "t10k-labels-idx1-ubyte": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
}
TIMEOUT = 30  # seconds without an answer
CHUNK = 64 * 1024  # bytes read at a time
HELD_OUT_DIGITS = 360


class DataError(Exception):
    """The images can't be had; the message says why, and what to do."""


@dataclass
class Images:
    """Images as rows of numbers from 0 (background) to 1, with the digits that they show."""

    name: str
    train: np.ndarray
    train_labels: np.ndarray
    test: np.ndarray  # held out: never trained on
    test_labels: np.ndarray
    shape: tuple  # rows and columns of pixels

    def __str__(self) -> str:
        rows, columns = self.shape
        return (
            f"{self.name}: {len(self.train)} images of {rows} x {columns} pixels to train on, "
            f"{len(self.test)} held out"
        )


def load_images(name: str, folder: Path, dtype: str) -> Images:
    """Load the data set `name`, "digits" or "mnist"; `folder` is where MNIST's files are kept."""
    parts = _digits() if name == "digits" else _mnist(folder)
    train, train_labels, test, test_labels = parts
    return Images(
        name,
        train.reshape(len(train), -1).astype(dtype),
        train_labels.astype("int32"),
        test.reshape(len(test), -1).astype(dtype),
        test_labels.astype("int32"),
        train.shape[1:],
    )


def _digits():
    digits = load_digits()
    # The same split whatever the script's seed, so that runs can be compared.
    train, test, train_labels, test_labels = train_test_split(
        digits.images / 16,
        digits.target,
        test_size=HELD_OUT_DIGITS,
        random_state=0,
        stratify=digits.target,
    )
    return train, train_labels, test, test_labels


def _mnist(folder):
    train, train_labels, test, test_labels = (read_idx(find_or_fetch(n, folder)) for n in SHA256)
    for images, labels in ((train, train_labels), (test, test_labels)):
        if images.ndim != 3 or labels.shape != images.shape[:1]:
            raise DataError(
                f"the files in {folder} don't belong together: images of shape {images.shape}, "
                f"labels of shape {labels.shape}"
            )
    if train.shape[1:] != test.shape[1:]:
        raise DataError(f"the training and test images in {folder} differ in size")
    return train / 255, train_labels, test / 255, test_labels


def read_idx(path: Path) -> np.ndarray:
    """Read an array of bytes from a file in MNIST's idx format, gzipped or not."""
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as file:
            content = file.read()
        zeros, kind, ndim = struct.unpack_from(">HBB", content)
        shape = struct.unpack_from(f">{ndim}I", content, 4)
    except (OSError, EOFError, zlib.error, struct.error) as error:
        raise DataError(f"{path} can't be read ({error}): delete it to fetch it anew") from error
    start = 4 + 4 * ndim
    if (zeros, kind) != (0, 8) or len(content) != start + math.prod(shape):
        raise DataError(f"{path} is no idx file of bytes, or cut short: delete it to fetch it anew")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def find_or_fetch(name: str, folder: Path) -> Path:
    """Find one of MNIST's files in `folder`, gzipped or not, or fetch it into there."""
    gzipped = f"{name}.gz"
    for path in (folder / gzipped, folder / name):
        if path.is_file():
            return path
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"can't make the folder {folder} for MNIST: {error.strerror}") from error
    failures = []
    for mirror in MIRRORS:
        try:
            return _fetch(mirror + gzipped, folder / gzipped, SHA256[name])
        except (OSError, http.client.HTTPException, DataError) as error:
            failures.append(f"  {mirror + gzipped}: {getattr(error, 'reason', error)}")
    raise DataError(
        f"{name} isn't in {folder}, and couldn't be fetched:\n" + "\n".join(failures) + "\n"
        f"Without a network, put MNIST's four files ({', '.join(SHA256)}; gzipped or not) into "
        f"{folder}, or use --data digits, which needs none."
    )


def _fetch(url, path, sha256):
    """Download a file and check it; only a whole file ever stands under its own name."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    digest = hashlib.sha256()
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT) as answer, open(part, "wb") as file:
            size = int(answer.headers.get("Content-Length", 0)) or None
            with tqdm(total=size, desc=path.name, unit="B", unit_scale=True) as bar:
                while chunk := answer.read(CHUNK):
                    file.write(chunk)
                    digest.update(chunk)
                    bar.update(len(chunk))
        if digest.hexdigest() != sha256:
            raise DataError(
                f"it arrived damaged or cut short (SHA-256 {digest.hexdigest()}, not {sha256})"
            )
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return path
