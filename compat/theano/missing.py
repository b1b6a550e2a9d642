"""What to say of names that Theano has and this package hasn't."""

import importlib
from collections.abc import Callable
from typing import Any

# What Theano's modules import from each other most, so that programs found it wherever they looked.
_COMMON = {
    "theano.compile": "In Mode Out SharedVariable function get_mode optdb orig_function "
    "rebuild_collect_shared shared",
    "theano.configdefaults": "config",
    "theano.configparser": "change_flags",
    "theano.gof": "Apply COp Constant EnumList FunctionGraph Generic InconsistencyError "
    "MethodNotDefined Op OpenMPOp Optimizer ParamsType TopoOptimizer Type Variable hashtype "
    "local_optimizer",
    "theano.gof.graph": "io_connection_pattern",
    "theano.gof.null_type": "NullType",
    "theano.gof.opt": "copy_stack_trace in2out inherit_stack_trace pre_greedy_local_optimizer",
    "theano.gof.utils": "object2",
    "theano.gradient": "DisconnectedType grad_not_implemented grad_undefined",
    "theano.printing": "debugprint pprint",
    "theano.scan_module": "clone",
    "theano.tensor": "Join NotScalarConstantError TensorConstant TensorType TensorVariable "
    "as_tensor_variable discrete_dtypes get_scalar_constant_value get_vector_length "
    "patternbroadcast",
    "theano.tensor.nnet.abstract_conv": "get_conv_output_shape get_conv_shape_1axis",
    "theano.tensor.type": "values_eq_approx_remove_inf values_eq_approx_remove_inf_nan "
    "values_eq_approx_remove_nan",
}
_HOMES = {name: module for module, names in _COMMON.items() for name in names.split()}
_MODULES = {
    "T": "theano.tensor",
    "scal": "theano.scalar",
    "compile": "theano.compile",
    "gof": "theano.gof",
    "gradient": "theano.gradient",
    "printing": "theano.printing",
    "scalar": "theano.scalar",
    "tensor": "theano.tensor",
}


def explain_missing(module: str, counterpart: "str | None" = None) -> Callable[[str], Any]:
    """Make a module's ``__getattr__``: look a name up in PyTensor, or explain its absence.

    Some names, such as `Apply` or `tensor`, Theano's modules have because they import them; those
    are found in any.

    Parameters
    ----------
    module : str
        The module's name.
    counterpart : str, optional
        The module of PyTensor that stands for it.

    Returns
    -------
    callable
    """

    def look_up(name: str) -> Any:
        if counterpart and not name.startswith("__"):
            found = getattr(importlib.import_module(counterpart), name, None)
            if found is not None:
                return found
        if name in _MODULES:
            return importlib.import_module(_MODULES[name])
        if name in _HOMES and module != _HOMES[name]:
            return getattr(importlib.import_module(_HOMES[name]), name)
        where = " or ".join(dict.fromkeys(filter(None, (counterpart, "pytensor.tensor"))))
        raise AttributeError(
            f"module {module!r} has no attribute {name!r}: this is Theano's API on PyTensor, which "
            f"doesn't have everything; look for a counterpart in {where}, whose variables "
            "and functions can be used here as they are"
        )

    return look_up
