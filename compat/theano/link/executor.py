"""Functions that JAX compiles: what a call does, from its arguments to its results and updates."""

import copy
import time
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
from pytensor.compile.io import In
from pytensor.compile.rebuild import UnusedInputError
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Constant, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.traversal import graph_inputs
from pytensor.graph.utils import MissingInputError
from pytensor.link.basic import Container
from theano.link.function_maker import Computation, Maker
from theano.link.function_values import HoldsValues, find_name, is_restored
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

    def __call__(self, *args, output_subset: "list | None" = None, **kwargs) -> dict:
        found = dict(zip(self._keys, self._compiled(*args, **kwargs)))
        return found if output_subset is None else {key: found[key] for key in output_subset}

    @property
    def output_keys(self) -> list:
        """The keys, in the order of the outputs."""
        return list(self._keys)

    def copy(self, *args, **kwargs) -> "DictFunction":
        """Make a function that computes the same, as :meth:`Function.copy` does."""
        return DictFunction(self._compiled.copy(*args, **kwargs), self._keys)

    def __getitem__(self, item: Any) -> Any:
        return self._compiled[item]

    def __setitem__(self, item: Any, value: Any) -> None:
        self._compiled[item] = value

    def __contains__(self, item: Any) -> bool:
        return item in self._compiled

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._compiled, name)

    def __setattr__(self, name, value):
        owner = super() if name.startswith("_") else self._compiled
        owner.__setattr__(name, value)


class Function(HoldsValues):
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
        stores = [argument.store for argument in self._arguments] + self._stores
        updated = [position for position, i in enumerate(ins) if i.update is not None]
        self._updates = [ins[position].update for position in updated]
        self._targets = [stores[position] for position in updated]
        self._restored = tuple(a for a in self._arguments if is_restored(a.specification))
        self._takes_all = not any(a.specification.implicit for a in self._arguments)
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
        leaves = set(graph_inputs(self._outputs + self._updates))
        if on_unused_input != "ignore":
            self._check_unused(leaves.union(self._outputs), on_unused_input)
        given = set(self._inputs)
        for leaf in leaves:
            if leaf not in given and not isinstance(leaf, Constant):
                raise MissingInputError(
                    f"{self} depends on {label(leaf)}, which has no value: add it to the "
                    "inputs, replace it by givens, or make it a shared variable"
                )

    def _check_unused(self, used, what_to_do):
        for argument in self._arguments:
            if argument.variable in used or argument.specification.update is not None:
                continue
            message = (
                f"{self} doesn't use its input {label(argument.variable)}: leave it out, or "
                "call theano.function with on_unused_input='ignore'"
            )
            if what_to_do == "warn":
                warnings.warn(message, stacklevel=level_of_caller())
            elif what_to_do == "raise":
                raise UnusedInputError(message)
            else:
                raise ValueError(
                    f"on_unused_input should be 'raise', 'warn' or 'ignore', got {what_to_do!r}"
                )

    def __str__(self):
        return f"function {self.name!r}" if self.name else "a function"

    __repr__ = __str__

    # What functions that were pickled by earlier versions lack.
    _restored: tuple = ()
    _takes_all = True

    def __getstate__(self):
        made_on_demand = ("_fgraph", "_output_storage")
        return {key: value for key, value in vars(self).items() if key not in made_on_demand}

    @property
    def maker(self) -> Maker:
        """What the function is made of: `inputs`, `outputs`, `fgraph`, `mode`, ..."""
        return Maker(self)

    @property
    def fn(self) -> Computation:
        """The computation itself, of what is in `input_storage`."""
        return Computation(self)

    @property
    def fgraph(self) -> FunctionGraph:
        """What the function computes, before it is optimized: outputs, then updates."""
        if "_fgraph" not in vars(self):
            self._fgraph = FunctionGraph(self._inputs, self._outputs + self._updates, clone=True)
        return self._fgraph

    @property
    def shared_variables(self) -> list:
        """The shared variables that are used or updated."""
        return list(self._shared)

    @property
    def argument_specifications(self) -> list:
        """Descriptions of the inputs that calls can give values for."""
        return [argument.specification for argument in self._arguments]

    def update_of(self, shared: SharedVariable) -> "Variable | None":
        """What a shared variable is updated to; None if it isn't."""
        store = self._stores[self._shared.index(shared)]
        pairs = zip(self._targets, self._updates)
        return next((new for target, new in pairs if target is store), None)

    @property
    def input_storage(self) -> list:
        """The containers of the inputs' values, those of shared variables after the others."""
        return [argument.container for argument in self._arguments] + [
            variable.container for variable in self._shared
        ]

    @property
    def output_storage(self) -> list:
        """The containers that `fn` puts outputs into; calls of the function return them only."""
        if "_output_storage" not in vars(self):
            self._output_storage = [Container(v, [None]) for v in self._outputs]
        return self._output_storage

    @property
    def outputs(self) -> list:
        """Descriptions of the outputs."""
        return self.maker.outputs

    @property
    def n_returned_outputs(self) -> int:
        """How many outputs there are, besides updates."""
        return len(self._outputs)

    @property
    def unpack_single(self) -> bool:
        """Whether a call returns the only output itself, not a list."""
        return self._single

    @property
    def return_none(self) -> bool:
        """Whether a call returns None."""
        return False

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
        new._arguments = [argument.copy() for argument in self._arguments]
        new._restored = tuple(a for a in new._arguments if is_restored(a.specification))
        stores = {id(old.store): a.store for old, a in zip(self._arguments, new._arguments)}
        new._shared = [self._swapped(v, swap or {}) for v in self._shared]
        for old, variable, store in zip(self._shared, new._shared, self._stores):
            if variable is not old:
                stores[id(store)] = storage_for(variable.container, variable)
        new._stores = [stores.get(id(store), store) for store in self._stores]
        new._targets = [stores.get(id(store), store) for store in self._targets]
        for made_on_demand in ("_fgraph", "_output_storage"):
            vars(new).pop(made_on_demand, None)
        if delete_updates and self._updates:
            new._updates, new._targets = [], []
            for argument in new._arguments:
                argument.specification.update = None
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

    def __call__(self, *args, **kwargs) -> Any:
        """Compute the outputs, and update the shared variables.

        Parameters
        ----------
        *args, **kwargs
            A value for each input, in order or by name. `output_subset` is a list of the positions
            of the outputs to return, of which a list is returned then.

        Returns
        -------
        array, or list of arrays
        """
        subset = kwargs.pop("output_subset", None) if kwargs else None
        try:
            if self.profile is not None:
                found = self._profiled_call(args, kwargs)
            else:
                found = self.compute(self._bind(args, kwargs))
        finally:
            for argument in self._restored:
                argument.restore()
        if subset is not None:
            return [found[n] for n in subset]
        return found[0] if self._single else found

    def compute(self, values: list) -> list:
        """Compute the outputs, for values of the right types, and update the shared variables."""
        return self._run(self._graph.executable(values, self._stores), values)

    def stored_arguments(self) -> list:
        """The values that the containers of the arguments have."""
        return [
            argument.filter(argument.container.storage[0], self) for argument in self._arguments
        ]

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
        return found

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
        if not kwargs and len(args) == len(self._arguments) and self._takes_all:
            if self.trust_input:
                return list(args)
            return [a.filter(value, self) for a, value in zip(self._arguments, args)]
        return [argument.filter(value, self) for argument, value in self._match(args, dict(kwargs))]

    def _match(self, args, kwargs):
        """Pair every argument with what was given for it, or with its default."""
        names = [argument.name for argument in self._arguments]
        pairs = list(zip(self._arguments, args))
        for argument, _ in pairs:
            argument.check_it_can_be_given(self)
        for argument in self._arguments[len(args) :]:
            if argument.name in kwargs:
                if names.count(argument.name) > 1:
                    raise TypeError(f"{self} has more than one input called {argument.name}")
                argument.check_it_can_be_given(self)
                pairs.append((argument, kwargs.pop(argument.name)))
            elif argument.default is not None:
                pairs.append((argument, np.asarray(argument.default.peek())))
            else:
                raise TypeError(f"{self} needs a value for its input {label(argument.variable)}")
        for name in kwargs:
            if name in names:
                raise TypeError(f"{self} got two values for its input {name}")
            raise TypeError(f"{self} has no input {find_name(name)}, but: {names}")
        return pairs


