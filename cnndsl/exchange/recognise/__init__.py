"""What each ONNX operator is in the language: a function an operator, in families."""

from cnndsl.exchange.recognise import activations, joins, linear, normalisations, places, pools
from cnndsl.exchange.recognise._use import READERS, Layer, Reader, UnsupportedError, Use, Wire

__all__ = [
    "READERS",
    "Layer",
    "Reader",
    "UnsupportedError",
    "Use",
    "Wire",
    "activations",
    "joins",
    "linear",
    "normalisations",
    "places",
    "pools",
]
