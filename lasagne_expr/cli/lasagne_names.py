"""Names that Lasagne's modules have besides their own functions and classes, and where they are.

Programs written for Lasagne take some of them, such as `lasagne.layers.recurrent.unroll_scan`. So
the modules have them once they are called `lasagne`; the library itself does without.
"""

import importlib
from collections.abc import Callable
from types import ModuleType
from typing import Any

_PACKAGE = __name__.partition(".")[0]

# The name, and the module that it is, or the module and the attribute of that. A leading dot stands
# for this package.
LASAGNE_NAMES = {
    # Modules.
    "T": "theano.tensor",
    "conv": ".theano_extensions.conv",
    "helper": ".layers.helper",
    "init": ".init",
    "nonlinearities": ".nonlinearities",
    "np": "numpy",
    "numbers": "numbers",
    "padding": ".theano_extensions.padding",
    "theano": "theano",
    "theano_extensions": ".theano_extensions",
    "utils": ".utils",
    "warnings": "warnings",
    # Of Python and Theano.
    "OrderedDict": "collections:OrderedDict",
    "RandomStreams": "theano.sandbox.rng_mrg:MRG_RandomStreams",
    "chain": "itertools:chain",
    "deque": "collections:deque",
    "get_close_matches": "difflib:get_close_matches",
    "pool_2d": "theano.tensor.signal.pool:pool_2d",
    "pool_3d": "theano.tensor.signal.pool:pool_3d",
    "warn": "warnings:warn",
    # Base classes, and layers in the modules of others.
    "BaseConvLayer": ".layers.conv.base:BaseConvLayer",
    "BatchNormLayer": ".layers:BatchNormLayer",
    "Conv2DLayer": ".layers:Conv2DLayer",
    "DenseLayer": ".layers:DenseLayer",
    "InputLayer": ".layers:InputLayer",
    "Layer": ".layers:Layer",
    "MergeLayer": ".layers:MergeLayer",
    # Functions.
    "as_theano_expression": ".utils:as_theano_expression",
    "as_tuple": ".utils:as_tuple",
    "conv_input_length": ".layers.conv:conv_input_length",
    "conv_output_length": ".layers.conv:conv_output_length",
    "floatX": ".utils:floatX",
    "get_all_params": ".layers:get_all_params",
    "get_or_compute_grads": ".updates:get_or_compute_grads",
    "get_rng": ".random:get_rng",
    "inspect_kwargs": ".utils:inspect_kwargs",
    "int_types": ".cli.lasagne_functions:int_types",
    "pool_2d_nxn_regions": ".layers.pool.adaptive:pool_2d_nxn_regions",
    "pool_output_length": ".layers.pool.windows:pool_output_length",
    "standardize": ".layers:standardize",
    "unroll_scan": ".utils:unroll_scan",
    # Of spatial transformers.
    "_U_func_numpy": ".cli.lasagne_functions:bending_of_pair",
    "_get_transformed_points_tps": ".cli.lasagne_functions:spline_points",
    "_initialize_tps": ".cli.lasagne_functions:initial_spline",
    "_interpolate": ".cli.lasagne_functions:interpolate",
    "_linspace": ".cli.lasagne_functions:linspace",
    "_meshgrid": ".cli.lasagne_functions:meshgrid",
    "_transform_affine": ".cli.lasagne_functions:transform_affine",
    "_transform_thin_plate_spline": ".cli.lasagne_functions:transform_by_spline",
}


# Those of this library's modules that Lasagne has.
LASAGNE_MODULES = (
    _PACKAGE,
    *(
        f"{_PACKAGE}.{name}"
        for name in (
            "init",
            "layers",
            "nonlinearities",
            "objectives",
            "random",
            "regularization",
            "theano_extensions",
            "theano_extensions.conv",
            "theano_extensions.padding",
            "updates",
            "utils",
        )
    ),
    *(
        f"{_PACKAGE}.layers.{name}"
        for name in (
            "base",
            "conv",
            "corrmm",
            "dense",
            "dnn",
            "embedding",
            "helper",
            "input",
            "local",
            "merge",
            "noise",
            "normalization",
            "pool",
            "recurrent",
            "shape",
            "special",
        )
    ),
)


def answer_to_lasagne_names(module: ModuleType) -> None:
    """Let a module have Lasagne's names; what it has by itself it keeps.

    Parameters
    ----------
    module : module
        One of this library's; those that Lasagne doesn't have are left as they are.

    Examples
    --------
    >>> from lasagne_expr import utils
    >>> from lasagne_expr.layers import recurrent
    >>> answer_to_lasagne_names(recurrent)
    >>> recurrent.unroll_scan is utils.unroll_scan
    True
    """
    if module.__name__ in LASAGNE_MODULES and "__getattr__" not in vars(module):
        module.__getattr__ = _lookup(module.__name__)


def _lookup(module_name: str) -> Callable[[str], Any]:
    def __getattr__(name):
        if name not in LASAGNE_NAMES:
            raise AttributeError(f"module {module_name!r} has no attribute {name!r}")
        place, _, attribute = LASAGNE_NAMES[name].partition(":")
        found = importlib.import_module(_PACKAGE + place if place.startswith(".") else place)
        return getattr(found, attribute) if attribute else found

    return __getattr__
