"""Division as in Python 2: of integers, it rounds down."""

import operator


def divide(a: object, b: object) -> object:
    """Divide as ``a / b`` did.

    Numbers, arrays and symbolic variables of integers are rounded down, others are not.

    Examples
    --------
    >>> divide(7, 2), divide(7, 2.0)
    (3, 3.5)
    """
    for owner, other, name in ((a, b, "__div__"), (b, a, "__rdiv__")):
        method = getattr(type(owner), name, None)
        # NumPy's and Theano's types have methods of these names too.
        if method is not None and not hasattr(owner, "dtype"):
            result = method(owner, other)
            if result is not NotImplemented:
                return result
    return a // b if _is_integer(a) and _is_integer(b) else a / b


def divide_in_place(a: object, b: object) -> object:
    """Divide as ``a /= b`` did, and return what becomes of `a`."""
    method = getattr(type(a), "__idiv__", None)
    if method is not None and not hasattr(a, "dtype"):
        return method(a, b)
    if hasattr(type(a), "__itruediv__"):
        both = _is_integer(a) and _is_integer(b)
        return operator.ifloordiv(a, b) if both else operator.itruediv(a, b)
    return divide(a, b)


def divide_attribute(owner: object, name: str, b: object) -> None:
    """Divide as ``owner.name /= b`` did."""
    setattr(owner, name, divide_in_place(getattr(owner, name), b))


def divide_item(owner: object, index: object, b: object) -> None:
    """Divide as ``owner[index] /= b`` did."""
    owner[index] = divide_in_place(owner[index], b)


def _is_integer(value):
    if isinstance(value, int):
        return True
    dtype = str(getattr(value, "dtype", ""))
    return dtype.startswith(("int", "uint", "bool"))
