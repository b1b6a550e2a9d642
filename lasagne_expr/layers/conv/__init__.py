"""Layers that convolve their input with filters."""

from .arithmetic import conv_input_length, conv_output_length
from .base import BaseConvLayer
from .convolution import Conv1DLayer, Conv2DLayer, Conv3DLayer
from .dilated import DilatedConv2DLayer
from .transposed import (
    Deconv2DLayer,
    Deconv3DLayer,
    TransposedConv2DLayer,
    TransposedConv3DLayer,
)

__all__ = [
    "Conv1DLayer",
    "Conv2DLayer",
    "Conv3DLayer",
    "Deconv2DLayer",
    "Deconv3DLayer",
    "DilatedConv2DLayer",
    "TransposedConv2DLayer",
    "TransposedConv3DLayer",
]
