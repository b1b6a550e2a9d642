"""Graphs: variables, the operations that make them, and walks over them."""

from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.features import Feature
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.null_type import NullType
from pytensor.graph.type import Type
from pytensor.graph.utils import InconsistencyError, MethodNotDefined, MissingInputError
from pytensor.link.c.type import Generic, generic
from theano.gof import cc, fg, graph, link, null_type, op, opt, optdb, toolbox, type, utils, vm
from theano.gof.cc import CLinker, DualLinker, OpWiseCLinker
from theano.gof.link import (
    Container,
    Linker,
    LocalLinker,
    PerformLinker,
    WrapLinker,
    WrapLinkerMany,
)
from theano.gof.op import COp, Op, OpenMPOp, PureOp
from theano.gof.opt import (
    CheckStackTraceOptimization,
    EquilibriumOptimizer,
    LocalOptGroup,
    LocalOptimizer,
    MergeOptimizer,
    NavigatorOptimizer,
    OpRemove,
    OpSub,
    Optimizer,
    PatternSub,
    SeqOptimizer,
    TopoOptimizer,
    inplace_optimizer,
    local_optimizer,
    optimizer,
)
from theano.gof.optdb import DB, EquilibriumDB, LocalGroupDB, ProxyDB, Query, SequenceDB
from theano.gof.toolbox import NodeFinder, PrintListener
from theano.gof.utils import hashtype, object2
from theano.missing import explain_missing

__getattr__ = explain_missing(
    __name__,
    "pytensor.graph",
    "pytensor.graph.features",
    "pytensor.graph.destroyhandler",
    "pytensor.link.c.type",
    "pytensor.link.c.params_type",
    "pytensor.link.c.interface",
)
