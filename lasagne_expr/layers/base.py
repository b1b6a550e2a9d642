"""What all layers have in common."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import theano

from ..errors import ArgumentError, kind_of_error
from ..parameters import create_param, param_has_tags, require_all_sizes, select_shared_vars
from .flat_pickles import reduce_layer
from .several import checked_shape, checked_sizes

__all__ = ["Layer", "MergeLayer"]


def is_layer_like(value: Any) -> bool:
    """Tell whether something can stand below a layer: it has the shape of an output.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> is_layer_like(SimpleNamespace(output_shape=(None, 3))), is_layer_like((None, 3))
    (True, False)
    """
    if isinstance(value, type):
        return False
    # Of a Layer, looking for the attribute would compute it, and hide an error in that.
    return isinstance(value, Layer) or hasattr(value, "output_shape")


class Layer:
    """A layer with one input; the base class of every layer.

    A layer of your own is a subclass with one method, ``get_output_for``; where the output has
    another shape than the input it has ``get_output_shape_for`` too, and where something is
    learned its constructor calls :meth:`add_param`.

    Parameters
    ----------
    incoming : Layer, or tuple of int or None
        The layer whose output this one takes, or the shape of its input. As a layer counts
        whatever has an `output_shape`, such as the layers of another package.
    name : str, optional
        A name for the layer, with which its parameters' names and its errors begin.

    Raises
    ------
    TypeError
        If `incoming` is neither a layer nor a shape of integers and None.
    ValueError
        If a size of the input isn't positive.

    Attributes
    ----------
    input_layer : Layer or None
        The layer whose output this one takes.
    input_shape : tuple of int or None
        The shape of the input; of a layer with several outputs, a dict or list of shapes.
    params : dict of Theano variable to set of str
        The parameters with their tags.

    Examples
    --------
    >>> from lasagne_expr.layers import InputLayer
    >>> class DoubleLayer(Layer):
    ...     def get_output_for(self, input, **kwargs):
    ...         return 2 * input
    >>> DoubleLayer(InputLayer((None, 3))).output_shape
    (None, 3)
    """

    get_output_kwargs: Sequence = ()  # of layers that Lasagne 0.1 pickled

    def __init__(self, incoming: "Layer | tuple", name: "str | None" = None):
        self._start(name)
        self.input_layer, self.input_shape = self._checked_incoming(incoming)

    def _start(self, name):
        self.name = name
        self.params = {}
        # Names of keyword arguments that get_output_for takes without listing them.
        self.get_output_kwargs = []

    def _checked_incoming(self, incoming):
        """Split an incoming layer or shape into the layer (or None) and the shape."""
        if is_layer_like(incoming):
            shape = incoming.output_shape
            if not isinstance(shape, (tuple, list, Mapping)):
                return incoming, shape  # that of a mock, about which nothing is known
            return incoming, checked_shape(shape, f"{self} can't have an input of shape {shape}")
        if isinstance(incoming, (str, dict, theano.Variable)) or not isinstance(incoming, Sequence):
            raise TypeError(
                f"{self} takes a layer or a shape as its input, got {incoming!r}; "
                "a Theano variable is given to InputLayer(shape, input_var)"
            )
        return None, checked_sizes(incoming, f"{self} can't have an input of shape {incoming}")

    def _check_output_shape(self):
        """Tell at once, rather than when the shape is needed, what doesn't fit.

        Not of what only looks like a layer: a mock's shape needn't be that of what it stands for.
        """
        incomings = getattr(self, "input_layers", None) or [self.input_layer]
        if all(incoming is None or isinstance(incoming, Layer) for incoming in incomings):
            return self.output_shape
        return None

    def __reduce_ex__(self, protocol: int) -> "str | tuple":
        """Pickle layers of deep networks without a recursion from one to the next."""
        return reduce_layer(self, protocol)

    def __str__(self) -> str:
        kind = type(self).__name__
        name = getattr(self, "name", None)
        return f"{kind} {name!r}" if name else kind

    def __repr__(self) -> str:
        return f"<{self}, parameters {list(self.params)}>"

    @property
    def output_shape(self) -> tuple:
        """The shape of the output: a tuple of int, with None for sizes known only at a call.

        Of a layer with several outputs it is a dict or a list of such tuples.
        """
        return self._checked_output_shape(self.input_shape)

    def _checked_output_shape(self, source):
        shape = self.get_output_shape_for(source)
        given = f"{self}: get_output_shape_for returned {shape!r} for an input of shape {source}"
        if isinstance(shape, theano.Variable):
            raise ArgumentError(
                f"{given}: that is a symbolic output shape, but it must be a tuple of integers, "
                "and None for sizes that are known at a call"
            )
        if not isinstance(shape, (tuple, list, Mapping)):
            raise TypeError(f"{given}: a shape must be a tuple")
        return checked_shape(shape, given)

    def add_param(
        self, spec: Any, shape: tuple, name: "str | None" = None, **tags: bool
    ) -> theano.Variable:
        """Make a parameter of this layer.

        Parameters
        ----------
        spec : array, shared variable, expression, or callable
            What the user gave for the parameter; see `lasagne_expr.parameters.create_param`.
        shape : tuple of int
            The parameter's shape.
        name : str, optional
            Its name within the layer, such as ``"W"``.
        **tags : bool
            Its tags. ``trainable`` and ``regularizable`` are true unless given.

        Returns
        -------
        Theano variable
            The parameter: a shared variable or an expression.

        Raises
        ------
        ValueError, TypeError
            As `lasagne_expr.parameters.create_param` does, naming the layer.
        """
        try:
            param = create_param(spec, shape, self._full_name(name))
        except (TypeError, ValueError) as error:
            raise kind_of_error(error)(f"{self}: {error}") from error
        tags = {"trainable": True, "regularizable": True, **tags}
        self.params[param] = {tag for tag, value in tags.items() if value}
        return param

    def _add_full_param(self, spec, shape, name, **tags):
        """Make a parameter that may not broadcast, as what is multiplied as a matrix may not."""
        param = self.add_param(spec, shape, name=name, **tags)
        return require_all_sizes(param, shape, f"{self}: parameter {self._full_name(name)}")

    def _full_name(self, name):
        return f"{self.name}.{name}" if self.name and name else name

    def get_params(self, unwrap_shared: bool = True, **tags: bool) -> list:
        """List this layer's parameters.

        Parameters
        ----------
        unwrap_shared : bool, default True
            Whether to list the shared variables below the parameters (what is learned) rather
            than the parameters themselves (which may be expressions).
        **tags : bool
            Which to list: true for tags that must be there, false for those that must not. A
            shared variable's own tags override those of the layer's parameter; an expression is
            listed when any of its shared variables would be, or when it has none and its own
            tags fit. What is drawn at random isn't learned, and so isn't ``trainable``.

        Returns
        -------
        list of shared variables, or of Theano variables
            In the order of creation, each once.

        Examples
        --------
        >>> from lasagne_expr.layers import DenseLayer, InputLayer
        >>> layer = DenseLayer(InputLayer((None, 3)), num_units=2, name="dense")
        >>> layer.get_params()
        [dense.W, dense.b]
        >>> layer.get_params(regularizable=True)
        [dense.W]
        """
        if unwrap_shared:
            found = (
                shared
                for param, param_tags in self.params.items()
                for shared in select_shared_vars(param, param_tags, tags)
            )
        else:
            found = (
                param
                for param, param_tags in self.params.items()
                if param_has_tags(param, param_tags, tags)
            )
        return list(dict.fromkeys(found))

    def get_output_shape_for(self, input_shape: tuple) -> tuple:
        """Compute the shape of the output for an input of a given shape.

        Parameters
        ----------
        input_shape : tuple of int or None

        Returns
        -------
        tuple of int or None
            The input's shape, unless the layer says otherwise.
        """
        return input_shape

    def get_output_for(self, input: theano.Variable, **kwargs) -> theano.Variable:
        """Compute the output for an input.

        Parameters
        ----------
        input : Theano variable
            The input.
        **kwargs
            What was given to `lasagne_expr.layers.get_output`, such as ``deterministic=True``.

        Returns
        -------
        Theano variable
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method get_output_for")


