"""A mode that calls functions of the user before and after each operation."""

from typing import Any

import numpy as np
from pytensor.compile.debug.monitormode import MonitorMode as _PyTensorMonitorMode
from pytensor.link.basic import WrapLinker
from pytensor.link.c.basic import OpWiseCLinker
from theano.missing import explain_missing
from theano.printing import debugprint

__all__ = ["MonitorMode", "detect_nan"]

__getattr__ = explain_missing(__name__)


class MonitorMode(_PyTensorMonitorMode):
    """Run every operation by itself, with functions called before and after it.

    Functions of this mode pickle if those functions do.

    Parameters
    ----------
    pre_func, post_func : callable, optional
        Called as ``f(position, node, compute)``, where ``compute`` computes the node, and has its
        `inputs` and `outputs`: lists of one-element lists.
    optimizer : str, optional
        Which rewrites to do; ``theano.config.optimizer`` by default.
    linker : None
        The mode has its own.

    Examples
    --------
    >>> import theano, theano.tensor as T
    >>> x = T.dvector("x")
    >>> show = lambda position, node, compute: print(position, compute.outputs[0][0])
    >>> f = theano.function([x], x.sum(), mode=MonitorMode(post_func=show))
    >>> result = f([1.0, 2.0])
    0 3.0
    """

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.linker = self.provided_linker = _Linker([OpWiseCLinker()], self.eval)

    def __reduce__(self):
        return type(self), (self.pre_func, self.post_func, self.provided_optimizer)

    def eval(self, fgraph: Any, i: int, node: Any, fn: Any) -> None:
        """Compute a node; the functions aren't given the graph, which Theano's weren't either."""
        if self.pre_func is not None:
            self.pre_func(i, node, fn)
        fn()
        if self.post_func is not None:
            self.post_func(i, node, fn)


class _Linker(WrapLinker):
    """Call one function for every operation.

    PyTensor's own doesn't pickle, and its programs don't say where values are, as copies ask.
    """

    def make_thunk(self, storage_map: "dict | None" = None, **kwargs: Any) -> tuple:
        storage_map = {} if storage_map is None else storage_map
        program, *storage = super().make_thunk(storage_map=storage_map, **kwargs)
        program.storage_map = storage_map
        return program, *storage


def detect_nan(i: int, node: Any, fn: Any) -> None:
    """Print a node that computed a NaN, with its inputs and outputs; a `post_func`."""
    for output in fn.outputs:
        if not isinstance(output[0], np.random.Generator) and np.isnan(output[0]).any():
            print("*** NaN detected ***")
            debugprint(node)
            print(f"Inputs : {[value[0] for value in fn.inputs]}")
            print(f"Outputs: {[value[0] for value in fn.outputs]}")
            return
