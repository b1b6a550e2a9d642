"""Recurrent layers: one after another goes over a sequence, taking what it computed before.

The input has shape ``(batch size, steps, ...)``, and so has the output, unless only the last step
is asked for. Batch size and number of steps may be None: then one compiled function takes any.
"""

from .gated import Gate, GRULayer, LSTMLayer
from .simple import CustomRecurrentLayer, RecurrentLayer

__all__ = ["CustomRecurrentLayer", "GRULayer", "Gate", "LSTMLayer", "RecurrentLayer"]
