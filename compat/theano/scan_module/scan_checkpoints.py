"""Loops whose gradient needs less memory."""

from collections.abc import Callable
from numbers import Integral
from typing import Any

import pytensor.tensor as pt
from theano.missing import explain_missing
from theano.ops.scan import loop_of
from theano.scan_module.scan import scan

__all__ = ["scan_checkpoints"]

__getattr__ = explain_missing(__name__)


def scan_checkpoints(
    fn: Callable,
    sequences: Any = None,
    outputs_info: Any = None,
    non_sequences: Any = None,
    name: str = "checkpointscan_fn",
    n_steps: Any = None,
    save_every_N: int = 10,
    padding: bool = True,
) -> tuple:
    """Run a step again and again, and keep the outputs of every N-th step only.

    The gradient computes the steps between two of these anew. So of n steps not n states are kept
    in memory, but n / N and those of N steps.

    Parameters
    ----------
    fn : callable
        The step, as for `theano.scan`.
    sequences : variable or list of variables
        What to go over, along the first axis; all of one length.
    outputs_info : variable, None, or list of these
        For each output its first value, or None for an output that the next step doesn't take.
    non_sequences : variable or list of variables
        What each step gets as it is.
    name : str, optional
        A name for the loop, for messages.
    n_steps : int or integer scalar variable, optional
        The number of steps; by default the length of the sequences.
    save_every_N : int, default 10
        How many steps lie between two that are kept.
    padding : bool, default True
        Whether `n_steps` may be other than a multiple of `save_every_N`. Then the last element of
        each sequence is repeated up to the next one, and what these further steps compute is left
        out; shared variables that a step updates are updated in them, too.

    Returns
    -------
    outputs : variable, list of variables, or None
        The values of each output at the steps that are kept, along a new first axis; the last of
        them is that of the last step.
    updates : OrderedUpdates
        The shared variables' values after the loop, for `theano.function`.

    Raises
    ------
    RuntimeError
        If an output has taps.
    ValueError
        If nothing tells the number of steps, or `save_every_N` isn't a positive integer.

    Examples
    --------
    >>> import theano, theano.tensor as T
    >>> x = T.dvector("x")
    >>> sums, _ = theano.scan_checkpoints(
    ...     lambda x, sum: sum + x, x, T.zeros(()), save_every_N=2
    ... )
    >>> sums.eval({x: [1, 2, 3, 4, 5]}).tolist()
    [3.0, 10.0, 15.0]
    """
    if not isinstance(save_every_N, Integral) or save_every_N < 1:
        raise ValueError(f"save_every_N should be a positive integer, got {save_every_N!r}")
    sequences = [pt.as_tensor_variable(x) for x in _as_list(sequences)]
    first = _as_list(outputs_info)
    constants = _as_list(non_sequences)
    if any(isinstance(item, dict) and "taps" in item for item in first):
        raise RuntimeError("scan_checkpoints takes no taps: use scan")
    first = [item.get("initial") if isinstance(item, dict) else item for item in first]
    if n_steps is None and not sequences:
        raise ValueError("nothing tells the number of steps: give n_steps, or a sequence")
    steps = sequences[0].shape[0] if n_steps is None else n_steps
    n_blocks = (steps + save_every_N - 1) // save_every_N
    ends = pt.minimum(save_every_N, steps - save_every_N * pt.arange(n_blocks)) - 1

    def in_blocks(sequence):
        if padding:
            places = pt.arange(n_blocks * save_every_N)
            sequence = sequence[pt.minimum(places, steps - 1)]
        shape = (n_blocks, save_every_N, *(sequence.shape[n] for n in range(1, sequence.ndim)))
        return sequence.reshape(shape, ndim=sequence.ndim + 1)

    def block(end, *arguments):
        parts, rest = arguments[: len(sequences)], list(arguments[len(sequences) :])
        states = [None if item is None else rest.pop(0) for item in first]
        outputs, updates = scan(
            fn,
            sequences=list(parts),
            outputs_info=states,
            non_sequences=rest,
            n_steps=save_every_N,
            name=f"{name}_inner",
            return_list=True,
        )
        for loop in filter(None, map(loop_of, outputs)):
            loop.recomputed = True
        return [output[end] for output in outputs], updates

    return scan(
        block,
        sequences=[ends, *map(in_blocks, sequences)],
        outputs_info=first,
        non_sequences=constants,
        n_steps=n_blocks,
        name=f"{name}_outer",
    )


def _as_list(items):
    if items is None:
        return []
    return list(items) if isinstance(items, (list, tuple)) else [items]
