"""What a function that JAX compiles is made of, and its computation by itself."""

from typing import Any

from pytensor.compile.io import In, SymbolicOutput
from pytensor.graph.fg import FunctionGraph
from pytensor.link.basic import Container
from theano.link.function_values import is_required, is_restored

__all__ = ["Computation", "Maker"]


class Maker:
    """What `f.maker` shows of a function.

    Parameters
    ----------
    function : Function
    """

    accept_inplace = False
    return_none = False

    def __init__(self, function: Any):
        self._function = function

    @property
    def inputs(self) -> list:
        """Descriptions of the inputs, the shared variables after the others."""
        function = self._function
        return [*function.argument_specifications, *map(self._describe, function.shared_variables)]

    expanded_inputs = inputs

    def _describe(self, shared):
        update = self._function.update_of(shared)
        options = {"mutable": update is not None, "borrow": True, "shared": True}
        return In(shared, value=shared.container, update=update, **options)

    @property
    def outputs(self) -> list:
        """Descriptions of the outputs."""
        function = self._function
        return [SymbolicOutput(v) for v in function.fgraph.outputs[: function.n_returned_outputs]]

    @property
    def fgraph(self) -> FunctionGraph:
        """What the function computes, before it is optimized: outputs, then updates."""
        return self._function.fgraph

    @property
    def mode(self) -> Any:
        """How the function is compiled."""
        return self._function.mode

    @property
    def linker(self) -> Any:
        """What compiles the function."""
        return self._function.mode.linker

    @property
    def name(self) -> "str | None":
        """The function's name."""
        return self._function.name

    @property
    def profile(self) -> Any:
        """The function's measurements, if any."""
        return self._function.profile

    @property
    def unpack_single(self) -> bool:
        """Whether a call returns the only output itself."""
        return self._function.unpack_single

    @property
    def output_keys(self) -> "list | None":
        """The outputs' keys, if a call returns a dict."""
        return self._function.output_keys

    @property
    def indices(self) -> list:
        """As those of the function."""
        return self._function.indices

    @property
    def required(self) -> list:
        """Of each input, whether every call has to give a value for it."""
        return [is_required(specification) for specification in self.inputs]

    @property
    def refeed(self) -> list:
        """Of each input, whether it has its default again after every call."""
        return [is_restored(specification) for specification in self.inputs]


class Computation:
    """A function's computation, `f.fn`, with the values that its containers have.

    Parameters
    ----------
    function : Function
    """

    allow_gc = True
    need_update_inputs = False

    def __init__(self, function: Any):
        self._function = function

    def __call__(self, n_calls: int = 1, output_subset: "list | None" = None) -> list:
        """Compute the outputs, and update the shared variables.

        Parameters
        ----------
        n_calls : int
            How often.
        output_subset : list of int, optional
            The positions of the outputs to return; all by default.

        Returns
        -------
        list of arrays
            They are put into the function's `output_storage`, too.
        """
        function = self._function
        found = []
        for _ in range(n_calls):
            found = function.compute(function.stored_arguments())
            for container, value in zip(function.output_storage, found):
                container.storage[0] = value
        return found if output_subset is None else [found[n] for n in output_subset]

    @property
    def nodes(self) -> list:
        """The operations, in an order that they can be computed in."""
        return self._function.fgraph.toposort()

    @property
    def storage_map(self) -> dict:
        """Lists of the value of each input and output, by its variable."""
        function = self._function
        containers: list[Container] = [*function.input_storage, *function.output_storage]
        fgraph = function.fgraph
        return {v: c.storage for v, c in zip([*fgraph.inputs, *fgraph.outputs], containers)}

    def update_profile(self, profile: Any) -> None:
        """Do nothing: XLA's operations aren't measured one by one."""
