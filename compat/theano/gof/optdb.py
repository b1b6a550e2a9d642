"""Databases of rewrites, by their names in Theano."""

from typing import Any

from pytensor.graph.rewriting.db import (
    EquilibriumDB,
    LocalGroupDB,
    ProxyDB,
    RewriteDatabase,
    RewriteDatabaseQuery,
    SequenceDB,
)
from theano.missing import explain_missing

__all__ = ["DB", "EquilibriumDB", "LocalGroupDB", "ProxyDB", "Query", "SequenceDB"]

DB = RewriteDatabase
Query = RewriteDatabaseQuery

__getattr__ = explain_missing(__name__, "pytensor.graph.rewriting.db", "theano.gof")


def _register(self: SequenceDB, name: str, obj: Any, *tags: Any, **kwargs: Any) -> None:
    """Register a rewrite; Theano's takes its position as the first of the tags."""
    if tags and isinstance(tags[0], (int, float)):
        kwargs["position"], *tags = tags
    _register_in_pytensor(self, name, obj, *tags, **kwargs)


_register_in_pytensor, SequenceDB.register = SequenceDB.register, _register
