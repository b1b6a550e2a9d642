"""Names that modules had, and what stands in for them.

A replacement is written ``"module:name"``, where that is what it is called today, or as a function
that makes it.
"""

import functools
import importlib
import sys
import types
from collections.abc import Callable
from types import ModuleType

from . import old_functions, old_modules

MISSING = object()
Replacement = str | Callable[[], object]


def _same(module: str, names: str) -> dict[str, Replacement]:
    """Names that another module has."""
    return {name: f"{module}:{name}" for name in names.split()}


def _constant(value: object) -> Replacement:
    return lambda: value


_NUMPY: dict[str, Replacement] = {
    **_same("builtins", "float int bool object str complex"),
    "long": "builtins:int",
    "unicode": "builtins:str",
    "float_": "numpy:float64",
    **dict.fromkeys(["cfloat", "complex_"], "numpy:complex128"),
    "singlecomplex": "numpy:complex64",
    "longfloat": "numpy:longdouble",
    **dict.fromkeys(["clongfloat", "longcomplex"], "numpy:clongdouble"),
    **dict.fromkeys(["unicode_", "str0"], "numpy:str_"),
    **dict.fromkeys(["string_", "bytes0"], "numpy:bytes_"),
    "bool8": "numpy:bool_",
    "int0": "numpy:intp",
    "uint0": "numpy:uintp",
    "object0": "numpy:object_",
    "void0": "numpy:void",
    **dict.fromkeys(["Inf", "Infinity", "infty", "PINF"], "numpy:inf"),
    **dict.fromkeys(["NaN", "NAN"], "numpy:nan"),
    "NINF": _constant(-float("inf")),
    "PZERO": _constant(0.0),
    "NZERO": _constant(-0.0),
    "product": "numpy:prod",
    "cumproduct": "numpy:cumprod",
    "alltrue": "numpy:all",
    "sometrue": "numpy:any",
    "round_": "numpy:round",
    "in1d": _constant(old_functions.in1d),
    "row_stack": "numpy:vstack",
    "trapz": "numpy:trapezoid",
    "rank": "numpy:ndim",
    "mat": "numpy:asmatrix",
    "cast": old_functions.Cast,
    "asscalar": _constant(old_functions.asscalar),
    "asfarray": _constant(old_functions.asfarray),
    "msort": _constant(old_functions.msort),
    "loads": "pickle:loads",
    "typeDict": "numpy:sctypeDict",
    "sctypes": old_functions.sctypes,
    "issctype": _constant(old_functions.issctype),
    "obj2sctype": _constant(old_functions.obj2sctype),
    "issubclass_": _constant(old_functions.issubclass_),
    "issubsctype": "numpy:issubdtype",
    "find_common_type": _constant(old_functions.find_common_type),
    "set_string_function": _constant(old_functions.do_nothing),
    "safe_eval": "ast:literal_eval",
    "compare_chararrays": "numpy.char:compare_chararrays",
    "DataSource": "numpy.lib.npyio:DataSource",
    "recfromcsv": _constant(old_functions.recfromcsv),
    "recfromtxt": _constant(old_functions.recfromtxt),
    "disp": _constant(old_functions.disp),
    "AxisError": "numpy.exceptions:AxisError",
    **_same(
        "numpy.exceptions",
        "ComplexWarning VisibleDeprecationWarning RankWarning TooHardError "
        "ModuleDeprecationWarning",
    ),
}
_ABSTRACT = (
    "AsyncIterable AsyncIterator Awaitable ByteString Callable Container Coroutine Generator "
    "Hashable ItemsView Iterable Iterator KeysView Mapping MappingView MutableMapping "
    "MutableSequence MutableSet Reversible Sequence Set Sized ValuesView"
)
_PICTURES = ("bytescale", "fromimage", "imread", "imresize", "imrotate", "imsave", "toimage")
_OF_TEXT = (
    "capitalize center count expandtabs find index ljust lower lstrip replace rfind rindex rjust "
    "rsplit rstrip split strip swapcase translate upper zfill"
)
_SCIPY_MISC: dict[str, Replacement] = {
    "logsumexp": "scipy.special:logsumexp",
    **_same("scipy.special", "comb factorial factorial2 factorialk"),
    **{name: _constant(getattr(old_functions, name)) for name in _PICTURES},
    **_same("scipy.datasets", "face ascent electrocardiogram"),
    "pade": "scipy.interpolate:pade",
}

