"""What to say of names that Theano has and this package hasn't."""

import importlib
import importlib.util
import sys
from collections.abc import Callable
from typing import Any

# What Theano's modules import from each other most, so that programs found it wherever they looked.
_COMMON = {
    "theano.compile": "DebugMode FAST_RUN In Mode Out SharedVariable function get_mode "
    "orig_function rebuild_collect_shared shared",
    "theano.compile.mode": "optdb",
    "theano.configdefaults": "config",
    "theano.configparser": "change_flags",
    "theano.gof": "Apply COp Constant FunctionGraph Generic InconsistencyError MethodNotDefined "
    "Op OpenMPOp Optimizer TopoOptimizer Type Variable hashtype local_optimizer object2",
    "theano.gof.graph": "is_same_graph",
    "theano.gof.null_type": "NullType",
    "theano.gof.op": "get_debug_values",
    "theano.gof.opt": "copy_stack_trace in2out",
    "theano.gof.type": "EnumList ParamsType",
    "theano.gradient": "DisconnectedType grad_not_implemented grad_undefined",
    "theano.misc.ordered_set": "OrderedSet",
    "theano.printing": "debugprint pprint",
    "theano.scan_module": "clone",
    "theano.tensor": "Join TensorConstant TensorType TensorVariable as_tensor_variable "
    "get_vector_length patternbroadcast",
    "theano.tensor.basic": "NotScalarConstantError discrete_dtypes get_scalar_constant_value",
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


def explain_missing(module: str, *counterparts: str) -> Callable[[str], Any]:
    """Make a module's ``__getattr__``: look a name up in PyTensor, or explain its absence.

    Some names, such as `Apply` or `tensor`, Theano's modules have because they import them; those
    are found in any. A package's modules are found in it too, and imported then.

    Parameters
    ----------
    module : str
        The module's name.
    *counterparts : str
        The modules that have what it lacks, most of them PyTensor's. The first that has it counts.

    Returns
    -------
    callable
    """

    def look_up(name: str) -> Any:
        if not name.startswith("__"):
            is_package = hasattr(sys.modules.get(module), "__path__")
            if is_package and name.isidentifier() and importlib.util.find_spec(f"{module}.{name}"):
                return importlib.import_module(f"{module}.{name}")
            if name in _MODULES:
                return importlib.import_module(_MODULES[name])
            for place in counterparts:
                found = _found(place, name)
                if found is not None:
                    return found
        if name in _HOMES:
            found = _found(_HOMES[name], name)
            if found is not None:
                return found
        places = [place for place in counterparts if place.startswith("pytensor")]
        where = " or ".join(dict.fromkeys([*places[:1], "pytensor.tensor"]))
        raise AttributeError(
            f"module {module!r} has no attribute {name!r}: this is Theano's API on PyTensor, which "
            f"doesn't have everything; look for a counterpart in {where}, whose variables "
            "and functions can be used here as they are"
        )

    return look_up


def _found(place, name):
    """Find a name in a module; of Theano's, only what it has itself, so that no search goes on."""
    module = importlib.import_module(place)
    if place.startswith("theano"):
        return vars(module).get(name)
    return getattr(module, name, None)
