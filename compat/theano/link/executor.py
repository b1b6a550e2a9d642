"""Functions that JAX compiles: what a call does, from its arguments to its results and updates."""

import copy
import time
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
from pytensor.compile.rebuild import UnusedInputError
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Constant, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.traversal import graph_inputs
from pytensor.graph.utils import MissingInputError
from theano.link.profiling import profile_of
from theano.link.rollback import RollsBack
from theano.link.signatures import SpecializedGraph
from theano.link.storage import IN_USE, AliasStorage, storage_for, without_aliases
from theano.link.whole_graph import rewrite_whole_graph
from theano.ops.provenance import label, level_of_caller

__all__ = ["DictFunction", "Function"]


class DictFunction:
    """A function whose outputs come as a dict. Made by `theano.function`."""

    def __init__(self, compiled, keys):
        self._compiled = compiled
        self._keys = keys

    def __call__(self, *args, **kwargs) -> dict:
        return dict(zip(self._keys, self._compiled(*args, **kwargs)))

    def copy(self, *args, **kwargs) -> "DictFunction":
        """Make a function that computes the same, as :meth:`Function.copy` does."""
        return DictFunction(self._compiled.copy(*args, **kwargs), self._keys)

    def __getitem__(self, item: Any) -> Any:
        return self._compiled[item]

    def __setitem__(self, item: Any, value: Any) -> None:
        self._compiled[item] = value

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._compiled, name)

    def __setattr__(self, name, value):
        owner = super() if name.startswith("_") else self._compiled
        owner.__setattr__(name, value)