# Names that Python 3.0 dropped, by module.
PYTHON_2: dict[str, dict[str, Replacement]] = {
    "sys": {
        "maxint": "sys:maxsize",
        "setdefaultencoding": _constant(old_functions.do_nothing),
        "exc_clear": _constant(old_functions.do_nothing),
        **{
            name: functools.partial(old_functions.exception_part, position)
            for position, name in enumerate(("exc_type", "exc_value", "exc_traceback"))
        },
    },
    "os": {
        "getcwdu": "os:getcwd",
        "errno": lambda: importlib.import_module("errno"),
        "popen3": _constant(old_functions.popen3),
        "popen2": _constant(old_functions.popen2),
    },
    "string": {
        "letters": "string:ascii_letters",
        "lowercase": "string:ascii_lowercase",
        "uppercase": "string:ascii_uppercase",
        "maketrans": "builtins:str.maketrans",
        "join": _constant(lambda words, sep=" ": sep.join(words)),
        "joinfields": _constant(lambda words, sep=" ": sep.join(words)),
        "splitfields": "builtins:str.split",
        "atoi": "builtins:int",
        "atol": "builtins:int",
        "atof": "builtins:float",
        **{name: f"builtins:str.{name}" for name in _OF_TEXT.split()},
    },
    "itertools": {
        "izip": "builtins:zip",
        "imap": "builtins:map",
        "ifilter": "builtins:filter",
        "izip_longest": "itertools:zip_longest",
        "ifilterfalse": "itertools:filterfalse",
    },
    "urllib": {
        **_same(
            "urllib.parse",
            "quote quote_plus unquote unquote_plus urlencode splittype splithost splitport",
        ),
        **_same("urllib.request", "urlopen urlretrieve urlcleanup pathname2url url2pathname"),
        **_same("urllib.request", "URLopener FancyURLopener getproxies"),
        "ContentTooShortError": "urllib.error:ContentTooShortError",
    },
    "types": {
        "StringType": "builtins:str",
        "UnicodeType": "builtins:str",
        "StringTypes": _constant((str,)),
        "IntType": "builtins:int",
        "LongType": "builtins:int",
        "FloatType": "builtins:float",
        "ComplexType": "builtins:complex",
        "BooleanType": "builtins:bool",
        "ListType": "builtins:list",
        "TupleType": "builtins:tuple",
        "DictType": "builtins:dict",
        "DictionaryType": "builtins:dict",
        "ObjectType": "builtins:object",
        "TypeType": "builtins:type",
        "ClassType": "builtins:type",
        "InstanceType": "builtins:object",
        "FileType": "io:IOBase",
        "SliceType": "builtins:slice",
        "UnboundMethodType": "types:FunctionType",
        **({} if hasattr(types, "NoneType") else {"NoneType": _constant(type(None))}),
    },
    "operator": {
        "div": "operator:truediv",
        "isCallable": "builtins:callable",
        "sequenceIncludes": "operator:contains",
        "isSequenceType": _constant(lambda value: hasattr(value, "__getitem__")),
        "isMappingType": _constant(lambda value: hasattr(value, "keys")),
        "isNumberType": _constant(lambda value: hasattr(value, "__index__")),
        "repeat": "operator:mul",
    },
}

