"""A mode that looks for NaN and infinity in everything that is computed."""

from typing import Any

from pytensor.compile.debug.nanguardmode import NanGuardMode as _PyTensorNanGuardMode
from theano.missing import explain_missing

__all__ = ["NanGuardMode"]

__getattr__ = explain_missing(__name__, "pytensor.compile.debug.nanguardmode")


class NanGuardMode(_PyTensorNanGuardMode):
    """Run every operation by itself, and stop at the first that computes what it shouldn't.

    Functions of this mode pickle, and modes that are derived from it keep its settings.

    Parameters
    ----------
    nan_is_error, inf_is_error, big_is_error : bool, optional
        Whether to stop at NaN, at infinity, and at numbers above 1e10;
        ``theano.config.NanGuardMode`` says so by default.
    optimizer : str, optional
        Which rewrites to do; ``theano.config.optimizer`` by default.
    linker : None
        The mode has its own.

    Examples
    --------
    >>> import theano, theano.tensor as T
    >>> x = T.dvector("x")
    >>> f = theano.function([x], T.log(x), mode=NanGuardMode(nan_is_error=True))
    >>> f([1.0])
    array([0.])
    """

    def __init__(
        self,
        nan_is_error: "bool | None" = None,
        inf_is_error: "bool | None" = None,
        big_is_error: "bool | None" = None,
        optimizer: Any = "default",
        linker: Any = None,
        db: Any = None,
    ):
        self._errors = (nan_is_error, inf_is_error, big_is_error)
        super().__init__(*self._errors, optimizer=optimizer, linker=linker, db=db)
        for name in ("callback", "callback_input"):
            setattr(self.linker, name, _Check(self._errors, name))

    def __reduce__(self):
        return type(self), (*self._errors, self.provided_optimizer)

    def clone(self, link_kwargs: Any = None, optimizer: Any = "", **kwargs: Any) -> "NanGuardMode":
        """Make a mode of the same settings, with other rewrites."""
        return type(self)(*self._errors, self.provided_optimizer if optimizer == "" else optimizer)


class _Check:
    """One of the two checks that PyTensor's mode makes, which don't pickle themselves."""

    def __init__(self, errors, name):
        self._found_by = (errors, name)
        self._check = getattr(_PyTensorNanGuardMode(*errors).linker, name)

    def __call__(self, *args, **kwargs):
        self._check(*args, **kwargs)

    def __reduce__(self):
        return type(self), self._found_by