class _Argument:
    """An input that a call gives a value for, or that has a default.

    Attributes
    ----------
    specification : In
        The description that the function was made with.
    container : Container
        Of its value between calls, as Theano has it.
    store : store
        What compiled functions need of the container.
    default : store or None
        The store, if there is a value in it.
    """

    def __init__(self, specification):
        self.specification = specification
        self.variable = specification.variable
        self.name = specification.name
        self._type = self.variable.type
        self._options = {"strict": specification.strict}
        if specification.allow_downcast is not None:
            self._options["allow_downcast"] = specification.allow_downcast
        self._dtype = getattr(self._type, "dtype", None)
        self._ndim = getattr(self._type, "ndim", None)
        self._unit_axes = [
            axis for axis, unit in enumerate(getattr(self._type, "broadcastable", ())) if unit
        ]
        self._keep_in(self._first_storage())

    def _first_storage(self):
        value = self.specification.value
        if isinstance(value, SharedVariable):
            value = value.container
        if isinstance(value, Container):
            return value.storage
        return [None if value is None else self._type.filter(value, **self._options)]

    def _keep_in(self, storage):
        self.container = Container(self.variable, storage, **self._options)
        self._initial = storage[0] if is_restored(self.specification) else None
        self.store = storage_for(self.container, self.variable)
        self.default = None if self.specification.value is None else self.store

    def __setstate__(self, state):
        vars(self).update(state)
        if "specification" not in state:  # pickled by an earlier version
            value = None if self.default is None else self.default.peek()
            self.specification = In(self.variable, name=self.name, **self._options)
            self.specification.value = value
            self.container = Container(self.variable, [value], **self._options)
            self.store, self._initial = self.default, value

    def copy(self) -> "_Argument":
        """Make another one, with a value of its own: the one that it had at first."""
        new = copy.copy(self)
        new.specification = copy.copy(self.specification)
        new._keep_in(new._first_storage())
        return new

    def restore(self) -> None:
        """Have the default again, if it was replaced in the container."""
        self.container.storage[0] = self._initial

    def check_it_can_be_given(self, function: Function) -> None:
        """Refuse to take a value for an input that is implicit."""
        if self.specification.implicit:
            raise TypeError(f"{function} takes no value for its implicit input {self.name}")

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