# Names that other packages dropped, and Python itself since 3.0.
DROPPED: dict[str, dict[str, Replacement]] = {
    "numpy": {**_NUMPY, "core": "numpy._core"},
    "pylab": _NUMPY,
    "matplotlib.pylab": _NUMPY,
    "numpy.random": {
        "random_integers": _constant(old_functions.random_integers),
    },
    "numpy.linalg": {"linalg": "numpy.linalg"},
    "collections": _same("collections.abc", _ABSTRACT),
    "time": {"clock": "time:perf_counter"},
    "inspect": {
        "getargspec": _constant(old_functions.getargspec),
    },
    "fractions": {"gcd": "math:gcd"},
    "cgi": {"escape": "html:escape", "parse_qs": "urllib.parse:parse_qs"},
    "base64": {"encodestring": "base64:encodebytes", "decodestring": "base64:decodebytes"},
    "platform": {
        "linux_distribution": _constant(lambda *a, **k: ("", "", "")),
        "dist": _constant(lambda *a, **k: ("", "", "")),
        "popen": "os:popen",
    },
    "configparser": {"SafeConfigParser": "configparser:ConfigParser"},
    "threading": {"_sleep": "time:sleep"},
    "random": {"jumpahead": _constant(old_functions.do_nothing)},
    "locale": {"format": "locale:format_string"},
    "logging": {"warn": "logging:warning"},
    "unittest": {"makeSuite": _constant(old_functions.make_suite)},
    "scipy.misc": _SCIPY_MISC,
    "scipy.special": {
        "logsumexp": "scipy.special:logsumexp",
        "sph_harm": _constant(old_functions.sph_harm),
    },
    "scipy.stats": {
        "nanmean": "numpy:nanmean",
        "nanmedian": "numpy:nanmedian",
        "nanstd": _constant(old_functions.nanstd),
        "ss": _constant(old_functions.ss),
        "itemfreq": _constant(old_functions.itemfreq),
        "signaltonoise": _constant(old_functions.signaltonoise),
        "threshold": _constant(old_functions.threshold),
        "chisqprob": "scipy.special:chdtrc",
        "betai": "scipy.special:betainc",
        "histogram2": "numpy:histogram2d",
        "median_absolute_deviation": "scipy.stats:median_abs_deviation",
        "binom_test": _constant(old_functions.binom_test),
        "stats": "scipy.stats",
    },
    "scipy.signal": {
        **_same(
            "scipy.signal.windows",
            "barthann bartlett blackman blackmanharris bohman boxcar chebwin cosine exponential "
            "flattop gaussian general_gaussian hamming hann kaiser nuttall parzen triang",
        ),
        "hanning": "scipy.signal.windows:hann",
    },
    "scipy.integrate": {
        "trapz": "scipy.integrate:trapezoid",
        "cumtrapz": "scipy.integrate:cumulative_trapezoid",
        "simps": "scipy.integrate:simpson",
    },
    "scipy.linalg": {
        "pinv2": "scipy.linalg:pinv",
        "triu": "numpy:triu",
        "tril": "numpy:tril",
    },
    "scipy.ndimage": {
        "imread": _constant(old_functions.imread),
        "interpolation": "scipy.ndimage",
        "filters": "scipy.ndimage",
        "measurements": "scipy.ndimage",
        "morphology": "scipy.ndimage",
        "fourier": "scipy.ndimage",
    },
    "matplotlib.pyplot": {
        "hold": _constant(old_functions.do_nothing),
        "ishold": _constant(old_functions.is_hold),
    },
    "matplotlib.cm": {
        "spectral": "matplotlib.cm:nipy_spectral",
        "get_cmap": "matplotlib.pyplot:get_cmap",
        "register_cmap": "matplotlib:colormaps.register",
        "Vega10": "matplotlib.cm:tab10",
        "Vega20": "matplotlib.cm:tab20",
    },
    "matplotlib.mlab": {
        "normpdf": _constant(old_functions.normpdf),
        "find": _constant(old_functions.find),
        "frange": "numpy:arange",
        "movavg": _constant(old_functions.movavg),
        "entropy": "scipy.stats:entropy",
        "griddata": "scipy.interpolate:griddata",
        "rms_flat": _constant(old_functions.rms_flat),
    },
    "sklearn.datasets": {
        "fetch_mldata": _constant(old_functions.fetch_mldata),
    },
    "sklearn.decomposition": {
        "RandomizedPCA": lambda: functools.partial(
            _named("sklearn.decomposition:PCA"), svd_solver="randomized"
        ),
    },
    "sklearn.utils.extmath": {
        "logsumexp": "scipy.special:logsumexp",
        "norm": "numpy.linalg:norm",
        "fast_dot": "numpy:dot",
        "pinvh": "scipy.linalg:pinvh",
    },
}

TABLES = (PYTHON_2, DROPPED)


def names() -> set[str]:
    """Collect all names that may have been dropped from some module."""
    found = {name for tables in TABLES for table in tables.values() for name in table}
    found.update(name.rpartition(".")[2] for name in old_modules.MODULES if "." in name)
    return found


def find(module: ModuleType, name: str) -> object:
    """Find what stands in for a name that a module had.

    Parameters
    ----------
    module : module
        What has no longer an attribute `name`.
    name : str
        The attribute.

    Returns
    -------
    object
        ``MISSING`` where nothing is known.

    Examples
    --------
    >>> import string
    >>> find(string, "lowercase")
    'abcdefghijklmnopqrstuvwxyz'
    """
    for tables in TABLES:
        replacement = tables.get(module.__name__, {}).get(name)
        if replacement is not None:
            return _make(replacement)
    full_name = f"{module.__name__}.{name}"
    if full_name in old_modules.MODULES:
        return old_modules.make(full_name)
    if module.__name__ == "scipy":
        return _of_numpy(name)
    return MISSING


def is_known(module: str, name: str) -> bool:
    """Tell whether something stands in for a name of a module."""
    return any(name in tables.get(module, {}) for tables in TABLES)


def _of_numpy(name):
    """Find a function that SciPy had from NumPy."""
    numpy = importlib.import_module("numpy")
    return getattr(numpy, name) if name in dir(numpy) else find(numpy, name)


def _make(replacement):
    return _named(replacement) if isinstance(replacement, str) else replacement()


def _named(path):
    module_name, _, name = path.partition(":")
    value = sys.modules.get(module_name) or importlib.import_module(module_name)
    for part in filter(None, name.split(".")):
        value = getattr(value, part)
    return value
