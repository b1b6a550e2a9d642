"""Errors that are of two classes: of the one that says what is wrong, and of another to be caught.

Lasagne's programs catch the classes that Lasagne raises, which differ from version to version.
"""

__all__ = [
    "ArgumentError",
    "ParameterTypeError",
    "ParameterValueError",
    "UnsupportedValueError",
    "kind_of_error",
]


class ArgumentError(TypeError, ValueError):
    """An argument that is of a wrong type, or of none of several types and words."""


class ParameterValueError(ValueError, RuntimeError):
    """A parameter that doesn't fit, such as one of the wrong dimensionality."""


class ParameterTypeError(TypeError, RuntimeError):
    """Something that can't be a parameter, or isn't an array."""


class UnsupportedValueError(NotImplementedError, ValueError):
    """An argument that would make sense, but isn't supported."""


_OF_TWO_CLASSES = (ArgumentError, ParameterValueError, ParameterTypeError, UnsupportedValueError)


def kind_of_error(error: Exception) -> type:
    """Tell as what to raise an error again, with more words.

    Classes of their own, such as UnicodeDecodeError, may take other arguments than a message.

    Examples
    --------
    >>> kind_of_error(UnicodeError("no text")), kind_of_error(ArgumentError("no number"))
    (<class 'ValueError'>, <class 'lasagne_expr.errors.ArgumentError'>)
    """
    kinds = (*_OF_TWO_CLASSES, TypeError)
    return next((kind for kind in kinds if isinstance(error, kind)), ValueError)