class Function:
    """A graph that JAX compiles, once for each combination of shapes that it is called with.

    Made by `theano.function`.

    Attributes
    ----------
    name : str or None
        The function's name.
    trust_input : bool
        Whether to take arguments as they are: arrays of the right dtype and number of dimensions.
    profile : ProfileStats or None
        What was measured, if that was asked for.
    """

    def __init__(self, ins, outs, name, mode, on_unused_input, profile=None):
        self.name = name
        self.profile = profile
        self.mode = mode
        self.trust_input = False
        self._single = isinstance(outs, Variable)
        self._outputs = [outs] if self._single else list(outs)
        self._inputs = [i.variable for i in ins]
        self._arguments = [_Argument(i) for i in ins if not i.shared]
        self._shared = [i.variable for i in ins if i.shared]
        self._stores = without_aliases(storage_for(i.value, i.variable) for i in ins if i.shared)
        stores = [argument.default for argument in self._arguments] + self._stores
        updated = [position for position, i in enumerate(ins) if i.update is not None]
        self._updates = [ins[position].update for position in updated]
        self._targets = [stores[position] for position in updated]
        self._check_graph(on_unused_input)
        updates = {
            len(self._outputs) + n: position
            for n, position in enumerate(updated)
            if position >= len(self._arguments)  # others are defaults, which stay where they are
        }
        graph = self._inputs, self._outputs + self._updates
        if any(isinstance(target, AliasStorage) for target in self._targets):
            graph = rewrite_whole_graph(*graph, updates, mode)
        self._graph = SpecializedGraph(str(self), *graph, updates, mode)

    def _check_graph(self, on_unused_input):
        given = set(self._inputs)
        leaves = set(graph_inputs(self._outputs + self._updates))
        for leaf in leaves:
            if leaf not in given and not isinstance(leaf, Constant):
                raise MissingInputError(
                    f"{self} depends on {label(leaf)}, which has no value: add it to the "
                    "inputs, replace it by givens, or make it a shared variable"
                )
        if on_unused_input == "ignore":
            return
        for argument in self._arguments:
            if argument.variable not in leaves and argument.variable not in self._outputs:
                message = (
                    f"{self} doesn't use its input {label(argument.variable)}: leave it out, or "
                    "call theano.function with on_unused_input='ignore'"
                )
                if on_unused_input == "warn":
                    warnings.warn(message, stacklevel=level_of_caller())
                else:
                    raise UnusedInputError(message)

    def __str__(self):
        return f"function {self.name!r}" if self.name else "a function"

    __repr__ = __str__

    @property
    def maker(self) -> "Function":
        """Theano's place for `fgraph`."""
        return self

    @property
    def fgraph(self) -> FunctionGraph:
        """What the function computes, before it is optimized: outputs, then updates."""
        return FunctionGraph(self._inputs, self._outputs + self._updates, clone=True)

    def get_shared(self) -> list:
        """List the shared variables that the function uses."""
        return list(self._shared)

    def copy(
        self,
        share_memory: bool = False,
        swap: "Mapping | None" = None,
        delete_updates: bool = False,
        name: "str | None" = None,
        profile: Any = None,
    ) -> "Function":
        """Make a function that computes the same, of the same shared variables or others.

        Parameters
        ----------
        share_memory
            Taken, and without effect.
        swap : dict of shared variable to shared variable, optional
            What to use in place of some shared variables; each of the same type.
        delete_updates : bool, default False
            Whether the copy makes no updates.
        name : str, optional
            Its name; by default that of this function with ``copy`` added.
        profile : bool, str or ProfileStats, optional
            Whether to measure the copy's calls, as for `theano.function`.

        Returns
        -------
        Function
        """
        new = copy.copy(self)
        new.name = name or (f"{self.name} copy" if self.name else None)
        new.profile = profile_of(profile, new.name)
        stores = {id(a.default): copy.deepcopy(a.default) for a in self._arguments if a.default}
        new._arguments = [copy.copy(argument) for argument in self._arguments]
        for argument in new._arguments:
            argument.default = stores.get(id(argument.default))
        new._shared = [self._swapped(v, swap or {}) for v in self._shared]
        for old, variable, store in zip(self._shared, new._shared, self._stores):
            if variable is not old:
                stores[id(store)] = storage_for(variable.container, variable)
        new._stores = [stores.get(id(store), store) for store in self._stores]
        new._targets = [stores.get(id(store), store) for store in self._targets]
        if delete_updates and self._updates:
            new._updates, new._targets = [], []
            new._graph = SpecializedGraph(str(new), self._inputs, self._outputs, {}, self.mode)
        return new

    def _swapped(self, variable, swap):
        new = swap.get(variable, variable)
        if not isinstance(new, SharedVariable) or new.type.ndim != variable.type.ndim:
            raise TypeError(f"{self}: {variable} can't be swapped for {new!r}: the types differ")
        if new.type.dtype != variable.type.dtype:
            raise TypeError(
                f"{self}: {variable} can't be swapped for {new}: its dtype is {new.type.dtype}, "
                f"not {variable.type.dtype}"
            )
        return new

    def free(self) -> None:
        """Do nothing: what a call needed is freed when it ends."""

    @property
    def value(self) -> "Function":
        """Theano's place for the values that a function holds: index it as the function."""
        return self

    def __getitem__(self, item: Any) -> Any:
        """Look up the value of a shared variable, given itself or by its name."""
        return self._find_shared(item).get_value()

    def __setitem__(self, item: Any, value: Any) -> None:
        self._find_shared(item).set_value(value)

    def _find_shared(self, item):
        for variable in self._shared:
            if item is variable or (isinstance(item, str) and item == variable.name):
                return variable
        raise KeyError(f"{self} uses no shared variable {item}, but: {self._shared}")

    def __call__(self, *args, **kwargs) -> Any:
        """Compute the outputs, and update the shared variables.

        Parameters
        ----------
        *args, **kwargs
            A value for each input, in order or by name.

        Returns
        -------
        array, or list of arrays
        """
        if self.profile is not None:
            return self._profiled_call(args, kwargs)
        values = self._bind(args, kwargs)
        return self._run(self._graph.executable(values, self._stores), values)

    def _profiled_call(self, args, kwargs):
        start = time.perf_counter()
        values = self._bind(args, kwargs)
        compiled = self._graph.compilations
        before = time.perf_counter()
        executable = self._graph.executable(values, self._stores)
        found = time.perf_counter()
        compiling = found - before if self._graph.compilations > compiled else 0.0
        if compiling:
            self.profile.add_compilation(compiling)
        results = self._run(executable, values)
        end = time.perf_counter()
        self.profile.add_call(end - start - compiling, end - found)
        return results

    def _run(self, executable, values):
        with RollsBack() as call:
            with IN_USE:
                before = [target.on_device() for target in self._targets]
                stored = [store.on_device() for store in self._stores]
                results, error, kept = executable.compute(values, stored)
                if executable.overwritten:
                    call.undo = lambda: self._undo(before, executable.overwritten(results, kept))
                self._update(results[len(self._outputs) :])
            # Waits for the results, and lets other threads compute meanwhile.
            found = [_to_numpy(result) for result in results[: len(self._outputs)]]
        if error is not None:
            raise type(error)(f"{self}: {error}")
        return found[0] if self._single else found

    def _update(self, values):
        for target, value in zip(self._targets, values):
            if value is not None:
                target.put(value)

    def _undo(self, before, overwritten):
        first = len(self._outputs)
        self._update([overwritten.get(first + n, old) for n, old in enumerate(before)])

    def _bind(self, args, kwargs):
        if len(args) > len(self._arguments):
            raise TypeError(f"{self} takes {len(self._arguments)} arguments, got {len(args)}")
        if not kwargs and len(args) == len(self._arguments):
            if self.trust_input:
                return list(args)
            return [a.filter(value, self) for a, value in zip(self._arguments, args)]
        return [argument.filter(value, self) for argument, value in self._match(args, dict(kwargs))]

    def _match(self, args, kwargs):
        """Pair every argument with what was given for it, or with its default."""
        names = [argument.name for argument in self._arguments]
        pairs = list(zip(self._arguments, args))
        for argument in self._arguments[len(args) :]:
            if argument.name in kwargs:
                if names.count(argument.name) > 1:
                    raise TypeError(f"{self} has more than one input called {argument.name}")
                pairs.append((argument, kwargs.pop(argument.name)))
            elif argument.variable in kwargs:
                pairs.append((argument, kwargs.pop(argument.variable)))
            elif argument.default is not None:
                pairs.append((argument, np.asarray(argument.default.peek())))
            else:
                raise TypeError(f"{self} needs a value for its input {label(argument.variable)}")
        for name in kwargs:
            if name in names:
                raise TypeError(f"{self} got two values for its input {name}")
            raise TypeError(f"{self} has no input {name}, but: {names}")
        return pairs


