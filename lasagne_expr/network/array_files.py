"""Files of arrays: written atomically, and checked when they are read."""

import contextlib
import errno
import hashlib
import io
import json
import os
import secrets
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import safetensors
import safetensors.numpy

_CHECKSUM = "sha256"
FORMAT = "lasagne_expr"


class DamagedFileError(ValueError):
    """A file that can't be read as what its name says."""


def write_whole(path: "str | os.PathLike", content: bytes) -> None:
    """Write a file atomically: at every moment the old one is there, or the new one.

    The content is written to a file beside, brought to the disk, and renamed. On an error the file
    beside is removed; only a process that is killed leaves it, as ``.<name>.<letters>.part``.

    Parameters
    ----------
    path : str or path
        Where to write; a link is followed.
    content : bytes
        What to write.

    Raises
    ------
    OSError
        If it can't be written, as where the folder is missing or the disk is full.
    """
    path = _checked_path(path)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
    try:
        with open(beside, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
    _bring_to_disk(path.parent)


def _checked_path(path):
    """Resolve the path of a file; one of a folder, or of nothing, is an error as for open."""
    name = os.fsdecode(path)
    real = os.path.realpath(name)
    if not name:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
    if not os.path.basename(name) or os.path.isdir(real):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), name)
    return Path(real)


def _bring_to_disk(folder):
    """Have the folder's entry for a new name survive a power cut, where the system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def write_tensors(
    path: "str | os.PathLike", tensors: Mapping[str, np.ndarray], header: Mapping[str, str]
) -> None:
    """Write arrays and a header of strings in the safetensors format, with a checksum."""
    tensors = {name: np.asarray(value, order="C") for name, value in tensors.items()}
    header = {**header, _CHECKSUM: _checksum(tensors, header)}
    write_whole(path, safetensors.numpy.save(tensors, metadata=header))


def read_tensors(path: "str | os.PathLike") -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Read the arrays and the header of a safetensors file, and check its checksum if it has one.

    Raises
    ------
    DamagedFileError
        If it is no such file, is cut short, or isn't what was written.
    OSError
        If it can't be read.
    """
    with open(path, "rb"):  # its errors name the file
        pass
    try:
        with safetensors.safe_open(os.fsdecode(path), framework="numpy") as file:
            header = dict(file.metadata() or {})
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (safetensors.SafetensorError, OSError, ValueError, TypeError, AttributeError) as error:
        raise DamagedFileError(
            f"{path} is no safetensors file, or is damaged or cut short ({error})"
        ) from error
    expected = header.pop(_CHECKSUM, None)
    if (expected or header.get("format") == FORMAT) and expected != _checksum(tensors, header):
        raise DamagedFileError(f"{path} is damaged: its content doesn't fit its checksum")
    return tensors, header


def _checksum(tensors, header):
    digest = hashlib.sha256(json.dumps(dict(header), sort_keys=True).encode())
    for name, value in sorted(tensors.items()):
        digest.update(f"{name} {value.dtype.str} {value.shape}".encode())
        digest.update(value.tobytes())
    return digest.hexdigest()


def write_npz(path: "str | os.PathLike", arrays: Iterable[np.ndarray]) -> None:
    """Write arrays as ``numpy.savez(path, *arrays)`` does."""
    content = io.BytesIO()
    np.savez(content, *arrays)
    write_whole(path, content.getvalue())


def read_npz(path: "str | os.PathLike") -> list[np.ndarray]:
    """Read the arrays that ``numpy.savez(path, *arrays)`` wrote, in their order.

    Raises
    ------
    DamagedFileError
        If it is no such file, is damaged, or holds Python objects, which aren't read.
    OSError
        If it can't be read.
    """
    with open(path, "rb") as file:
        if file.read(2) != b"PK":
            raise DamagedFileError(f"{path} is no npz file, or is damaged")
    try:
        with np.load(path, allow_pickle=False) as content:
            arrays = {name: content[name] for name in content.files}
    except (ValueError, KeyError, EOFError, OSError, zipfile.BadZipFile, zlib.error) as error:
        raise DamagedFileError(f"{path} is damaged, or holds more than arrays: {error}") from error
    names = [f"arr_{index}" for index in range(len(arrays))]
    if set(arrays) != set(names):
        raise DamagedFileError(
            f"{path} holds arrays named {', '.join(arrays)}, expected arr_0, arr_1, ... in the "
            "order of get_all_param_values, as np.savez(path, *get_all_param_values(network)) "
            "writes them"
        )
    return [arrays[name] for name in names]
