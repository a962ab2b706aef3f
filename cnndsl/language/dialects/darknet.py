"""Layers as Darknet's .cfg files write them: a ``[section]`` and a ``key=value`` on each of the lines below it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from cnndsl.language.dialects.translation import Translation, activation_lines, layer_line

_HEADER = re.compile(r"\s*\[(\w+)\]\s*(#.*)?$")
_ENTRY = re.compile(r"\s*(\w+)\s*=\s*([^#]*)")
_LONGEST = 100  # lines of a section


def translate_section(lines: Sequence[str], number: int) -> tuple[Translation, int] | None:
    """The lines for the section that begins on line ``number`` (from 1), and the number of its last line."""
    header = _HEADER.match(lines[number - 1])
    name = header[1].lower() if header else ""
    translate = _SECTIONS.get(name)
    if translate is None:
        return None
    values: dict[str, str] = {}
    last = number
    for line in lines[number : number + _LONGEST]:
        entry = _ENTRY.match(line)
        if entry:
            values[entry[1].lower()] = entry[2].strip()
        elif line.split("#")[0].strip():
            break
        last += 1
    try:
        return Translation("Darknet", tuple(translate(values)), _remark(name)), last
    except (ValueError, TypeError, KeyError):  # values that mean nothing, or none where one is needed
        return None


def _remark(name: str) -> str:
    return "with `name:` in front of the layer that is meant" if name in _JOINS else ""


Values = Mapping[str, str]


def _net(values: Values) -> Iterator[str]:
    yield f"input {int(values['channels'])}x{int(values['height'])}x{int(values['width'])}"


def _convolutional(values: Values) -> Iterator[str]:
    size, normalised = int(values.get("size", "1")), values.get("batch_normalize") == "1"
    numbers = {"out": int(values["filters"]), "kernel": size, "stride": int(values.get("stride", "1"))}
    padded = values.get("pad") == "1"  # a switch there: it pads by half of the kernel
    pad = size // 2 if padded else int(values.get("padding", "0"))
    yield layer_line("Conv", {**numbers, "pad": pad, **({"bias": False} if normalised else {})})
    if normalised:
        yield layer_line("BatchNorm", {})
    yield from _activation(values)


def _connected(values: Values) -> Iterator[str]:
    yield layer_line("FC", {"out": int(values["output"])})
    yield from _activation(values)


def _activation(values: Values) -> Iterator[str]:
    word = values.get("activation", "logistic")
    # Its leaky units have a slope of 0.1, ours of 0.01 where nothing is said.
    yield from (layer_line("LeakyReLU", {"slope": 0.1}),) if word == "leaky" else activation_lines(word)


def _maxpool(values: Values) -> Iterator[str]:
    stride = int(values.get("stride", "1"))
    yield layer_line("Pool", {"kernel": int(values.get("size", str(stride))), "stride": stride})


def _avgpool(_values: Values) -> Iterator[str]:
    yield layer_line("GlobalAvgPool", {})


def _dropout(values: Values) -> Iterator[str]:
    yield layer_line("Dropout", {"p": float(values.get("probability", "0.5"))})


def _upsample(values: Values) -> Iterator[str]:
    yield layer_line("Upsample", {"factor": int(values.get("stride", "2"))})


def _softmax(_values: Values) -> Iterator[str]:
    yield layer_line("Softmax", {})


def _shortcut(_values: Values) -> Iterator[str]:
    yield "Add @name"


def _route(_values: Values) -> Iterator[str]:
    yield "Concat @name"


_SECTIONS: dict[str, Callable[[Values], Iterator[str]]] = {
    "net": _net,
    "network": _net,
    "convolutional": _convolutional,
    "connected": _connected,
    "maxpool": _maxpool,
    "avgpool": _avgpool,
    "dropout": _dropout,
    "upsample": _upsample,
    "softmax": _softmax,
    "shortcut": _shortcut,
    "route": _route,
}
_JOINS = {"shortcut", "route"}  # which count layers