class _Argument:
    """An input that a call gives a value for, or that has a default."""

    def __init__(self, symbolic_input):
        self.variable = symbolic_input.variable
        self.name = symbolic_input.name or self.variable.name
        self._type = self.variable.type
        self._options = {"strict": symbolic_input.strict}
        if symbolic_input.allow_downcast is not None:
            self._options["allow_downcast"] = symbolic_input.allow_downcast
        self._dtype = getattr(self._type, "dtype", None)
        self._ndim = getattr(self._type, "ndim", None)
        self._unit_axes = [
            axis for axis, unit in enumerate(getattr(self._type, "broadcastable", ())) if unit
        ]
        self.default = None
        if symbolic_input.value is not None:
            self.default = storage_for(symbolic_input.value, self.variable)

    def filter(self, value, function):
        """Convert a value to the input's type, or say why that can't be done."""
        if (
            type(value) is np.ndarray
            and value.dtype == self._dtype
            and value.ndim == self._ndim
            and all(value.shape[axis] == 1 for axis in self._unit_axes)
        ):
            return value
        try:
            if isinstance(value, np.ma.MaskedArray):
                raise TypeError("a masked array has elements without a value")
            return self._type.filter(value, **self._options)
        except (TypeError, ValueError, OverflowError) as error:
            kind = ValueError if isinstance(error, ValueError) else TypeError
            raise kind(
                f"{function} can't take {_describe(value)} for its input "
                f"{label(self.variable)} of type {self._type}: {error}"
            ) from error


def _describe(value):
    if hasattr(value, "dtype"):
        return f"{value.dtype} of shape {np.shape(value)}"
    text = repr(value)
    return text if len(text) < 80 else f"a {type(value).__name__}"


def _to_numpy(result):
    return np.array(result) if hasattr(result, "dtype") else result
