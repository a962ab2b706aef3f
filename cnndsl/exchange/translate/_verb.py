"""The verb: what a layer is in ONNX."""

from __future__ import annotations

from functools import singledispatch

from cnndsl.exchange.calls import Call, Site


@singledispatch
def translate(spec: object, _site: Site) -> Call:
    """A layer as calls of ONNX operators; the outermost call gives the layer's output.

    Raises
    ------
    TypeError
        Nobody has said what the kind is in ONNX.
    """
    raise TypeError(f"{type(spec).__name__} has no form in ONNX")
