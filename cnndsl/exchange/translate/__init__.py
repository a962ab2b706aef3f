"""What each layer kind is in ONNX: a function a kind, in families."""

from cnndsl.exchange.translate import activations, joins, linear, normalisations, places, pools
from cnndsl.exchange.translate._verb import translate

__all__ = ["activations", "joins", "linear", "normalisations", "places", "pools", "translate"]
