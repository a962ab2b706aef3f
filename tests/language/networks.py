"""Model files with structure: blocks, loops, residuals, branches, references, all legal, drawn line by line.

Every layer keeps the height and width of its input, so that any two values can be concatenated, and ``shortcut=auto``
mends what else would not fit.
"""

from __future__ import annotations

import attrs
from hypothesis import strategies as st

from tests.language.drafts import Lines

_SECTIONS: tuple[Lines, ...] = (
    ("data {", "  balance = true", "  train = ($w * 100)", "}"),
    ("augment {", "  Shift 2", "  Rotate 10 p=0.5", "}"),
    ("train {", "  optimizer = adam(lr=1e-3)", "  batch = $w", "  metrics = [loss, accuracy]", "}"),
    ("require {", "  params < 2e7", "  no Sigmoid", "}"),
)


@attrs.frozen
class _Room:
    """What a line may use: variables, blocks by name and number of parameters, labels; ``depth`` bodies are left."""

    variables: tuple[str, ...] = ("w",)
    blocks: tuple[tuple[str, int], ...] = ()
    labels: tuple[str, ...] = ()
    depth: int = 2


class _Writer:
    """Draws a file, a statement after the other."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.names = 0

    def pick(self, *options: str) -> str:
        return self.draw(st.sampled_from(options))

    def name(self) -> str:
        self.names += 1
        return f"n{self.names}"

    def number(self, room: _Room) -> str:
        """A small number, 1 or more."""
        variable = self.pick(*room.variables)
        plain = "3" if variable in {"i", "j"} else f"${variable}"  # a loop counts from 0
        return self.pick("1", plain, f"(${variable} + 1)", f"(2*${variable} + 4/2)", f"(${variable}%2 + 1)")

    def body(self, room: _Room, least: int = 0) -> tuple[Lines, tuple[str, ...]]:
        """Lines, and the labels that can be referred to behind them."""
        lines: list[str] = []
        labels = room.labels
        for _ in range(self.draw(st.integers(least, 3))):
            new, label = self.statement(attrs.evolve(room, labels=labels))
            lines += new
            labels = (*labels, label) if label else labels
        return tuple(lines), labels

    def statement(self, room: _Room) -> tuple[Lines, str]:
        label = self.name() if self.draw(st.sampled_from((False, False, True))) else ""
        head, *rest = self.structure(room) if room.depth and self.draw(st.booleans()) else self.layer(room)
        return (f"{label}: {head}" if label else head, *rest), label

    def layer(self, room: _Room) -> Lines:
        plain = ["ReLU", "BatchNorm", "Tanh", f"Conv {self.number(room)} 3 pad=same", f"Conv {self.number(room)} 1"]
        plain += [f"Concat @{label}" for label in (*room.labels, "input")]
        plain += [f"Conv 2 1 bias=false from=@{label}" for label in room.labels]
        plain += [" ".join([name, *[self.number(room)] * count]) for name, count in room.blocks]
        return (self.pick(*plain),)

    def structure(self, room: _Room) -> Lines:
        inner = attrs.evolve(room, depth=room.depth - 1)
        sort = self.pick("repeat", "residual", "branch add", "branch concat")
        if sort == "repeat":
            index = self.pick("", "i", "j")
            variables = (*room.variables, index) if index else room.variables
            lines, _ = self.body(attrs.evolve(inner, variables=variables))
            return _braced(f"repeat {self.pick('0', '1', '2', '$w')}{f' as {index}' if index else ''}", lines)
        if sort == "residual":
            return _braced("residual shortcut=auto", self.body(inner)[0])
        end = ("Conv 3 1",) if sort == "branch add" else ()
        paths = [_braced("path", (*self.body(inner)[0], *end)) for _ in range(self.draw(st.integers(2, 3)))]
        return _braced(sort, tuple(line for path in paths for line in path))

    def file(self) -> Lines:
        lines = [f"input {self.pick('1', '3')}x5x4", f"let w = {self.pick('1', '2', '3')}"]
        blocks: tuple[tuple[str, int], ...] = ()
        for name, parameters in (("One", ("ch",)), ("Two", ("ch", "k=($w + 1)"))):
            if self.draw(st.booleans()):
                variables = ("w", *(parameter.partition("=")[0] for parameter in parameters))
                body, _ = self.body(_Room(variables, blocks, (), 1), least=1)
                lines += _braced(f"block {name}({', '.join(parameters)})", body)
                blocks = (*blocks, (name, 1))
        lines += self.body(_Room(blocks=blocks), least=1)[0]
        lines += self.draw(st.sampled_from((*_SECTIONS, ())))
        return (*lines, "GlobalAvgPool", "FC 3")


def _braced(head: str, lines: Lines) -> Lines:
    return (f"{head} {{", *(f"  {line}" for line in lines), "}") if lines else (f"{head} {{ }}",)


@st.composite
def networks(draw: st.DrawFn) -> Lines:
    """The lines of a model file that is right, whatever is drawn."""
    return _Writer(draw).file()
