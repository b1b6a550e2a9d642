"""The mode by which programs measured their functions before Theano had ``profile=True``."""

from typing import Any

from theano.compile.mode import FAST_RUN, Mode
from theano.compile.profiling import ProfileStats

__all__ = ["ProfileMode"]


class ProfileMode(Mode):
    """Compile as FAST_RUN does, and measure the calls of all functions of this mode together.

    Parameters
    ----------
    linker, optimizer
        Taken, and without effect: JAX compiles the functions.

    Attributes
    ----------
    stats : ProfileStats
        What was measured.

    Examples
    --------
    >>> import theano, theano.tensor as T
    >>> x, mode = T.dvector("x"), ProfileMode()
    >>> theano.function([x], x.sum(), mode=mode)([1.0, 2.0])
    array(3.)
    >>> mode.stats.fct_callcount
    1
    """

    def __init__(self, linker: Any = None, optimizer: Any = "default"):
        super().__init__(FAST_RUN.provided_linker, FAST_RUN.provided_optimizer)
        self.stats = ProfileStats(atexit_print=False, message="ProfileMode")

    def __reduce__(self):
        return type(self), ()

    def print_summary(self, **kwargs: Any) -> None:
        """Print the times to the standard error stream."""
        self.stats.summary()
