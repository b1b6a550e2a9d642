"""Rewrites of a whole function: those that are registered at a negative position.

Theano's rewrites see of a graph, by its `update_mapping`, which outputs update which inputs. Graphs
that are specialized to sizes have lost that, so these rewrites come before.
"""

import copy
from collections.abc import Mapping, Sequence

from pytensor.compile.mode import Mode, optdb
from pytensor.graph.basic import Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.db import RewriteDatabaseQuery

__all__ = ["rewrite_whole_graph"]


def rewrite_whole_graph(
    inputs: Sequence[Variable],
    outputs: Sequence[Variable],
    updates: Mapping[int, int],
    mode: Mode,
) -> tuple:
    """Rewrite what a function computes.

    Parameters
    ----------
    inputs, outputs : lists of variables
        The graph: outputs, then updates.
    updates : dict of int to int
        By the position of an output, that of the input which it updates.
    mode : Mode
        Says which rewrites.

    Returns
    -------
    inputs, outputs : lists of variables
        The graph that computes it.

    Examples
    --------
    >>> import theano, theano.tensor as T
    >>> x = T.dscalar("x")
    >>> inputs, outputs = rewrite_whole_graph([x], [x + 1], {}, theano.compile.get_mode("FAST_RUN"))
    >>> float(outputs[0].eval({inputs[0]: 1.0}))
    2.0
    """
    query = mode.provided_optimizer
    if not isinstance(query, RewriteDatabaseQuery):
        return list(inputs), list(outputs)
    query = copy.copy(query)
    query.position_cutoff = 0
    fgraph = FunctionGraph(list(inputs), list(outputs), clone=True)
    fgraph.update_mapping = dict(updates)
    optdb.query(query, position_cutoff=0).rewrite(fgraph)
    return fgraph.inputs, fgraph.outputs
