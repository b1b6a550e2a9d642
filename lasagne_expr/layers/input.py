"""Where data enters a network."""

import theano
import theano.tensor as T

from ..parameters import as_theano_expression
from .base import Layer

__all__ = ["InputLayer"]


class InputLayer(Layer):
    """Hold the variable through which data enters a network.

    Parameters
    ----------
    shape : tuple of int or None
        The data's shape, the batch first; None for sizes known only when a function is called.
    input_var : Theano variable, array or number, optional
        What enters. By default a new variable of dtype floatX.
    name : str, optional
        A name for the layer.

    Raises
    ------
    TypeError
        If `shape` isn't a sequence of sizes, or `input_var` can't be a tensor.
    ValueError
        If a size isn't positive, or `input_var` has another number of dimensions than `shape`.

    Examples
    --------
    >>> layer = InputLayer((None, 784))
    >>> layer.input_var.ndim
    2
    """

    def __init__(
        self,
        shape: tuple,
        input_var: "theano.Variable | None" = None,
        name: "str | None" = None,
        **kwargs,
    ):
        if kwargs:
            raise TypeError(f"InputLayer takes no argument {next(iter(kwargs))}")
        # It has no input_layer, not even None: programs that walk down a network end here.
        self._start(name)
        _, self.shape = self._checked_incoming(shape if _is_sequence(shape) else (shape,))
        ndim = len(self.shape)
        if input_var is None:
            # A size of 1 broadcasts, as in NumPy.
            broadcastable = [size == 1 for size in self.shape]
            variable_type = T.TensorType(theano.config.floatX, broadcastable)
            input_var = variable_type(f"{name}.input" if name else "input")
        elif not isinstance(input_var, theano.Variable):
            try:
                input_var = as_theano_expression(input_var)
            except TypeError as error:
                raise TypeError(f"{self}: as its input_var, {error}") from error
        if not hasattr(input_var, "ndim"):
            raise TypeError(f"{self}: its input_var should be a tensor, got {input_var!r}")
        if input_var.ndim != ndim:
            raise ValueError(
                f"{self} has shape {self.shape}, of {ndim} dimensions, but its input_var "
                f"{input_var} has {input_var.ndim}"
            )
        self.input_var = input_var

    def __setstate__(self, state):
        """Take what was pickled, by earlier versions with the attributes of other layers."""
        no_input = {"input_layer", "input_shape"}
        vars(self).update((key, value) for key, value in state.items() if key not in no_input)

    @property
    def output_shape(self) -> tuple:
        """The shape of the data."""
        return self.shape


def _is_sequence(shape):
    return isinstance(shape, (tuple, list))
