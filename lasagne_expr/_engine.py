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
