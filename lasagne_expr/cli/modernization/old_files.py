"""Standard modules about files, as Python 2 had them: it told no text from bytes."""

import builtins
import importlib
import io
import os
import sys


def _public(module):
    contents = vars(importlib.import_module(module)).items()
    return {name: value for name, value in contents if not name.startswith("__")}


# Pickles.


def pickle_contents() -> dict:
    """What ``cPickle`` had: it reads Python 2's pickles, and files that were opened as text."""
    pickle = importlib.import_module("pickle")

    def dump(obj, file, protocol=2, **keywords):
        pickle.dump(obj, _binary(file), _protocol(protocol), **keywords)

    def dumps(obj, protocol=2, **keywords):
        return pickle.dumps(obj, _protocol(protocol), **keywords)

    def load(file, **keywords):
        return pickle.load(_binary(file), **{"encoding": "latin1", **keywords})

    def loads(data, **keywords):
        if isinstance(data, str):
            data = data.encode("latin1")
        return pickle.loads(data, **{"encoding": "latin1", **keywords})

    class Unpickler(pickle.Unpickler):
        def __init__(self, file, **keywords):
            super().__init__(_binary(file), **{"encoding": "latin1", **keywords})

    class Pickler(pickle.Pickler):
        def __init__(self, file, protocol=2, **keywords):
            super().__init__(_binary(file), _protocol(protocol), **keywords)

    names = (dump, dumps, load, loads, Unpickler, Pickler)
    return {**_public("pickle"), **{value.__name__: value for value in names}}


def _protocol(protocol):
    # Of those that Python 2 reads, the last is the fast one, and files may now hold its bytes.
    return 2 if protocol in (None, 0, 1) else protocol


def _binary(file):
    """Find the bytes of a file that was opened as text."""
    if isinstance(file, io.TextIOWrapper):
        file.flush()
        return file.buffer
    return file


def string_io_contents() -> dict:
    def make(contents=""):
        return io.BytesIO(contents) if isinstance(contents, bytes) else io.StringIO(contents)

    return {"StringIO": make, "InputType": io.StringIO, "OutputType": io.StringIO}


# Files.


def open_file(name, mode="r", buffering=-1, *arguments, **keywords):
    """Open a file; text may be unbuffered, and have any line ends by ``"U"``."""
    mode = mode.replace("U", "") or "r"
    mode = mode if any(letter in mode for letter in "rwax") else f"r{mode}"
    if "b" in mode or buffering != 0:
        return builtins.open(name, mode, buffering, *arguments, **keywords)
    file = builtins.open(name, mode, -1, *arguments, **keywords)  # noqa: SIM115 it is returned
    file.reconfigure(write_through=True, line_buffering=True)
    return file


def open_descriptor(descriptor, mode="r", buffering=-1, *arguments, **keywords):
    return open_file(descriptor, mode, buffering, *arguments, **keywords)


class _FileType(type):
    def __instancecheck__(cls, value):
        return isinstance(value, io.IOBase)

    def __call__(cls, *arguments, **keywords):
        return open_file(*arguments, **keywords)


class file(metaclass=_FileType):
    """The type of Python 2's files."""


def csv_contents() -> dict:
    """What ``csv`` had: it took files that were opened as binary."""
    csv = importlib.import_module("csv")

    def reader(rows, *arguments, **keywords):
        return csv.reader(_text(rows), *arguments, **keywords)

    def writer(file, *arguments, **keywords):
        return csv.writer(_text(file), *arguments, **keywords)

    class DictReader(csv.DictReader):
        def __init__(self, rows, *arguments, **keywords):
            super().__init__(_text(rows), *arguments, **keywords)

    class DictWriter(csv.DictWriter):
        def __init__(self, file, *arguments, **keywords):
            super().__init__(_text(file), *arguments, **keywords)

    names = (reader, writer, DictReader, DictWriter)
    return {**_public("csv"), **{value.__name__: value for value in names}}


def _text(file):
    if isinstance(file, (io.BufferedIOBase, io.RawIOBase)):
        return _Text(file)
    return file


class _Text:
    """Text of a binary file, which it leaves open."""

    def __init__(self, file):
        self.file = file

    def __iter__(self):
        return (line.decode("utf-8") for line in self.file)

    def write(self, text):
        return self.file.write(text.encode("utf-8"))


# Modules that Python dropped.


def imp_contents() -> dict:
    return {"reload": reload, "load_source": load_source, "new_module": type(sys)}


def reload(module):
    """Import a module anew; `sys`, which programs reloaded to set the encoding, stays."""
    return module if module is sys else importlib.reload(module)


def load_source(name, path, file=None):
    """Import the file of some path as a module."""
    util = importlib.import_module("importlib.util")
    spec = util.spec_from_file_location(name, path)
    module = sys.modules[name] = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def version_contents() -> dict:
    return {"LooseVersion": LooseVersion, "StrictVersion": LooseVersion}


class LooseVersion:
    """A version such as "1.10.0rc1", in order."""

    def __init__(self, text):
        self.vstring = str(text)
        parts = importlib.import_module("re").findall(r"\d+|[a-z]+", self.vstring)
        self.version = [int(part) if part.isdigit() else part for part in parts]

    def __str__(self):
        return self.vstring

    def __repr__(self):
        return f"LooseVersion ({self.vstring!r})"

    def _pair(self, other):
        other = other if isinstance(other, LooseVersion) else LooseVersion(other)
        # A letter, as in "1.0rc1", comes before a number.
        return tuple(
            [(isinstance(part, int), part) for part in version]
            for version in (self.version, other.version)
        )

    def __eq__(self, other):
        own, others = self._pair(other)
        return own == others

    def __lt__(self, other):
        own, others = self._pair(other)
        return own < others

    def __le__(self, other):
        own, others = self._pair(other)
        return own <= others

    def __gt__(self, other):
        return not self <= other

    def __ge__(self, other):
        return not self < other

    __hash__ = None


def folder_contents() -> dict:
    def mkpath(name, *_, **__):
        os.makedirs(name, exist_ok=True)
        return [name]

    def copy_tree(source, target, *_, **__):
        importlib.import_module("shutil").copytree(source, target, dirs_exist_ok=True)
        return [target]

    def remove_tree(folder, *_, **__):
        importlib.import_module("shutil").rmtree(folder)

    return {"mkpath": mkpath, "copy_tree": copy_tree, "remove_tree": remove_tree}


def truth_contents() -> dict:
    def strtobool(text):
        words = {"yes": 1, "no": 0, "true": 1, "false": 0, "on": 1, "off": 0}
        words.update({"y": 1, "n": 0, "t": 1, "f": 0, "1": 1, "0": 0})
        if text.lower() not in words:
            raise ValueError(f"invalid truth value {text!r}")
        return words[text.lower()]

    return {"strtobool": strtobool}
