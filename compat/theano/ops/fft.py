"""Fast Fourier transforms: of batches of real arrays, and along one axis of any."""

from theano.ops.lax_op import LaxOp

__all__ = ["IRFFT", "RFFT", "OneAxisFFT"]


class RFFT(LaxOp):
    """The transform along all axes but the first; real and imaginary parts along a new last axis.

    Parameters
    ----------
    norm : {"backward", "ortho", "forward"}
        As NumPy's: which of the two transforms is divided by the number of elements.
    """

    __props__ = ("norm",)

    def __init__(self, norm: str):
        self.norm = norm

    def output_shape(self, x: tuple) -> tuple:
        return (*x[:-1], None if x[-1] is None else x[-1] // 2 + 1, 2)


class IRFFT(LaxOp):
    """The inverse transform.

    Parameters
    ----------
    norm : {"backward", "ortho", "forward"}
        As that of :class:`RFFT`.
    is_odd : bool
        Whether the last axis of the result has an odd number of elements.
    """

    __props__ = ("norm", "is_odd")

    def __init__(self, norm: str, is_odd: bool):
        self.norm = norm
        self.is_odd = is_odd

    def output_shape(self, x: tuple) -> tuple:
        last = None if x[-2] is None else (x[-2] - 1) * 2 + self.is_odd
        return (*x[:-2], last)


class OneAxisFFT(LaxOp):
    """Transform an array along one axis, which is cropped or padded to a given length before.

    Parameters
    ----------
    axis : int
    inverse : bool, default False
        Whether to undo the transform.
    """

    __props__ = ("axis", "inverse")
    sizes = (1,)

    def __init__(self, axis: int, inverse: bool = False):
        self.axis = axis
        self.inverse = inverse

    def output_shape(self, a: tuple, n: tuple) -> tuple:
        return (*a[: self.axis], n[0], *a[self.axis + 1 :])

    def output_dtype(self, *dtypes: str) -> str:
        return "complex128"
