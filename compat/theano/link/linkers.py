"""What PyTensor's own functions need to know of variables and operations that are made here.

`pytensor.function` compiles graphs by Numba, C or JAX, and users of PyTensor and PyMC call it, not
`theano.function`. Its linkers import Numba and JAX only when they are first used. So the operations
here are made known to them then, which keeps the import of `theano` short.
"""

import copyreg
from collections.abc import Sequence
from typing import Any

from pytensor.compile.executor import Function, _pickle_Function
from pytensor.compile.maker import FunctionMaker
from pytensor.compile.mode import Mode
from pytensor.link.basic import JITLinker
from pytensor.link.jax.linker import JAXLinker
from pytensor.link.numba.linker import NumbaLinker
from theano.link.deferred import load_jax_mode, load_lowerings, load_numba_lowerings
from theano.link.errors import ExplainedFunction, ExplainedMaker
from theano.link.storage import DeviceStorage
from theano.ops.evaluation import evaluate
from theano.ops.lax_op import LaxOp
from theano.ops.scan import Pullback, Scan, ScanGradient

__all__ = ["HostFunction", "HostFunctionMaker"]


class HostFunction(ExplainedFunction):
    """A function of PyTensor's that finds the values of shared variables on the host.

    C code takes them out of PyTensor's lists, without asking.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._on_device = [s for s in self._input_storage_data if isinstance(s, DeviceStorage)]

    def __call__(self, *args, **kwargs) -> Any:
        for storage in self._on_device:
            storage.to_host()
        return super().__call__(*args, **kwargs)


copyreg.pickle(ExplainedFunction, _pickle_Function)
copyreg.pickle(HostFunction, _pickle_Function)


class HostFunctionMaker(ExplainedMaker, FunctionMaker):
    """What makes functions in PyTensor's modes."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.function_class is Function:
            compiled = isinstance(self.linker, JITLinker)
            self.function_class = ExplainedFunction if compiled else HostFunction


Mode.function_maker = property(lambda self: HostFunctionMaker)


def _convert_for_jax(linker: JAXLinker, fgraph: Any, *args: Any, **kwargs: Any) -> Any:
    with_known_sizes = load_jax_mode().with_known_sizes
    return with_known_sizes(lambda: _jax_conversion(linker, fgraph, *args, **kwargs), fgraph)


def _convert_for_numba(linker: NumbaLinker, fgraph: Any, **kwargs: Any) -> Any:
    load_numba_lowerings()
    return _numba_conversion(linker, fgraph, **kwargs)


_jax_conversion, JAXLinker.fgraph_convert = JAXLinker.fgraph_convert, _convert_for_jax
_numba_conversion, NumbaLinker.fgraph_convert = NumbaLinker.fgraph_convert, _convert_for_numba


@evaluate.register(LaxOp)
@evaluate.register(Pullback)
@evaluate.register(Scan)
@evaluate.register(ScanGradient)
def _load_and_evaluate(op: Any, inputs: Sequence) -> list:
    """Load the lowerings, which takes this function's place, and compute an operation by them."""
    load_lowerings()
    return evaluate(op, inputs)
