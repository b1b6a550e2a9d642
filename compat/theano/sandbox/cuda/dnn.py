"""Whether cuDNN can be used by Theano's first GPU back-end: never, as that isn't there."""

__all__ = ["dnn_available"]


def dnn_available() -> bool:
    """Tell whether cuDNN's operations are there.

    Returns
    -------
    bool
        Always False. On a GPU, JAX calls cuDNN for the ordinary operations. The reason is in
        the attribute ``msg``, as in Theano.
    """
    return False


dnn_available.avail = False
dnn_available.msg = "Theano's first GPU back-end isn't there any more; JAX calls cuDNN by itself"
