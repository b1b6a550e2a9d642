"""Modules that were dropped or renamed, and what stands in for them."""

import functools
import importlib
from collections.abc import Callable
from types import ModuleType

from . import old_files, old_folds


def _joined(*names: str) -> Callable[[str], ModuleType]:
    """A module that has the names of others."""

    def make(name):
        module = ModuleType(name)
        for other in names:
            public = vars(importlib.import_module(other)).items()
            module.__dict__.update({k: v for k, v in public if not k.startswith("__")})
        return module

    return make


def _of(contents: Callable[[], dict]) -> Callable[[str], ModuleType]:
    """A module with some contents."""

    def make(name):
        module = ModuleType(name)
        module.__dict__.update(contents())
        return module

    return make


# An empty module: what it had is found by the names that were dropped from it.
_EMPTY = ModuleType
_SELECTION = "sklearn.model_selection"

PYTHON_2: dict[str, "str | Callable[[str], ModuleType]"] = {
    "cPickle": _of(old_files.pickle_contents),
    "StringIO": _of(old_files.string_io_contents),
    "cStringIO": _of(old_files.string_io_contents),
    "Queue": "queue",
    "ConfigParser": "configparser",
    "urllib2": _joined("urllib.error", "urllib.request"),
    "urlparse": "urllib.parse",
    "httplib": "http.client",
    "cookielib": "http.cookiejar",
    "Cookie": "http.cookies",
    "BaseHTTPServer": "http.server",
    "SimpleHTTPServer": "http.server",
    "CGIHTTPServer": "http.server",
    "SocketServer": "socketserver",
    "xmlrpclib": "xmlrpc.client",
    "SimpleXMLRPCServer": "xmlrpc.server",
    "robotparser": "urllib.robotparser",
    "HTMLParser": _joined("html", "html.parser"),
    "htmlentitydefs": "html.entities",
    "Tkinter": "tkinter",
    "tkMessageBox": "tkinter.messagebox",
    "tkFileDialog": "tkinter.filedialog",
    "ttk": "tkinter.ttk",
    "copy_reg": "copyreg",
    "repr": "reprlib",
    "UserDict": _of(lambda: _names("collections", "UserDict", DictMixin="MutableMapping")),
    "UserList": _of(lambda: _names("collections", "UserList")),
    "UserString": _of(lambda: _names("collections", "UserString")),
    "__builtin__": "builtins",
    "exceptions": "builtins",
    "thread": "_thread",
    "dummy_thread": "_thread",
    "dummy_threading": "threading",
    "commands": "subprocess",
    "anydbm": "dbm",
    "whichdb": "dbm",
    "dbhash": "dbm",
    "gdbm": "dbm.gnu",
    "dumbdbm": "dbm.dumb",
    "markupbase": "_markupbase",
    "sets": _of(lambda: {"Set": set, "ImmutableSet": frozenset}),
    "md5": _of(lambda: _names("hashlib", "md5", new="md5")),
    "sha": _of(lambda: _names("hashlib", sha="sha1", new="sha1")),
    "future_builtins": "builtins",
}

DROPPED: dict[str, "str | Callable[[str], ModuleType]"] = {
    "imp": _of(old_files.imp_contents),
    "cgi": _joined("html", "urllib.parse"),
    "pipes": _of(lambda: _names("shlex", "quote")),
    "distutils": _EMPTY,
    "distutils.version": _of(old_files.version_contents),
    "distutils.spawn": _of(lambda: _names("shutil", find_executable="which")),
    "distutils.dir_util": _of(old_files.folder_contents),
    "distutils.util": _of(old_files.truth_contents),
    "distutils.file_util": _of(lambda: _names("shutil", copy_file="copy", move_file="move")),
    "xml.etree.cElementTree": "xml.etree.ElementTree",
    "numpy.core": "numpy._core",
    "numpy.core.numeric": "numpy._core.numeric",
    "numpy.core.multiarray": "numpy._core.multiarray",
    "numpy.core.umath": "numpy._core.umath",
    "scipy.misc": _EMPTY,
    "scipy.misc.pilutil": lambda name: ModuleType("scipy.misc"),
    "scipy.misc.common": lambda name: ModuleType("scipy.misc"),
    "scipy.maxentropy": lambda name: ModuleType("scipy.misc"),
    "scipy.stats.stats": "scipy.stats",
    "scipy.stats.distributions": "scipy.stats",
    "scipy.ndimage.interpolation": "scipy.ndimage",
    "scipy.ndimage.filters": "scipy.ndimage",
    "scipy.ndimage.measurements": "scipy.ndimage",
    "scipy.ndimage.morphology": "scipy.ndimage",
    "scipy.signal.signaltools": "scipy.signal",
    "scipy.sparse.csr": "scipy.sparse",
    "scipy.sparse.csc": "scipy.sparse",
    "scipy.linalg.basic": "scipy.linalg",
    "scipy.optimize.optimize": "scipy.optimize",
    "matplotlib.mlab": _EMPTY,
    "sklearn.externals": _EMPTY,
    "sklearn.externals.joblib": "joblib",
    "sklearn.externals.six": "six",
    "sklearn.cross_validation": _of(old_folds.contents),
    "sklearn.grid_search": _of(
        lambda: _names(
            _SELECTION, "GridSearchCV", "ParameterGrid", "ParameterSampler", "RandomizedSearchCV"
        )
    ),
    "sklearn.learning_curve": _of(lambda: _names(_SELECTION, "learning_curve", "validation_curve")),
    "sklearn.lda": _of(
        lambda: _names("sklearn.discriminant_analysis", LDA="LinearDiscriminantAnalysis")
    ),
    "sklearn.qda": _of(
        lambda: _names("sklearn.discriminant_analysis", QDA="QuadraticDiscriminantAnalysis")
    ),
    "sklearn.preprocessing.label": "sklearn.preprocessing",
    "sklearn.preprocessing.data": "sklearn.preprocessing",
    "sklearn.feature_extraction.stop_words": _of(
        lambda: _names("sklearn.feature_extraction.text", "ENGLISH_STOP_WORDS")
    ),
    "sklearn.datasets.base": "sklearn.datasets",
    "sklearn.metrics.scorer": "sklearn.metrics",
    "sklearn.linear_model.logistic": "sklearn.linear_model",
    "sklearn.svm.classes": "sklearn.svm",
    "sklearn.utils.testing": "sklearn.utils._testing",
}

MODULES = {**PYTHON_2, **DROPPED}

# What Python 3 has too, and Python 2's programs know otherwise.
OTHERWISE_IN_PYTHON_2 = {"pickle": "cPickle", "csv": "csv"}


def _names(module, *same, **renamed):
    found = importlib.import_module(module)
    abstract = importlib.import_module("collections.abc")
    pairs = {**{name: name for name in same}, **renamed}
    return {
        old: getattr(found, new) if hasattr(found, new) else getattr(abstract, new)
        for old, new in pairs.items()
    }


@functools.cache
def make(name: str) -> ModuleType:
    """Make what stands in for a module, once.

    Examples
    --------
    >>> make("Queue").__name__
    'queue'
    """
    if name == "csv":
        return _of(old_files.csv_contents)(name)
    maker = MODULES[name]
    if isinstance(maker, str):
        return importlib.import_module(maker)
    return maker(name)
