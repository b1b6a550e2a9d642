"""What a function holds between calls, and what it is made of, under the names Theano gives it."""

from collections.abc import Iterator
from typing import Any

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable
from pytensor.graph.op import HasInnerGraph
from pytensor.link.basic import Container
from theano.ops.scan import Scan

__all__ = ["HoldsValues", "find_name", "is_required", "is_restored"]

# What `finder` has for a name that several inputs have.
DUPLICATE = ["DUPLICATE"]


def is_required(specification: Any) -> bool:
    """Tell whether every call has to give a value for an input."""
    return not specification.shared and specification.value is None


def is_restored(specification: Any) -> bool:
    """Tell whether an input has its default again after every call."""
    held = isinstance(specification.value, (Container, Variable))
    return not (is_required(specification) or held or specification.update is not None)


def find_name(item: Any) -> str:
    """Name what a function was asked for in a message."""
    return str(item.name or item) if isinstance(item, Variable) else str(item)


class HoldsValues:
    """A mixin for functions, whose values are found by variable, by name, and by position.

    The class has `input_storage`, a list of containers, and `maker`, whose `inputs` describe them.
    """

    output_keys: "list | None" = None

    @property
    def finder(self) -> dict:
        """The container of each input, by its position, its variable and its name."""
        found = {}
        for n, (specification, container) in enumerate(self._described_containers()):
            found[n] = found[specification.variable] = container
            name = specification.name
            found[name] = DUPLICATE if name in found else container
        return found

    @property
    def inv_finder(self) -> dict:
        """The description of each input, by its container."""
        return {container: spec for spec, container in self._described_containers()}

    @property
    def container(self) -> "_Containers":
        """The containers of values: ``f.container[x].value``."""
        return _Containers(self)

    @property
    def value(self) -> "_Values":
        """The values: ``f.value[x]``, which is the same as ``f[x]``."""
        return _Values(self)

    def __getitem__(self, item: Any) -> Any:
        return _Values(self)[item]

    def __setitem__(self, item: Any, value: Any) -> None:
        _Values(self)[item] = value

    def __contains__(self, item: Any) -> bool:
        return item in self.finder

    @property
    def defaults(self) -> list:
        """Of each input, whether it is required, whether it is restored, and to what."""
        found = []
        for spec, container in self._described_containers():
            required = is_required(spec)
            value = None if required or spec.shared else container.storage[0]
            found.append((required, is_restored(spec), value))
        return found

    @property
    def indices(self) -> list:
        """A list of the description, None, and a list of the description, of each input."""
        return [[spec, None, [spec]] for spec in self.maker.inputs]

    @property
    def nodes_with_inner_function(self) -> list:
        """The operations that have a graph of their own, such as loops."""
        ops = (node.op for node in self.maker.fgraph.apply_nodes)
        return [op for op in ops if isinstance(op, (HasInnerGraph, Scan))]

    def get_shared(self) -> list:
        """List the shared variables that the function uses or updates."""
        return [spec.variable for spec in self.maker.inputs if spec.implicit]

    def sync_shared(self) -> None:
        """Do nothing: whoever reads a value waits for it."""

    def _described_containers(self) -> Iterator[tuple]:
        return zip(self.maker.inputs, self.input_storage)


class _Containers:
    def __init__(self, function):
        self._function = function

    def __getitem__(self, item: Any) -> Container:
        return self._function.finder[item]

    def __contains__(self, item: Any) -> bool:
        return item in self._function.finder


class _Values:
    def __init__(self, function):
        self._function = function

    def __getitem__(self, item: Any) -> Any:
        container = self._find(item)
        shared = self._shared_variable_of(container)
        return container.value if shared is None else shared.get_value()

    def __setitem__(self, item: Any, value: Any) -> None:
        container = self._find(item)
        shared = self._shared_variable_of(container)
        if shared is None:
            container.value = value
        else:
            shared.set_value(value)

    def _shared_variable_of(self, container):
        specification = self._function.inv_finder[container]
        shared = specification.variable if specification.shared else None
        return shared if isinstance(shared, SharedVariable) else None

    def __contains__(self, item: Any) -> bool:
        return item in self._function.finder

    def _find(self, item):
        finder = self._function.finder
        if item not in finder:
            names = [find_name(key) for key in finder if isinstance(key, Variable)]
            raise TypeError(
                f"{self._function} has no input or shared variable {find_name(item)}, but: "
                f"{', '.join(names) or 'none'}"
            )
        if finder[item] is DUPLICATE:
            raise TypeError(
                f"{self._function} has more than one input called {item}: give the variable"
            )
        return finder[item]
