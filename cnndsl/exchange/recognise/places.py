"""What moves values or leaves them as they are."""

from __future__ import annotations

from math import prod

from cnndsl.exchange.recognise._use import Layer, UnsupportedError, Use, reads, shortest
from cnndsl.layers._fields import Pair
from cnndsl.layers._kind import Shape
from cnndsl.layers.channel_shuffle import ChannelShuffle
from cnndsl.layers.dropout import Dropout
from cnndsl.layers.flatten import Flatten
from cnndsl.layers.identity import Identity
from cnndsl.layers.pad import Pad
from cnndsl.layers.upsample import Upsample

# Rules by which output o of a whole factor is input floor(o / factor).
_NEAREST = {
    ("asymmetric", "floor"),
    ("half_pixel", "round_prefer_floor"),
    ("half_pixel", "round_prefer_ceil"),
    ("pytorch_half_pixel", "round_prefer_floor"),
}
_LINEAR = {"half_pixel", "pytorch_half_pixel"}
_WITH_RULES = 11  # the version from which Resize says which rule it follows


@reads("Identity")
def _identity(_use: Use) -> tuple[Layer, ...]:
    return (Layer(Identity()),)


@reads("Dropout")
def _dropout(use: Use) -> tuple[Layer, ...]:
    given = use.constant(1)
    p = use.operator.number("ratio", 0.5) if given is None else use.floats(1).reshape(-1)[0].item()
    return (Layer(Dropout(shortest(p))),)


@reads("Flatten")
def _flatten(use: Use) -> tuple[Layer, ...]:
    if use.axis(1) != 1:
        raise UnsupportedError(f"it begins at axis {use.axis(1)}, and not behind the batch")
    return (Layer(Flatten()),)


@reads("Reshape")
def _reshape(use: Use) -> tuple[Layer, ...]:
    batch, *sizes = use.sizes(1) or (None,)
    if batch not in {0, -1, use.batch}:
        raise UnsupportedError(f"it puts {batch} where the batch was")
    return _reshaped(use, _resolved(use, tuple(sizes)))


def _resolved(use: Use, sizes: Shape) -> Shape:
    """The sizes with what 0 and -1 stand for."""
    known = tuple(use.shape[at] if size == 0 and at < len(use.shape) else size for at, size in enumerate(sizes))
    rest = prod(size for size in known if size != -1)
    return tuple(prod(use.shape) // max(rest, 1) if size == -1 else size for size in known)


def _reshaped(use: Use, shape: Shape) -> tuple[Layer, ...]:
    if shape == use.shape:
        return ()
    if shape != (prod(use.shape),):
        shown = " x ".join(map(str, shape))
        raise UnsupportedError(f"it makes {shown} of {' x '.join(map(str, use.shape))}, which is no flattening")
    return (Layer(Flatten()),)


@reads("Squeeze")
def _squeeze(use: Use) -> tuple[Layer, ...]:
    axes = {axis % (len(use.shape) + 1) for axis in use.sizes(1, "axes")}
    if not axes or 0 in axes:
        raise UnsupportedError("it may take the batch away")
    return _reshaped(use, tuple(size for at, size in enumerate(use.shape, 1) if at not in axes))


@reads("Transpose")
def _transpose(use: Use) -> tuple[Layer, ...]:
    order = use.operator.integers("perm")
    if order != tuple(range(len(use.shape) + 1)):
        raise UnsupportedError(f"it orders the axes as {order}; images stay N x C x H x W here")
    return ()


@reads("Pad")
def _pad(use: Use) -> tuple[Layer, ...]:
    use.map_shape()
    use.expect(mode="constant", value=0.0)
    value, pads = use.constant(2), use.sizes(1, "pads")
    if value is not None and value.any():
        raise UnsupportedError("it pads with other numbers than zero")
    if use.constant(3) is not None or len(pads) != 8:
        raise UnsupportedError("it says for some axes only how they are padded")
    if pads[:4] != pads[4:] or any(pads[:2]) or min(pads) < 0:
        raise UnsupportedError(f"it pads by {pads[:4]} before and {pads[4:]} behind, and not evenly around the map")
    return (Layer(Pad(pads[2:4])),)


@reads("Resize", "Upsample")
def _resize(use: Use) -> tuple[Layer, ...]:
    use.expect(antialias=0, keep_aspect_ratio_policy="stretch")
    factors = _factors(use)
    mode = use.operator.word("mode", "nearest")
    has_rules = use.opset >= _WITH_RULES
    centres = use.operator.word("coordinate_transformation_mode", "half_pixel" if has_rules else "asymmetric")
    rounding = use.operator.word("nearest_mode", "round_prefer_floor" if has_rules else "floor")
    if mode == "nearest" and (centres, rounding) in _NEAREST:
        return (Layer(Upsample(factors)),)
    if mode == "linear" and centres in _LINEAR:
        return (Layer(Upsample(factors, mode="bilinear")),)
    raise UnsupportedError(f"it is {mode} with {centres} and {rounding}")


def _factors(use: Use) -> Pair:
    """How many times as high and as wide."""
    _, height, width = use.map_shape()
    if use.operator.integers("axes"):
        raise UnsupportedError("it says for some axes only how they grow")
    sizes = use.sizes(3) if use.operator.input(3) else ()
    if len(sizes) == 4:
        scales = [sizes[2] / height, sizes[3] / width]
        before = [sizes[1] / use.shape[0]]
    else:
        numbers = use.floats(2 if use.opset >= _WITH_RULES else 1, rank=1).tolist()
        before, scales = numbers[1:2], numbers[2:]
    if before != [1] or len(scales) != 2 or not all(scale >= 1 and scale == int(scale) for scale in scales):
        raise UnsupportedError("its factors are not whole numbers, one for the height and one for the width")
    return int(scales[0]), int(scales[1])


@reads("ChannelShuffle")
def _channel_shuffle(use: Use) -> tuple[Layer, ...]:
    use.expect_places()
    return (Layer(ChannelShuffle(use.operator.whole("groups", 1))),)
