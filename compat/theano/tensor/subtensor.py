"""PyTensor's `tensor.subtensor` under Theano's name."""

from typing import Any

import pytensor.tensor as pt
import pytensor.tensor.subtensor as _subtensor
from pytensor.graph.basic import Variable
from pytensor.tensor.subtensor import *
from theano.missing import explain_missing

__getattr__ = explain_missing(
    __name__,
    "pytensor.tensor.subtensor",
    "pytensor.tensor.exceptions",
    "theano.tensor.type_other",
    "theano.tensor.basic",
    "pytensor.tensor",
)


def advanced_subtensor(x: Any, *index: Any) -> Variable:
    """Return ``x[index]``."""
    return pt.as_tensor_variable(x)[index]


def advanced_inc_subtensor(x: Any, y: Any, *index: Any) -> Variable:
    """Return `x` with `y` added at an index."""
    return pt.inc_subtensor(pt.as_tensor_variable(x)[index], y)


def advanced_set_subtensor(x: Any, y: Any, *index: Any) -> Variable:
    """Return `x` with `y` at an index."""
    return pt.set_subtensor(pt.as_tensor_variable(x)[index], y)


# Which of these Theano makes depends on the index; PyTensor's are for any.
AdvancedSubtensor1 = AdvancedBooleanSubtensor = _subtensor.AdvancedSubtensor
AdvancedIncSubtensor1 = AdvancedBooleanIncSubtensor = _subtensor.AdvancedIncSubtensor
BaseAdvancedSubtensor, BaseAdvancedIncSubtensor = AdvancedSubtensor1, AdvancedIncSubtensor1

# Of one vector of integers.
advanced_subtensor1 = advanced_subtensor
advanced_inc_subtensor1 = advanced_inc_subtensor
advanced_set_subtensor1 = advanced_set_subtensor
# Of booleans.
advanced_boolean_subtensor = advanced_subtensor
advanced_boolean_inc_subtensor = advanced_inc_subtensor
advanced_boolean_set_subtensor = advanced_set_subtensor