class MergeLayer(Layer):
    """A layer with several inputs; the base class of those that combine layers.

    Parameters
    ----------
    incomings : list of Layer, or of tuples of int or None
        The layers whose outputs this one takes, or the shapes of its inputs.
    name : str, optional
        A name for the layer.

    Attributes
    ----------
    input_layers : list of Layer or None
        The layers whose outputs this one takes.
    input_shapes : list of tuples
        The shapes of the inputs.

    Examples
    --------
    >>> from lasagne_expr.layers import InputLayer
    >>> class ProductLayer(MergeLayer):
    ...     def get_output_shape_for(self, input_shapes):
    ...         return input_shapes[0]
    ...     def get_output_for(self, inputs, **kwargs):
    ...         return inputs[0] * inputs[1]
    >>> ProductLayer([InputLayer((None, 3)), InputLayer((None, 3))]).output_shape
    (None, 3)
    """

    def __init__(self, incomings: Sequence, name: "str | None" = None):
        self._start(name)
        is_one = is_layer_like(incomings) or isinstance(incomings, (str, dict, theano.Variable))
        if is_one or not isinstance(incomings, Iterable):
            raise TypeError(f"{self} takes a list of layers or shapes, got {incomings!r}")
        incomings = list(incomings)
        if not incomings:
            raise ValueError(f"{self} needs at least one input")
        checked = [self._checked_incoming(incoming) for incoming in incomings]
        self.input_layers = [layer for layer, _ in checked]
        self.input_shapes = [shape for _, shape in checked]

    @property
    def output_shape(self) -> tuple:
        """The shape of the output: a tuple of int, with None for sizes known only at a call."""
        return self._checked_output_shape(self.input_shapes)

    def get_output_shape_for(self, input_shapes: list) -> tuple:
        """Compute the shape of the output for inputs of given shapes.

        Parameters
        ----------
        input_shapes : list of tuples of int or None

        Returns
        -------
        tuple of int or None
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method get_output_shape_for")

    def get_output_for(self, inputs: list, **kwargs) -> theano.Variable:
        """Compute the output for a list of inputs.

        Parameters
        ----------
        inputs : list of Theano variables
            The inputs, in the order of `input_layers`.
        **kwargs
            What was given to `lasagne_expr.layers.get_output`.

        Returns
        -------
        Theano variable
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method get_output_for")
