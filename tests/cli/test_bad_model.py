"""Model files that are none, or too much: what ``cnndsl check`` ends with, and the place and words that it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.inside import inside

NET = "Flatten\nFC 10\n"
RIGHT = {
    "a byte order mark": f"\ufeff{NET}".encode(),
    "CRLF": NET.replace("\n", "\r\n").encode(),
    "tabs": b"Flatten\t\nFC\t10\n",
    "no line end at the end": NET.rstrip().encode(),
}
WRONG = {
    "nothing": (b"", "1:1: error P005: the file is empty"),
    "comments": (b"# a\n\n# b\n", "1:1: error P005: the file has no layer line"),
    "UTF-16": (NET.encode("utf-16"), "1:1: error P005: the file is UTF-16"),
    "Latin-1": ("Flatten # caf\xe9\n".encode("latin-1"), "1:14: error P005: byte 0xe9 is not UTF-8 text"),
    "NUL": (b"Flatten\nFC\x0010\n", "2:3: error P005: the file holds NUL characters"),
    "a letter that looks alike": (
        b"Flatten\nF\xd0\xa1 10\n",
        "2:2: error P001: unexpected `\u0421` (U+0421) after `F`",
    ),
    "a space of no width": ("Flat\u200bten\nFC 10\n".encode(), "1:5: error P001: unexpected U+200B after `Flat`"),
    "right to left": ("Flatten\nFC 10 # \u202e\n".encode(), "2:9: error P005: U+202E changes the order"),
    "an isolate": ("Flatten\nFC \u206710\n".encode(), "2:4: error P001: unexpected U+2067 after `FC`"),
    "digits of full width": ("Flatten\nFC \uff11\n".encode(), "2:4: error P001: unexpected `\uff11` (U+FF11)"),
    "10 MB in a line": (b"FC 10" + b" " * (10 << 20), "1:1: error P005: the file is larger than 1,048,576 bytes"),
    "100,000 layers": (b"ReLU\n" * 100_000, "10001:1: error P005: more than 10,000 lines"),
    "20,000 brackets": (b"FC " + b"(" * 20_000, "1:1: error P005: a line of 20,003 characters; 4,096 is the limit"),
    "brackets over lines": (b"repeat 2 {\n" * 9000, "65:10: error P005: brackets inside each other more than 64 deep"),
    "5,000 digits": (b"FC " + b"9" * 5000, "1:1: error P005: a line of 5,003 characters; 4,096 is the limit"),
    "4,000 digits": (b"FC " + b"9" * 4000, "1:4: error A103: FC out must be 1,000,000 or less, got 99999"),
    "1e400": (b"Flatten\nDropout 1e400\nFC 10\n", "2:9: error A107: Dropout p = inf is not in [0, 1)"),
    "1e400 as a rate": (b"Flatten\nFC 2\ntrain { optimizer = sgd(lr=1e400) }", "3:28: error C407: sgd lr = inf"),
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_odd_and_right(tmp_path: Path, name: str) -> None:
    (tmp_path / "net.txt").write_bytes(RIGHT[name])
    done = inside("check", "net.txt", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("net.txt: ok on mnist 1x28x28: 7,850 parameters")


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong(tmp_path: Path, name: str) -> None:
    content, words = WRONG[name]
    (tmp_path / "net.txt").write_bytes(content)
    done = inside("check", "net.txt", cwd=tmp_path)
    assert (done.code, done.out) == (1, "")
    assert f"net.txt:{words}" in done.err
