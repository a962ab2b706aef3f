"""``require``: what a file claims about its network and its settings. Proved by :mod:`cnndsl.compiler.claims`."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from attrs import field, frozen

from cnndsl.errors import Span

SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
}
#: Bytes in a unit; a claim about memory may be written as ``memory < "1.5 MB"``.
UNITS = {"B": 1, "kB": 1000, "MB": 1000**2, "GB": 1000**3, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
#: What a file may make claims about.
CLAIMS = {
    "params": "trained numbers",
    "macs": "multiply-adds of a forward pass of one image",
    "memory": "bytes, 4 for each trained number and for each number that a layer gives for one image",
    "receptive_field": "pixels of the input, along the height, that a value of the last map depends on",
    "depth": "layers with multiply-adds on the longest path through the network",
    "output": "numbers that the network gives, or their shape: `output == 10`, `output == 16x4x4`",
    "epochs": "`epochs` of `train`",
}


@frozen
class Claim:
    """``name sign value``, as in ``params < 20_000``. ``text`` is how the file writes it."""

    name: str
    sign: str
    value: float | tuple[int, ...]
    text: str
    span: Span = field(eq=False)


@frozen
class Forbidden:
    """``no Layer``: the canonical name of a kind that must not occur."""

    layer: str
    span: Span = field(eq=False)


@frozen
class Require:
    """All that is claimed, in file order."""

    claims: tuple[Claim | Forbidden, ...] = ()
