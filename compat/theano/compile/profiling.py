"""How often a function was called, and where its time went: ``theano.function(profile=True)``."""

import atexit
import sys
from typing import Any, TextIO

from pytensor.compile.debug.profiling import ProfileStats as _PyTensorProfileStats
from theano.configdefaults import config
from theano.missing import explain_missing

__all__ = ["ProfileStats", "node_profile_of", "profile_of"]

__getattr__ = explain_missing(__name__, "pytensor.compile.debug.profiling")


class ProfileStats:
    """Times of one function, or of several that are given the same object.

    XLA fuses the nodes of a graph, so there are no times of single nodes; JAX's profiler shows
    what XLA made of them (``jax.profiler.trace``).

    Parameters
    ----------
    atexit_print : bool, default True
        Whether to print the summary when Python ends, if ``theano.config.profile`` is set.
    message : str, optional
        What to call the function in the summary.

    Attributes
    ----------
    compile_time : float
        Seconds spent on compiling, in all.
    compile_count : int
        For how many combinations of shapes that was done.
    fct_callcount : int
        The number of calls.
    fct_call_time : float
        Seconds spent in calls, compiling left out.
    vm_call_time : float
        That part of them which was spent in the compiled code.

    Examples
    --------
    >>> import theano, theano.tensor as T
    >>> x = T.dvector("x")
    >>> f = theano.function([x], x.sum(), profile=True)
    >>> f([1.0, 2.0]), f([1.0])
    (array(3.), array(1.))
    >>> f.profile.fct_callcount, f.profile.compile_count
    (2, 2)
    """

    def __init__(self, atexit_print: bool = True, message: "str | None" = None):
        self.message = message
        self.compile_time = 0.0
        self.compile_count = 0
        self._skipped = False
        self.reset()
        if atexit_print:
            _registered.append(self)

    def reset(self) -> None:
        """Forget the calls so far."""
        self.fct_callcount = 0
        self.fct_call_time = 0.0
        self.vm_call_time = 0.0

    def add_compilation(self, seconds: float) -> None:
        self.compile_count += 1
        self.compile_time += seconds

    def add_call(self, seconds: float, compiled_code: float) -> None:
        if config.profiling.ignore_first_call and not self.fct_callcount and not self._skipped:
            self._skipped = True
            return
        self.fct_callcount += 1
        self.fct_call_time += seconds
        self.vm_call_time += compiled_code

    def summary(self, file: "TextIO | None" = None, **kwargs: Any) -> None:
        """Print the times.

        Parameters
        ----------
        file : file, optional
            Where to; the standard error stream by default.
        **kwargs
            Theano's limits on the numbers of nodes and operations, which aren't listed here.
        """
        calls = max(self.fct_callcount, 1)
        mean, inside = 1000 * self.fct_call_time / calls, 1000 * self.vm_call_time / calls
        print(
            "Function profiling\n"
            "==================\n"
            f"  Message: {self.message or 'a function'}\n"
            f"  Time in {self.fct_callcount} calls: {self.fct_call_time:.6f} s, "
            f"{mean:.4f} ms each\n"
            f"  Time in compiled code: {self.vm_call_time:.6f} s, {inside:.4f} ms each\n"
            f"  Time spent compiling: {self.compile_time:.3f} s, "
            f"for {self.compile_count} combinations of shapes",
            file=file or sys.stderr,
        )


_registered: list[ProfileStats] = []


def profile_of(profile: Any, name: "str | None") -> "ProfileStats | None":
    """Make what `theano.function`'s argument `profile` asks for.

    Parameters
    ----------
    profile : bool, str, ProfileStats or None
        None asks what ``theano.config.profile`` says; a str is the profile's message.
    name : str or None
        The function's name.

    Returns
    -------
    ProfileStats or None
    """
    if isinstance(profile, ProfileStats):
        return profile
    if profile is None:
        profile = config.profile
    if not profile:
        return None
    return ProfileStats(message=profile if isinstance(profile, str) else name)


class _NodeProfileStats(_PyTensorProfileStats):
    """Times of single nodes, where PyTensor runs them one by one."""

    def summary_memory(self, file: TextIO, N: "int | None" = None) -> None:
        # The interpreter that NanGuardMode uses notes the results' sizes only for config.profile.
        made = (variable for _, node in self.apply_callcount for variable in node.outputs)
        if all(variable in self.variable_shape for variable in made):
            super().summary_memory(file, N)


def node_profile_of(profile: Any, name: "str | None") -> "_NodeProfileStats | None":
    """Make what `theano.function`'s argument `profile` asks for in a mode that isn't JAX's.

    Parameters
    ----------
    profile : bool, str, ProfileStats or None
        As for :func:`profile_of`.
    name : str or None
        The function's name.

    Returns
    -------
    PyTensor's ProfileStats or None
    """
    asked = profile_of(profile, name)
    return asked and _NodeProfileStats(message=asked.message)


@atexit.register
def _print_all() -> None:
    used = [profile for profile in _registered if profile.fct_callcount]
    if not config.profile or not used:
        return
    streams = {"stderr": sys.stderr, "stdout": sys.stdout}
    destination = config.profiling.destination
    used.sort(key=lambda profile: -profile.compile_time - profile.fct_call_time)
    if destination in streams:
        for profile in used:
            profile.summary(streams[destination])
        return
    with open(destination, "w", encoding="utf-8") as file:
        for profile in used:
            profile.summary(file)
