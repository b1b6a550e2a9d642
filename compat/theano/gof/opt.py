"""Rewrites of graphs, by their names in Theano."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

from pytensor.graph.basic import Apply
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.op import Op
from pytensor.graph.rewriting import basic
from pytensor.graph.rewriting.basic import (
    ChangeTracker,
    MergeFeature,
    MergeOptimizer,
    check_stack_trace,
    copy_stack_trace,
    in2out,
    inplace_graph_rewriter,
    merge_dict,
    out2in,
    pre_constant_merge,
)
from theano.missing import explain_missing

__all__ = [
    "ChangeTracker",
    "CheckStackTraceOptimization",
    "EquilibriumOptimizer",
    "FromFunctionLocalOptimizer",
    "FromFunctionOptimizer",
    "LocalOptGroup",
    "LocalOptimizer",
    "MergeFeature",
    "MergeOptimizer",
    "NavigatorOptimizer",
    "OpRemove",
    "OpSub",
    "Optimizer",
    "PatternSub",
    "SeqOptimizer",
    "TopoOptimizer",
    "check_stack_trace",
    "copy_stack_trace",
    "in2out",
    "inplace_optimizer",
    "local_optimizer",
    "merge_dict",
    "optimizer",
    "out2in",
    "pre_constant_merge",
]

Optimizer = basic.GraphRewriter
FromFunctionOptimizer = basic.FromFunctionGraphRewriter
SeqOptimizer = basic.SequentialGraphRewriter
FromFunctionLocalOptimizer = basic.FromFunctionNodeRewriter
LocalOptGroup = basic.SequentialNodeRewriter
OpSub = basic.SubstitutionNodeRewriter
PatternSub = basic.PatternNodeRewriter
NavigatorOptimizer = basic.NodeProcessingGraphRewriter
TopoOptimizer = basic.WalkingGraphRewriter
EquilibriumOptimizer = basic.EquilibriumGraphRewriter
CheckStackTraceOptimization = basic.CheckStackTraceRewriter
optimizer = basic.graph_rewriter
inplace_optimizer = inplace_graph_rewriter

Optimizer.optimize = Optimizer.rewrite

__getattr__ = explain_missing(__name__, "pytensor.graph.rewriting.basic", "theano.gof")


class LocalOptimizer(basic.NodeRewriter):
    """A rewrite of single nodes, by the method `transform` of a subclass, which takes a node."""

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        if "transform" in vars(cls):
            of_node = cls.transform
            cls.transform = lambda self, fgraph, node, *args, **kwargs: _applied(
                functools.partial(of_node, self), fgraph, node
            )


def _applied(function: Callable, fgraph: FunctionGraph, node: Apply) -> Any:
    """Call a function of a node, to which PyTensor's nodes don't tell their graph."""
    node.fgraph = fgraph
    try:
        return function(node)
    finally:
        del node.fgraph


def local_optimizer(
    tracks: "Sequence | None", inplace: bool = False, requirements: Sequence = ()
) -> Callable:
    """Make a rewrite of a function of a node, as a decorator.

    Parameters
    ----------
    tracks : list of Op or classes of Op, or None
        The operations to call it for; None for all.
    inplace : bool, default False
        Whether what it puts into the graph works in place.
    requirements : tuple of callable, optional
        Called with a graph before it is rewritten.

    Returns
    -------
    callable
        Takes a function of a node, which returns the variables to put in place of its outputs, or
        False. In the function, ``node.fgraph`` is the graph.

    Examples
    --------
    >>> import theano, theano.tensor as T
    >>> @local_optimizer([T.exp])
    ... def without_log(node):
    ...     inner = node.inputs[0].owner
    ...     return [inner.inputs[0]] if inner and inner.op == T.log else False
    >>> x = T.dvector("x")
    >>> graph = theano.gof.FunctionGraph([x], [T.exp(T.log(x))])
    >>> TopoOptimizer(without_log).optimize(graph) and graph.outputs
    [x]
    """

    def decorate(function: Callable) -> basic.FromFunctionNodeRewriter:
        @functools.wraps(function)
        def rewrite(fgraph: FunctionGraph, node: Apply) -> Any:
            return _applied(function, fgraph, node)

        return basic.node_rewriter(tracks, inplace, tuple(requirements))(rewrite)

    return decorate


def OpRemove(op: Op) -> basic.PatternNodeRewriter:
    """Make a rewrite that puts the input of an operation in its place."""
    return PatternSub((op, "x"), "x")
