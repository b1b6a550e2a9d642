"""Layers that pool over windows, over features or over a whole input, and that upscale."""

from .adaptive import GlobalPoolLayer, SpatialPyramidPoolingLayer
from .features import FeaturePoolLayer, FeatureWTALayer
from .upscale import Upscale1DLayer, Upscale2DLayer, Upscale3DLayer
from .windows import (
    MaxPool1DLayer,
    MaxPool2DLayer,
    MaxPool3DLayer,
    Pool1DLayer,
    Pool2DLayer,
    Pool3DLayer,
    pool_output_length,
)

__all__ = [
    "FeaturePoolLayer",
    "FeatureWTALayer",
    "GlobalPoolLayer",
    "MaxPool1DLayer",
    "MaxPool2DLayer",
    "MaxPool3DLayer",
    "Pool1DLayer",
    "Pool2DLayer",
    "Pool3DLayer",
    "SpatialPyramidPoolingLayer",
    "Upscale1DLayer",
    "Upscale2DLayer",
    "Upscale3DLayer",
    "pool_output_length",
]
