"""Operations that have C code only, which run by it, whatever compiles or interprets the rest."""

import functools
import inspect
import weakref
from collections.abc import Sequence
from typing import Any

import pytensor
from pytensor.compile.io import In
from pytensor.compile.mode import Mode
from pytensor.graph.basic import Apply
from pytensor.scalar.basic import Composite, ScalarOp
from pytensor.tensor.elemwise import Elemwise

__all__ = ["compute_by_c_code"]

# Compiled functions, for as long as their nodes are there.
_compiled = weakref.WeakKeyDictionary()

# What PyTensor asks operations with the argument `c_compiler`, which older ones may not take.
_ASKED_FOR_A_COMPILER = (
    "c_headers",
    "c_header_dirs",
    "c_libraries",
    "c_lib_dirs",
    "c_compile_args",
    "c_no_compile_args",
)


def compute_by_c_code(
    node: Apply, inputs: Sequence, output_storage: Sequence, missing: str
) -> None:
    """Compute a node by the C code of its operation, as the operation's `perform` would.

    Parameters
    ----------
    node : Apply
    inputs : list of arrays
    output_storage : list of lists of one array
    missing : str
        The method in Python that the operation could have instead, for the error.

    Raises
    ------
    NotImplementedError
        If there is no C++ compiler.
    """
    if node not in _compiled:
        _compiled[node] = _compile(node, missing)
    for storage, value in zip(output_storage, _compiled[node](*inputs)):
        storage[0] = value


def _compile(node, missing):
    if not pytensor.config.cxx:
        raise NotImplementedError(
            f"{node.op} has C code only, and there is no C++ compiler to run it by: give its class "
            f"the method {missing}, or install a compiler (g++ or clang++)"
        )
    for op in (node.op, getattr(node.op, "scalar_op", node.op)):
        _accept_compilers(type(op))
    fresh = [variable.type() for variable in node.inputs]
    outputs = node.clone_with_new_inputs(fresh).outputs
    inputs = [In(v, borrow=True, mutable=True) for v in fresh]  # what the operation may destroy
    mode = Mode(linker="c", optimizer=None)
    return pytensor.function(
        inputs, outputs, mode=mode, accept_inplace=True, on_unused_input="ignore"
    )


def _accept_compilers(kind):
    """Let methods that were written for Theano be called with a compiler, too."""
    for name in _ASKED_FOR_A_COMPILER:
        owner = next((base for base in kind.__mro__ if name in vars(base)), None)
        if owner is None or owner.__module__.startswith("pytensor"):
            continue
        method = vars(owner)[name]
        if inspect.isfunction(method) and not _takes_compiler(method):
            setattr(owner, name, _ignoring_compiler(method))


def _takes_compiler(method):
    try:
        inspect.signature(method).bind(None, c_compiler=None)
    except TypeError:
        return False
    return True


def _ignoring_compiler(method):
    @functools.wraps(method)
    def without_compiler(self: Any, c_compiler: Any = None, **kwargs: Any) -> Any:
        return method(self)

    return without_compiler


@functools.lru_cache(maxsize=4096)
def _lacks_python(kind: type) -> bool:
    return kind.impl is ScalarOp.impl


def _has_c_code_only(scalar_op: ScalarOp) -> bool:
    if isinstance(scalar_op, Composite):
        return any(_has_c_code_only(node.op) for node in scalar_op.fgraph.apply_nodes)
    return _lacks_python(type(scalar_op))


_perform_elemwise = Elemwise.perform


def _perform_or_compute_by_c_code(self: Elemwise, node: Apply, inputs: list, storage: list) -> None:
    if _has_c_code_only(self.scalar_op):
        compute_by_c_code(node, inputs, storage, missing="impl")
    else:
        _perform_elemwise(self, node, inputs, storage)


Elemwise.perform = _perform_or_compute_by_c_code
