"""Functions that libraries dropped and that have no successor of the same arguments."""

import importlib
import subprocess
import sys


def _numpy():
    return importlib.import_module("numpy")


def do_nothing(*arguments, **keywords):
    """Stand in for what had an effect only on Python 2, or on a display."""


# Python's.


def exception_part(position):
    return sys.exc_info()[position]


def popen2(command, *_):
    """Start a shell command; return what reads from it, and what writes to it."""
    process = _pipe(command)
    return process.stdin, process.stdout


def popen3(command, *_):
    process = _pipe(command)
    return process.stdin, process.stdout, process.stderr


def _pipe(command):
    pipe = subprocess.PIPE
    return subprocess.Popen(command, shell=True, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def getargspec(function):
    inspect = importlib.import_module("inspect")
    collections = importlib.import_module("collections")
    specification = inspect.getfullargspec(function)
    return collections.namedtuple("ArgSpec", "args varargs keywords defaults")(*specification[:4])


def make_suite(case, *_, **__):
    return importlib.import_module("unittest").defaultTestLoader.loadTestsFromTestCase(case)


# NumPy's.


class Cast:
    """``numpy.cast``: by a type, the function that converts to it."""

    def __getitem__(self, dtype):
        return lambda value: _numpy().asarray(value).astype(dtype)


def asscalar(array):
    return _numpy().asarray(array).item()


def asfarray(array, dtype=None):
    np = _numpy()
    dtype = np.dtype("float64" if dtype is None else dtype)
    return np.asarray(array, dtype if dtype.kind in "fc" else "float64")


def in1d(values, others, assume_unique=False, invert=False):
    np = _numpy()
    return np.isin(np.ravel(values), others, assume_unique=assume_unique, invert=invert)


def msort(array):
    return _numpy().sort(array, axis=0)


def sctypes():
    np = _numpy()
    return {
        "int": [np.int8, np.int16, np.int32, np.int64],
        "uint": [np.uint8, np.uint16, np.uint32, np.uint64],
        "float": [np.float16, np.float32, np.float64, np.longdouble],
        "complex": [np.complex64, np.complex128, np.clongdouble],
        "others": [bool, object, bytes, str, np.void],
    }


def issctype(value):
    np = _numpy()
    return isinstance(value, (type, np.dtype)) and np.dtype(value) != np.dtype(object)


def obj2sctype(value, default=None):
    try:
        return _numpy().dtype(value).type
    except TypeError:
        return default


def issubclass_(one, other):
    return isinstance(one, type) and issubclass(one, other)


def find_common_type(array_types, scalar_types):
    return _numpy().result_type(*array_types, *scalar_types)


def recfromcsv(file, **keywords):
    np = _numpy()
    keywords = {"names": True, "delimiter": ",", "dtype": None, "encoding": "utf8", **keywords}
    return np.genfromtxt(file, **keywords).view(np.recarray)


def recfromtxt(file, **keywords):
    np = _numpy()
    return np.genfromtxt(file, **{"dtype": None, "encoding": "utf8", **keywords}).view(np.recarray)


def disp(message, device=None, linefeed=True):
    print(message, end="\n" if linefeed else "", file=device)


def random_integers(low, high=None, size=None):
    low, high = (1, low) if high is None else (low, high)
    return _numpy().random.randint(low, high + 1, size)


# SciPy's.


def nanstd(values, axis=0, bias=False):
    return _numpy().nanstd(values, axis=axis, ddof=0 if bias else 1)


def ss(values, axis=0):
    return (_numpy().asarray(values) ** 2).sum(axis=axis)


def itemfreq(values):
    np = _numpy()
    return np.array(np.unique(values, return_counts=True)).T


def signaltonoise(values, axis=0, ddof=0):
    np = _numpy()
    mean, deviation = np.mean(values, axis=axis), np.std(values, axis=axis, ddof=ddof)
    return np.where(deviation == 0, 0, mean / np.where(deviation == 0, 1, deviation))


def threshold(values, threshmin=None, threshmax=None, newval=0):
    np = _numpy()
    values = np.array(values)
    outside = np.zeros(values.shape, dtype=bool)
    if threshmin is not None:
        outside |= values < threshmin
    if threshmax is not None:
        outside |= values > threshmax
    values[outside] = newval
    return values


def binom_test(x, n=None, p=0.5, alternative="two-sided"):
    if n is None:
        x, n = x[0], x[0] + x[1]
    binomtest = importlib.import_module("scipy.stats").binomtest
    return binomtest(int(x), int(n), p, alternative=alternative).pvalue


def sph_harm(m, n, theta, phi):
    # Its successor takes the degree first, and calls the angles by each other's names.
    return importlib.import_module("scipy.special").sph_harm_y(n, m, phi, theta)


# SciPy's pictures, which are made by Pillow, as they were.


def _pillow():
    try:
        return importlib.import_module("PIL.Image")
    except ImportError as error:
        raise ImportError("scipy.misc's pictures need Pillow: pip install pillow") from error


def bytescale(data, cmin=None, cmax=None, high=255, low=0):
    """Scale values to bytes, so that `cmin` becomes `low` and `cmax` `high`."""
    np = _numpy()
    data = np.asarray(data)
    if data.dtype == np.uint8:
        return data
    cmin = data.min() if cmin is None else cmin
    cmax = data.max() if cmax is None else cmax
    span = (cmax - cmin) or 1
    scaled = (data * 1.0 - cmin) * ((high - low) * 1.0 / span) + low
    return (scaled.clip(low, high) + 0.5).astype("uint8")


def toimage(arr, high=255, low=0, cmin=None, cmax=None, pal=None, mode=None, channel_axis=None):
    """Make a picture of an array of two dimensions, or of three, one of them colors."""
    np = _numpy()
    data = np.asarray(arr)
    if mode == "F" and data.ndim == 2:
        return _pillow().fromarray(data.astype("float32"))
    if data.ndim == 3:
        axis = channel_axis
        if axis is None:
            axis = next(a for a in (2, 0, 1) if data.shape[a] in (3, 4))
        data = np.moveaxis(data, axis, 2)
    picture = _pillow().fromarray(np.ascontiguousarray(bytescale(data, cmin, cmax, high, low)))
    if pal is not None:
        picture.putpalette(np.asarray(pal, "uint8").tobytes())
    return picture if mode is None else picture.convert(mode)


def fromimage(im, flatten=False, mode=None):
    picture = im if mode is None else im.convert(mode)
    if picture.mode == "1":
        picture = picture.convert("L")
    return _numpy().array(picture.convert("F") if flatten else picture)


def imread(name, flatten=False, mode=None):
    with _pillow().open(name) as picture:
        return fromimage(picture, flatten, mode)


def imsave(name, arr, format=None):
    toimage(arr, channel_axis=2 if _numpy().ndim(arr) == 3 else None).save(name, format)


_FILTERS = {"nearest": 0, "lanczos": 1, "bilinear": 2, "bicubic": 3, "cubic": 3}


def imresize(arr, size, interp="bilinear", mode=None):
    """Resize to a shape, by a factor, or, if `size` is an integer, by per cent."""
    picture = toimage(arr, mode=mode)
    if isinstance(size, (int, _numpy().integer)):
        size = size / 100.0
    if isinstance(size, (float, _numpy().floating)):
        shape = tuple(int(length * size) for length in picture.size)
    else:
        shape = (size[1], size[0])
    return fromimage(picture.resize(shape, resample=_FILTERS[interp]))


def imrotate(arr, angle, interp="bilinear"):
    return fromimage(toimage(arr).rotate(angle, resample=_FILTERS[interp]))


# matplotlib's.


def is_hold():
    return True


def normpdf(x, mu, sigma):
    np = _numpy()
    return np.exp(-0.5 * ((x - mu) / sigma) ** 2) / (np.sqrt(2 * np.pi) * sigma)


def find(condition):
    np = _numpy()
    return np.nonzero(np.ravel(condition))[0]


def movavg(x, n):
    np = _numpy()
    return np.convolve(x, np.full(n, 1.0 / n), mode="valid")


def rms_flat(values):
    np = _numpy()
    return np.sqrt(np.mean(np.abs(values) ** 2))


# scikit-learn's.


def fetch_mldata(dataname, **_):
    raise OSError(
        f"fetch_mldata({dataname!r}): mldata.org is gone. sklearn.datasets.fetch_openml has its "
        "data sets: fetch_openml('mnist_784', as_frame=False) is its MNIST"
    )
