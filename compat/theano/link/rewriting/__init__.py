"""Rewrites of graphs made for XLA, each with what it gains; importing them registers them."""

from theano.link.rewriting import (
    assumptions,
    channels_last,
    conv_inputs,
    cross_entropy,
    cumulative,
    fusion_limits,
    max_and_argmax,
    scan,
    transposed,
)
