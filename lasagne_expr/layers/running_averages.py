"""Running averages that functions update: each use of a layer by a copy of the average."""

import theano
import theano.tensor as T
from theano.compile import SharedVariable
from theano.gof import Optimizer
from theano.gof.toolbox import ReplaceValidate


def updating_copy(average: SharedVariable, new: theano.Variable) -> SharedVariable:
    """Make a copy of an average that shares its value, and that functions update.

    So other functions of the average, such as those of deterministic passes, make no update. Where
    one function uses several copies, the average becomes the mean of what each would make of it.

    Examples
    --------
    >>> import numpy as np
    >>> average = theano.shared(np.zeros(1), name="average")
    >>> copies = [updating_copy(average, average + step) for step in (1.0, 3.0)]
    >>> _ = theano.function([], copies)()
    >>> average.get_value().tolist()
    [2.0]
    """
    running = theano.clone(average, share_inputs=False)
    running.tag.copy_of_average = average
    running.default_update = T.patternbroadcast(T.cast(new, average.dtype), average.broadcastable)
    return running


class _MeanOfUpdates(Optimizer):
    """Give all copies of an average that a function updates the mean of their updates.

    By itself, whichever is stored last would be the value, and the others be lost.
    """

    def add_requirements(self, fgraph):
        fgraph.attach_feature(ReplaceValidate())

    def apply(self, fgraph):
        for positions in _updates_by_average(fgraph).values():
            if len(positions) > 1:
                updates = [fgraph.outputs[position] for position in positions]
                mean = T.cast(T.add(*updates) / len(updates), updates[0].dtype)
                mean = T.patternbroadcast(mean, updates[0].broadcastable)
                for position in positions:
                    # In other places what it was stays: the mean is computed from it.
                    fgraph.change_input("output", position, mean, reason="mean of updates")


def _updates_by_average(fgraph):
    found = {}
    for output, position in (getattr(fgraph, "update_mapping", None) or {}).items():
        average = getattr(fgraph.inputs[position].tag, "copy_of_average", None)
        if average is not None:
            found.setdefault(average, []).append(output)
    return found


# Before all others, of which some may change what is stored where.
theano.compile.optdb.register("mean_of_updates", _MeanOfUpdates(), -1, "fast_run", "fast_compile")
