"""Classes as Python 2 made them."""

import builtins

# The method of Python 3, and the one of Python 2 that did its work.
_RENAMED = {
    "__next__": "next",
    "__truediv__": "__div__",
    "__rtruediv__": "__rdiv__",
    "__itruediv__": "__idiv__",
}


def build_class(body, name, *bases, **keywords):
    """Make a class from what a class statement says, and give it what Python 3 looks for."""
    made = builtins.__build_class__(body, name, *bases, **keywords)
    if not isinstance(made, type):
        return made
    metaclass = vars(made).get("__metaclass__")
    if metaclass is not None and "metaclass" not in keywords:
        made = _made_by(metaclass, made)
    _add_methods(made)
    return made


def _made_by(metaclass, made):
    contents = dict(vars(made))
    for name in ("__dict__", "__weakref__", *contents.get("__slots__", ())):
        contents.pop(name, None)
    bases = tuple(base for base in made.__bases__ if base is not object) or (object,)
    return metaclass(made.__name__, bases, contents)


def _add_methods(made):
    own = vars(made)
    for new, old in _RENAMED.items():
        if old in own and new not in own and callable(own[old]):
            # An iterator is what has both.
            if old == "next" and not any("__iter__" in vars(base) for base in made.__mro__):
                continue
            setattr(made, new, own[old])
    if "__nonzero__" in own and "__bool__" not in own:
        # It might return an integer.
        made.__bool__ = lambda self: bool(self.__nonzero__())
    if "__cmp__" in own:
        _add_comparisons(made)
    # Python 3 takes the hash from a class that says what equals it.
    if own.get("__hash__", False) is None and "__eq__" in own:
        made.__hash__ = next(
            (vars(base)["__hash__"] for base in made.__mro__[1:] if vars(base).get("__hash__")),
            object.__hash__,
        )


def _add_comparisons(made):
    tests = {
        "__lt__": lambda sign: sign < 0,
        "__le__": lambda sign: sign <= 0,
        "__eq__": lambda sign: sign == 0,
        "__ne__": lambda sign: sign != 0,
        "__gt__": lambda sign: sign > 0,
        "__ge__": lambda sign: sign >= 0,
    }
    for name, test in tests.items():
        if name not in vars(made):
            setattr(made, name, _comparison(test))


def _comparison(test):
    return lambda self, other: test(self.__cmp__(other))
