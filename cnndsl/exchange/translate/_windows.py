"""A window's attributes in ONNX."""

from __future__ import annotations

from cnndsl.layers._window import Window


def window_attributes(window: Window) -> dict[str, list[int]]:
    """Kernel, stride and padding as it is on each side: nothing is left to a rounding mode or to ``auto_pad``.

    Padding is top, left, bottom, right; below and to the right as much as the last window reaches.
    """
    (ph, pw), (height, width), (rows, columns) = window.pad, window.size, window.framed
    pads = [ph, pw, rows - ph - height, columns - pw - width]
    return {"kernel_shape": list(window.kernel), "strides": list(window.stride), "pads": pads}
