"""Model files with a mistake in them: right ones, drawn, in which one thing is changed, left out or put in."""

from __future__ import annotations

import re

from hypothesis import strategies as st

from tests.language.drafts import Lines
from tests.language.networks import networks
from tests.strategies import models

_LAYER = re.compile(r"(\s*(?:\w+: )?)([A-Z]\w*)(.*)")
_NUMBER = re.compile(r"(?<![\w.$@])\d+(?![\w.])")
_INSERTED = st.one_of(
    st.sampled_from(("Flatten", "FC 3", "GlobalAvgPool", "Concat @input", "Add @input", "ConvTranspose 3 2 pad=2")),
    st.builds("Pool {}".format, st.integers(2, 6)),
    st.builds("Conv {} {}".format, st.integers(1, 6), st.integers(2, 9)),
    st.builds("Conv 6 1 groups={}".format, st.integers(2, 5)),
)


@st.composite
def broken_files(draw: st.DrawFn) -> Lines:
    """The lines of a file that was right before one of them was changed, and may still be."""
    right = st.one_of(models().map(lambda text: tuple(text.splitlines())), networks())
    lines = list(draw(right))
    place = draw(st.sampled_from(_places(lines)))
    match draw(st.sampled_from(("number", "number", "insert", "insert", "drop", "letter", "shortcut"))):
        case "number" if _NUMBER.search(lines[place]):
            lines[place] = _other_number(draw, lines[place])
        case "number" | "insert":
            indent = lines[place][: len(lines[place]) - len(lines[place].lstrip())]
            lines.insert(place, f"{indent}{draw(_INSERTED)}")
        case "drop":
            del lines[place]
        case "letter":
            lines[place] = _LAYER.sub(r"\1\2x\3", lines[place])
        case "shortcut":
            lines = [line.replace(" shortcut=auto", "") for line in lines]
    return tuple(lines)


def _places(lines: list[str]) -> list[int]:
    """Where there are layer lines, which those of `augment` are not."""
    augment = [place for place, line in enumerate(lines) if line.startswith("augment")]
    own = range(augment[0], augment[0] + 4) if augment else range(0)
    return [place for place, line in enumerate(lines) if _LAYER.fullmatch(line) and place not in own]


def _other_number(draw: st.DrawFn, line: str) -> str:
    chosen = draw(st.sampled_from(list(_NUMBER.finditer(line))))
    return f"{line[: chosen.start()]}{draw(st.integers(1, 9))}{line[chosen.end() :]}"
