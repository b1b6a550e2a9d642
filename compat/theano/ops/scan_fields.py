"""What programs look up of a loop by Theano's names: its inner graph and what is where in it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from pytensor.graph.basic import Apply, Variable

__all__ = ["ScanFields"]


class ScanFields:
    """A mixin for `Scan` with the names of Theano's operation.

    Theano tells states by their taps: those with other taps than -1 ("mit-sot"), then those with
    that tap only ("sit-sot"). Outputs that no later step takes are "nit-sot", and values without a
    history are "shared".
    """

    # Which there are in Theano's optimized graphs and gradients only.
    n_mit_mot = n_mit_mot_outs = 0
    mit_mot_out_slices: tuple = ()
    gpua = profile = allow_gc = strict = False

    @property
    def inputs(self) -> list[Variable]:
        """The step's inputs."""
        return self.inner_inputs

    @property
    def outputs(self) -> list[Variable]:
        """What the step computes of them."""
        return self.inner_outputs

    @property
    def n_seqs(self) -> int:
        return self.n_sequences

    @property
    def n_mit_sot(self) -> int:
        return sum(taps != (-1,) for taps in self.taps)

    @property
    def n_sit_sot(self) -> int:
        return self.n_states - self.n_mit_sot

    @property
    def n_nit_sot(self) -> int:
        return self.n_outputs

    @property
    def n_shared_outs(self) -> int:
        return self.n_carried

    @property
    def n_outs(self) -> int:
        """The number of states."""
        return self.n_states

    @property
    def as_while(self) -> bool:
        """Whether a condition ends the loop."""
        return self.until

    @property
    def tap_array(self) -> list[list[int]]:
        return [list(taps) for taps in self.taps]

    @property
    def mintaps(self) -> list[int]:
        """How far back each state's taps go; 0 for the outputs that are no states."""
        return [min(taps) for taps in self.taps] + [0] * self.n_outputs

    @property
    def info(self) -> OrderedDict:
        """All settings, by Theano's names."""
        names = (
            "tap_array",
            "n_seqs",
            "n_mit_mot",
            "n_mit_mot_outs",
            "mit_mot_out_slices",
            "n_mit_sot",
            "n_sit_sot",
            "n_shared_outs",
            "n_nit_sot",
            "truncate_gradient",
            "name",
            "mode",
            "gpua",
            "as_while",
            "profile",
            "allow_gc",
            "strict",
        )
        return OrderedDict((name, getattr(self, name)) for name in names)

    # Parts of the lists of inner inputs and outputs.

    def inner_seqs(self, inputs: Sequence) -> list:
        return self.split_inner_inputs(inputs).sequences

    def inner_mitsot(self, inputs: Sequence) -> list:
        taps = self.split_inner_inputs(inputs).taps
        return [x for of_state in taps[: self.n_mit_sot] for x in of_state]

    def inner_sitsot(self, inputs: Sequence) -> list:
        taps = self.split_inner_inputs(inputs).taps
        return [x for of_state in taps[self.n_mit_sot :] for x in of_state]

    def inner_shared(self, inputs: Sequence) -> list:
        return self.split_inner_inputs(inputs).carried

    def inner_non_seqs(self, inputs: Sequence) -> list:
        return self.split_inner_inputs(inputs).constant

    def inner_mitsot_outs(self, outputs: Sequence) -> list:
        return list(outputs[: self.n_mit_sot])

    def inner_sitsot_outs(self, outputs: Sequence) -> list:
        return list(outputs[self.n_mit_sot : self.n_states])

    def inner_nitsot_outs(self, outputs: Sequence) -> list:
        return list(outputs[self.n_states : self.n_states + self.n_outputs])

    def inner_shared_outs(self, outputs: Sequence) -> list:
        return list(outputs[self.n_states + self.n_outputs : self.n_data_outputs])

    # Parts of a node's inputs and outputs; a node stands for its own.

    def outer_seqs(self, inputs: Any) -> list:
        return self.split_inputs(_inputs(inputs)).sequences

    def outer_mitsot(self, inputs: Any) -> list:
        return self.split_inputs(_inputs(inputs)).initial[: self.n_mit_sot]

    def outer_sitsot(self, inputs: Any) -> list:
        return self.split_inputs(_inputs(inputs)).initial[self.n_mit_sot :]

    def outer_shared(self, inputs: Any) -> list:
        return self.split_inputs(_inputs(inputs)).carried

    def outer_non_seqs(self, inputs: Any) -> list:
        return self.split_inputs(_inputs(inputs)).constant

    def outer_mitsot_outs(self, outputs: Any) -> list:
        return self.inner_mitsot_outs(_outputs(outputs))

    def outer_sitsot_outs(self, outputs: Any) -> list:
        return self.inner_sitsot_outs(_outputs(outputs))

    def outer_nitsot_outs(self, outputs: Any) -> list:
        return self.inner_nitsot_outs(_outputs(outputs))

    def outer_shared_outs(self, outputs: Any) -> list:
        return self.inner_shared_outs(_outputs(outputs))


def _inputs(given):
    return given.inputs if isinstance(given, Apply) else given


def _outputs(given):
    return given.outputs if isinstance(given, Apply) else given
