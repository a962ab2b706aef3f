"""Model files as people type them: a file in canonical form, and the same file with other spaces, cases and line ends.

Only the syntax is right: blocks and variables that are used need not exist.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from hypothesis import strategies as st

Lines = tuple[str, ...]

LAYERS = st.sampled_from(
    (
        "ReLU",
        "Conv 8 3",
        "Conv 20_000 3x5 stride=2 pad=same bias=false",
        "stem: Conv ($w*2) 3",
        "FC ($w + 8*$i - 1) bias=false",
        "Conv 6 -5 init=normal(0.1, std=1e-3)",
        "Pool 2",
        "logits: FC 10",
        "stage1/0/Conv.0: Conv 8 3",
        "Add @stage1/0/Conv.0 @a.b",
        "X ($w/2 - $i)",
        "Basic $w stride=(2 - $i%2)",
        "Concat @stem @input",
        "Dropout 0.25",
        "Odd.name same",
        'Named text="a  b; # c {"',
    )
)
HEADS = st.sampled_from(("repeat 3 as i", "repeat ($w - 1)", "residual shortcut=auto", "tap: residual"))
SETTINGS = st.sampled_from(
    (
        "lr = 1e-3",
        "loss = cross_entropy(label_smoothing=0.05, weights=[1, 2.5])",
        "metrics = [loss, accuracy]",
        "train.batch = [32, 64]",
        "balance = true",
        "params < 20_000",
        "epochs <= 20",
        "no ReLU",
        "Rotate 10 p=0.5",
    )
)
TOP = st.sampled_from(("version 1", "input 3x32x32", "let w = 16", "let k = ($w*2)", 'include "blocks/a b.txt"'))
COMMENTS = st.sampled_from(("# what # it is", "#", "#!x;y {", "# -> 6x28x28", "#  é \t ,"))

# Spellings of one layer's name.
_SAME = {"Conv": ("conv", "CONV", "Conv2d", "conv2D"), "Pool": ("max_pool", "MaxPool"), "FC": ("Dense", "linear", "fc")}
_SPACES = st.sampled_from((" ", " ", " ", "  ", "\t", "\N{NO-BREAK SPACE}", " \t "))
_MAYBE = st.sampled_from(("", "", "", " ", "\t"))
_LINE_ENDS = st.sampled_from(("\n", "\n", "\n", "\r\n"))


def _indented(lines: Sequence[str]) -> Lines:
    return tuple(f"  {line}" if line else line for line in lines)


def _body(head: str, lines: Lines) -> Lines:
    return (f"{head} {{", *_indented(lines), "}") if lines else (f"{head} {{ }}",)


def _flatten(parts: Sequence[Lines]) -> Lines:
    return tuple(line for part in parts for line in part)


def _single(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[Lines]:
    return strategy.map(lambda line: (line,))


def _bodies(inner: st.SearchStrategy[Lines]) -> st.SearchStrategy[Lines]:
    body = st.lists(inner, max_size=3).map(_flatten)
    paths = st.lists(st.builds(_body, st.just("path"), body), min_size=1, max_size=3).map(_flatten)
    return st.one_of(
        st.builds(_body, HEADS, body.filter(bool)),
        st.builds(_body, st.sampled_from(("branch concat", "join: branch add scale=2")), paths),
    )


_FLOW = st.recursive(st.one_of(_single(LAYERS), _single(LAYERS), _single(COMMENTS)), _bodies, max_leaves=6)
_BLOCK = st.builds(
    _body,
    st.sampled_from(("block Basic(ch, k=3)", "block Plain", "block One(ch)")),
    st.lists(_FLOW, min_size=1, max_size=3).map(_flatten),
)
_SECTION = st.builds(
    _body,
    st.sampled_from(("data", "augment", "train", "require", "sweep")),
    st.lists(st.one_of(SETTINGS, SETTINGS, COMMENTS), min_size=1, max_size=4).map(tuple),
)


@st.composite
def canonical_files(draw: st.DrawFn) -> Lines:
    """The lines of a file in canonical form; without comments behind code and without bodies on one line."""
    part = st.one_of(_single(TOP), _FLOW, _FLOW, _BLOCK, _SECTION, _single(COMMENTS))
    lines: list[str] = []
    for index, new in enumerate(draw(st.lists(part, max_size=7))):
        lines += ["", *new] if index and draw(st.booleans()) else new
    return tuple(lines)


@st.composite
def retyped(draw: st.DrawFn, lines: Lines, *, comments: bool = False) -> str:
    """The same file with other white space, names of layers, line ends, and ``;`` between layers.

    With ``comments``, there are some behind lines too, and inside brackets, numbered from 0: ``# 0``.
    """
    typing = _Typing(draw, comments=comments)
    text = draw(st.sampled_from(("", "\ufeff", "\n\n", "  ; \n")))
    section = False
    for line, after in zip(lines, [*lines, ""][1:], strict=True):
        section = bool(_IN_SECTION.match(line)) or (section and line.startswith(" "))
        code = line.strip()
        text += draw(_MAYBE) + (code if code.startswith("#") else typing.line(code)) + draw(_MAYBE)
        if not code:
            text += draw(st.sampled_from(("\n", "\r\n", "\n\n", "\n \n\t\r\n")))
        elif not section and _ends_before(code, after.strip()) and draw(st.booleans()):
            text += "; "
        else:
            text += typing.comment(likely=not code.startswith("#")) + draw(_LINE_ENDS)
    return text if draw(st.booleans()) else text.rstrip("\r\n")


_IN_SECTION = re.compile(r"(data|augment|train|require|sweep) \{")


def _ends_before(line: str, after: str) -> bool:
    """Whether two lines can be joined by a semicolon, and nothing that is written depends on it."""
    return bool(after) and line[0] != "#" and after[0] not in "#}" and line[-1] != "{"


class _Typing:
    def __init__(self, draw: st.DrawFn, *, comments: bool) -> None:
        self.draw = draw
        self.comments = comments
        self.count = 0

    def comment(self, *, likely: bool = False) -> str:
        """A comment, now and then."""
        if not (self.comments and likely and self.draw(st.booleans())):
            return ""
        self.count += 1
        return f"# {self.count - 1}"

    def line(self, code: str) -> str:
        """A line as somebody may type it: inside brackets, with line ends too."""
        text, depth = "", 0
        for part in re.split(r'("[^"]*"|[ =,()\[\]])', _other_name(self.draw, code)):
            depth -= part in {")", "]"}
            text += self.draw(_SPACES) if part == " " else part
            depth += part in {"(", "["}
            if part in _LOOSE:
                text += self.draw(_MAYBE)
            if depth and part in {",", "(", "["} and self.draw(st.sampled_from((False, False, True))):
                text += self.comment(likely=True) + self.draw(_LINE_ENDS)
        return text


_LOOSE = {"=", ",", "(", ")", "[", "]"}


def _other_name(draw: st.DrawFn, line: str) -> str:
    match = re.match(r"((?:[\w./]+: )?)(Conv|Pool|FC)\b", line)
    if match is None:
        return line
    return f"{match[1]}{draw(st.sampled_from((match[2], *_SAME[match[2]])))}{line[match.end() :]}"
