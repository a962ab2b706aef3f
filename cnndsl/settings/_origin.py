"""Which images are meant, where a file and the command line say it in several ways."""

from __future__ import annotations

from collections.abc import MutableMapping

from cnndsl.settings._fields import changed
from cnndsl.settings._findings import Findings
from cnndsl.settings.sections import Data, Place

_WITHOUT_PARTS = {"digits"}
_SIZES = ("train", "valid", "test")


def one_source(data: Data, places: MutableMapping[str, Place], findings: Findings) -> Data:
    """The data of a name or of a path: what the command line says takes the place of what the file does.

    One's own images, and those that come in one part, have the sizes that they suggest unless some are said, and the
    classes of one's own their own shares. Both a name and a path in one place are C402.
    """
    data = _of_one_kind(data, places, findings)
    if data.images is not None and "data.balance" not in places:
        data = changed(data, balance="stratified")
    if data.images is not None or data.name in _WITHOUT_PARTS:
        unsaid = [part for part in _SIZES if f"data.{part}" not in places]
        data = changed(data, **dict.fromkeys(unsaid, "auto"))
    return data


def _of_one_kind(data: Data, places: MutableMapping[str, Place], findings: Findings) -> Data:
    named = [key for key in ("name", "dir") if f"data.{key}" in places]
    if data.images is None or not named or "data.images" not in places:
        return data
    path = places["data.images"]
    typed = [key for key in named if places[f"data.{key}"].option]
    if bool(path.option) == bool(typed):
        other = places[f"data.{named[0]}"]
        message = f"`images` and `{named[0]}` both say which images"
        findings.add("C402", message, path.span, "keep one", others=((other.span, ""),))
        return data
    dropped = ["images"] if typed else named
    for key in dropped:
        del places[f"data.{key}"]
    return changed(data, **{key: getattr(Data(), key) for key in dropped})
