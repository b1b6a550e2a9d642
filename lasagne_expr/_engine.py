"""The check, made before anything else, that there is an engine to work on."""

import sys


def require_engine() -> None:
    """Import Theano, or say in one line what to install.

    Raises
    ------
    ImportError
        If `theano` is missing, broken or too old.
    """
    if sys.version_info < (3, 11):
        install = "pip install 'Theano==1.0.5' 'numpy<1.22'"
    else:
        install = "pip install lasagne_expr, which brings Theano's API over PyTensor"
    try:
        import theano
    # Theano fails with an AttributeError on a NumPy that is too new for it.
    except (ImportError, AttributeError) as error:
        raise ImportError(f"lasagne_expr needs theano ({error}): {install}") from error
    version = getattr(theano, "__version__", "0")
    if tuple(int(part) for part in version.split(".")[:2]) < (1, 0):
        raise ImportError(f"lasagne_expr needs Theano 1.0.5, not {version}: {install}")


def starts_as_command() -> bool:
    """Tell whether Python is just importing the package to run ``python -m lasagne_expr``.

    Returns
    -------
    bool
    """
    # Until the module is found, sys.argv is "-m" and the arguments that follow its name.
    name = sys.orig_argv[-len(sys.argv)] if sys.argv and sys.argv[0] == "-m" else ""
    return name.removeprefix("-m") == __package__
