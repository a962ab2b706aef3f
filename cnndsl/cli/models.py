"""Which files a command means: those it names, and the models in the folders it names."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from cnndsl.cli import output
from cnndsl.errors import CnndslError, printable

_STATEMENT = re.compile(r"(?:[A-Za-z_]\w*[ \t]*:)?[ \t]*([A-Za-z_][\w.]*)([^#;{]*)")
_VALUES = re.compile(r"(?:\s+(?:[+-]?[\d.]\S*|[@$]\w+|\w+\s*=.*|\(.*\)))*\s*")
_OPENS = re.compile(r"\s*(?:input\s+\d+x\d|(?:\w+\s*:\s*)?(?:repeat|residual|branch)\b[^#]*\{|(?:data|train)\s*\{)")


def model_files(paths: Iterable[str]) -> Iterator[str]:
    """The paths, each folder replaced by the models below it.

    A folder without any stays, for the reader of files to say that it is one.
    """
    for path in paths:
        yield from _models_below(path) or [path] if path and Path(path).is_dir() else [path]


def looks_like_model(text: str) -> bool:
    """Whether some line outside of the blocks is one that only a model has: a layer with its values, an ``input`` ...

    A file of blocks to be included is no model.
    """
    depth = 0
    for line in text.splitlines():
        code = line.split("#")[0]
        if depth == 0 and (_OPENS.match(code) or _is_layer(code)):
            return True
        depth += code.count("{") - code.count("}")
    return False


def _is_layer(code: str) -> bool:
    from cnndsl.layers import find_kind

    statement = _STATEMENT.match(code.strip())
    return bool(statement and find_kind(statement[1]) and _VALUES.fullmatch(statement[2]))


def _models_below(folder: str) -> list[str]:
    texts = sorted(_texts_below(folder))
    models = [path for path in texts if _is_model(path)]
    passed = len(texts) - len(models)
    if models and passed:
        output.message(f"{printable(folder)}: {passed} other .txt file{'s' * (passed > 1)} passed over: no layer lines")
    return models


def _texts_below(folder: str) -> Iterator[str]:
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (os.path.join(place, name) for name in files if name.endswith(".txt"))  # noqa: PTH118 - keeps `./`


def _is_model(path: str) -> bool:
    from cnndsl.language.source import read_source

    try:
        return looks_like_model(read_source(path).text)
    except CnndslError:
        return False
