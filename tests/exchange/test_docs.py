"""The page about ONNX leaves nothing out."""

from __future__ import annotations

import re
from pathlib import Path

from cnndsl.exchange import constants
from cnndsl.exchange.export import OPSET
from cnndsl.exchange.read import NEWEST, OLDEST
from cnndsl.exchange.recognise import READERS
from tests.strategies import PUBLIC

PAGE = (Path(__file__).parents[2] / "docs" / "onnx.md").read_text(encoding="utf-8")
OUT, IN = PAGE.split("## In:")


def cells(text: str, column: int) -> str:
    """A column of all tables."""
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return "\n".join(row[column] for row in rows)


def test_every_layer_is_in_the_table_of_operators() -> None:
    assert {kind.name for kind in PUBLIC} <= set(re.findall(r"`(\w+)`", cells(OUT, 0)))


def test_every_operator_that_is_read_is_in_the_table_of_layers() -> None:
    assert set(READERS) - {"ChannelShuffle", "Gate"} <= set(re.findall(r"\w+", cells(IN, 0)))


def test_every_operator_of_constants_is_named() -> None:
    (listed,) = re.findall(r"moved about by (.+?);", IN, re.DOTALL)
    assert set(re.findall(r"\w+", listed)) == set(constants._RULES)


def test_versions_are_those_of_the_code() -> None:
    assert f"version {OPSET} (opset)" in OUT
    assert f"Versions {OLDEST} to {NEWEST} of the" in IN
