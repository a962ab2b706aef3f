"""Reading model files: what is accepted, what is refused, with which words, and that nothing hangs."""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from cnndsl.errors import InputError, ModelError
from cnndsl.language.source import (
    MAX_BYTES,
    MAX_LINE_LENGTH,
    MAX_LINES,
    MAX_WORDS,
    Source,
    checked,
    decode,
    read_source,
)

TEXT = "Conv 6 5 1 2\nReLU\n"


def refusal(data: bytes) -> str:
    with pytest.raises(ModelError) as error:
        decode("model.txt", data)
    (diagnostic,) = error.value.diagnostics
    assert diagnostic.code == "P005"
    assert diagnostic.hints
    return diagnostic.headline


@pytest.mark.parametrize("data", [TEXT.encode(), TEXT.encode("utf-8-sig")], ids=["plain", "byte order mark"])
def test_utf8_is_read_with_and_without_a_byte_order_mark(data: bytes) -> None:
    assert decode("model.txt", data) == Source("model.txt", TEXT)


def test_lines_are_the_same_with_any_line_end() -> None:
    assert Source("m", "a\r\nb\r\n").lines == Source("m", "a\nb\n").lines == ("a", "b", "")


def test_a_line_past_the_end_is_empty() -> None:
    source = Source("m", "a\nb")
    assert [source.line(number) for number in (-1, 0, 1, 2, 3)] == ["", "", "a", "b", ""]


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_is_refused(codec: str) -> None:
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(codec, b"")
    assert refusal(mark + TEXT.encode(codec)) == "model.txt:1:1: error P005: the file is UTF-16"


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
def test_the_byte_that_is_not_utf8_is_named_with_its_place_in_characters(start: bytes) -> None:
    data = start + "Conv 6 5\n# zwölf".encode() + b" Stra\xdfe\n"
    assert refusal(data) == "model.txt:2:13: error P005: byte 0xdf is not UTF-8 text"


def test_nul_is_refused_at_its_place() -> None:
    assert refusal(b"Conv 6 5\nReLU\0") == "model.txt:2:5: error P005: the file holds NUL characters: it is not text"


@pytest.mark.parametrize("data", [b"\x80\x04\x95\x10\x00", b"\x08\x07\x12\x00", b"PK\x03\x04\x00\xff"])
def test_pickles_and_archives_are_refused(data: bytes) -> None:
    refusal(data)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("#" * (MAX_BYTES + 1), "larger than 1,048,576 bytes"),
        ("\n" * (MAX_LINES + 1), f"model.txt:{MAX_LINES + 1}:1: error P005: more than 10,000 lines"),
        ("ReLU\n#" + "x" * MAX_LINE_LENGTH, "model.txt:2:1: error P005: a line of 4,097 characters"),
        (("1 " * 2000 + "\n") * (MAX_WORDS // 2000 + 1), "more than 100,000 words"),
        ((";" * 4000 + "\n") * (MAX_WORDS // 4000 + 1), "more than 100,000 words"),
    ],
    ids=["bytes", "lines", "line length", "words", "semicolons"],
)
def test_what_is_too_large_is_refused_before_it_is_parsed(text: str, words: str) -> None:
    began = time.process_time()
    assert words in refusal(text.encode())
    assert time.process_time() - began < 0.5


def test_the_limits_themselves_are_within() -> None:
    text = "\n" * (MAX_LINES - 1) + "#" * MAX_LINE_LENGTH
    assert checked(Source("m", text)).text == text


def test_a_file_is_read_under_its_own_name(tmp_path: Path) -> None:
    path = tmp_path / "größe 1.txt"
    path.write_bytes(TEXT.encode("utf-8-sig"))
    assert read_source(path) == read_source(str(path)) == Source(str(path), TEXT)


def test_a_missing_file_is_told_with_its_neighbours(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "other.csv"):
        (tmp_path / name).touch()
    with pytest.raises(InputError) as error:
        read_source(tmp_path / "model.txt")
    assert "model.txt: there is no such file" in error.value.message
    assert error.value.hint == f"in {tmp_path} there is: a.txt, b.txt"
    with pytest.raises(InputError, match="no such file") as error:
        read_source(tmp_path / "nowhere" / "model.txt")
    assert error.value.hint == "check the path"


def _fifo(path: Path) -> Path:
    os.mkfifo(path)
    return path


ODD: dict[str, tuple[Callable[[Path], Path], str]] = {
    "directory": (lambda folder: folder, "is a directory"),
    "pipe that nobody writes to": (lambda folder: _fifo(folder / "pipe"), "is not a regular file"),
    "endless device": (lambda _folder: Path("/dev/zero"), "is not a regular file"),
    "file as a folder": (lambda folder: _touched(folder / "file") / "model.txt", "cannot be read (Not a directory)"),
    "file that fails while it is read": (lambda _folder: Path("/proc/self/mem"), "cannot be read"),
    "link to itself": (lambda folder: _loop(folder / "loop"), "cannot be read"),
}


def _touched(path: Path) -> Path:
    path.touch()
    return path


def _loop(path: Path) -> Path:
    path.symlink_to(path)
    return path


@pytest.mark.skipif(sys.platform != "linux", reason="the devices are Linux's")
@pytest.mark.parametrize(("make", "words"), ODD.values(), ids=ODD)
def test_what_is_not_a_readable_file_is_refused_at_once(
    make: Callable[[Path], Path], words: str, tmp_path: Path
) -> None:
    path = make(tmp_path)
    with pytest.raises(InputError) as error:
        read_source(path)
    assert error.value.message.startswith(f"{path}: ")
    assert words in error.value.message
    assert (error.value.code, error.value.exit_code) == ("D503", 3)


def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(TEXT.encode())))
    assert read_source("-") == Source("<stdin>", TEXT)


def test_a_closed_standard_input_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(InputError, match="<stdin>: is closed"):
        read_source("-")
