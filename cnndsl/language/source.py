"""Reading model files: regular files and ``-``, bounded, decoded, with every refusal explained."""

from __future__ import annotations

import os
import re
import stat
import sys
from pathlib import Path

from attrs import evolve, field, frozen

from cnndsl.errors import Diagnostic, InputError, ModelError, Span

MAX_BYTES = 1 << 20
MAX_LINES = 10_000
MAX_LINE_LENGTH = 4096
MAX_WORDS = 100_000
#: Controls that put what follows right to left, in a comment; elsewhere the parser names them, among all other errors.
_TURNS = re.compile(r"#[^\n]*?([\u202a-\u202e\u2066-\u2069])")
_MARKS = ";,=()[]{}"


@frozen
class Source:
    """A model file's text and the name to show for it; ``folder`` is where its ``include`` lines look, if anywhere."""

    name: str
    text: str = field(repr=False)
    folder: Path | None = field(default=None, eq=False)
    #: The text by lines, without their ends; line ``n`` is ``lines[n - 1]``.
    lines: tuple[str, ...] = field(init=False, repr=False, eq=False)

    @lines.default
    def _split(self) -> tuple[str, ...]:
        return tuple(self.text.replace("\r\n", "\n").split("\n"))

    def line(self, number: int) -> str:
        """Line ``number``, counted from 1; empty past the end."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""


def read_source(path: str | os.PathLike[str]) -> Source:
    """The source in a file, or on standard input for ``-``.

    Raises
    ------
    InputError
        The path is missing, unreadable or not a regular file.
    ModelError
        The content is too large or not text.
    """
    name = os.fspath(path)
    shown = "<stdin>" if name == "-" else name
    try:
        if name == "-":
            return decode(shown, _read_stdin())
        return evolve(decode(shown, _read_file(Path(name))), folder=Path(name).parent)
    except FileNotFoundError:
        raise InputError(f"{name}: there is no such file", code="D503", hint=_nearby(Path(name))) from None
    except OSError as error:
        raise InputError(f"{shown}: cannot be read ({error.strerror})", code="D503") from None


def _read_stdin() -> bytes:
    if sys.stdin is None:  # as after `<&-`
        raise InputError("<stdin>: is closed", code="D503", hint="name a model file, or pipe one in")
    return sys.stdin.buffer.read(MAX_BYTES + 1)


def _read_file(path: Path) -> bytes:
    # Opened without blocking and only then asked what it is: a FIFO must not hang, and nothing changes in between.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISREG(mode):
            with open(descriptor, "rb", closefd=False) as file:
                return file.read(MAX_BYTES + 1)
    finally:
        os.close(descriptor)
    what = "a directory" if stat.S_ISDIR(mode) else "not a regular file"
    raise InputError(f"{path}: is {what}", code="D503", hint="name a model file, such as inputdir/model.txt")


def _nearby(path: Path) -> str:
    folder = path.parent
    found = sorted(entry.name for entry in folder.glob("*.txt"))[:5] if folder.is_dir() else []
    return f"in {folder} there is: {', '.join(found)}" if found else "check the path"


def decode(name: str, data: bytes) -> Source:
    """Text from bytes: UTF-8 with or without a byte order mark, within the limits."""
    if len(data) > MAX_BYTES:
        raise _refusal(
            name, 1, 1, "P005", f"the file is larger than {MAX_BYTES:,} bytes", "model files are small texts"
        )
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise _refusal(name, 1, 1, "P005", "the file is UTF-16", "save it as UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8").split("\n")
        message = f"byte 0x{error.object[error.start]:02x} is not UTF-8 text"
        at = len(before), len(before[-1]) + 1
        raise _refusal(name, *at, "P005", message, "save the file as UTF-8; is it a model file?") from None
    return checked(Source(name, text))


def checked(source: Source) -> Source:
    """The source, if it is within the limits and looks like text."""
    nul = source.text.find("\0")
    if nul >= 0:
        message = "the file holds NUL characters: it is not text"
        raise _refusal(source.name, *_place(source.text, nul), "P005", message, "is it a model file?")
    turned = _TURNS.search(source.text)
    if turned:
        message = f"U+{ord(turned[1]):04X} changes the order in which the line is shown: it may read as what it is not"
        raise _refusal(source.name, *_place(source.text, turned.start(1)), "P005", message, "remove the character")
    if source.text.count("\n") > MAX_LINES:
        message = f"more than {MAX_LINES:,} lines"
        raise _refusal(source.name, MAX_LINES + 1, 1, "P005", message, "split the file, or use fewer layers")
    for number, line in enumerate(source.text.split("\n"), 1):
        if len(line) > MAX_LINE_LENGTH:
            message = f"a line of {len(line):,} characters; {MAX_LINE_LENGTH:,} is the limit"
            raise _refusal(source.name, number, 1, "P005", message, "one statement a line")
    if len(source.text.split()) + sum(map(source.text.count, _MARKS)) > MAX_WORDS:
        message = f"more than {MAX_WORDS:,} words and marks"
        raise _refusal(source.name, 1, 1, "P005", message, "model files are small texts")
    return source


def _place(text: str, at: int) -> tuple[int, int]:
    """Line and column of a character."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _refusal(name: str, line: int, column: int, code: str, message: str, hint: str) -> ModelError:
    return ModelError([Diagnostic(code, "error", message, Span(name, line, column), hints=(hint,))])
