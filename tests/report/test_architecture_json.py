"""The JSON document, as ``docs/formats.md`` has it."""

from __future__ import annotations

import json
from pathlib import Path

from cnndsl.report.architecture import describe
from cnndsl.report.architecture_json import VERSION, Shown, document
from tests.report.networks import branches, plain

PAGE = Path(__file__).parents[2] / "docs" / "formats.md"


def test_it_is_plain_data_and_ascii() -> None:
    made = document("é\udcff.txt", [Shown(describe(branches()))])
    text = json.dumps(made)
    assert json.loads(text) == made
    assert text.isascii()


def test_every_key_is_documented() -> None:
    page = PAGE.read_text(encoding="utf-8").partition("# What `cnndsl show --json` prints")[2]
    made = document("net.txt", [Shown(describe(plain()))])
    (network,) = made["networks"]
    keys = [*made, *network, *network["totals"], *network["nodes"][0]]
    assert not [key for key in keys if f"`{key}`" not in page and f'"{key}"' not in page]
    assert f'"format": {VERSION}' in page


def test_a_network_says_what_it_is_and_where_it_ends() -> None:
    (network,) = document("net.txt", [Shown(describe(plain()), "mnist", "abc", complete=False)])["networks"]
    assert (network["data"], network["hash"], network["complete"]) == ("mnist", "abc", False)
    assert (network["input"], network["output"]) == ([1, 28, 28], [10])
    first, *_, last = network["nodes"]
    assert (first["path"], first["kind"], first["inputs"], first["line"]) == ("Conv.0", "Conv", ["@input"], 1)
    assert first["arguments"]["kernel"] == [5, 5]
    assert (last["in_shapes"], last["out_shape"]) == ([[10]], [10])
    assert sum(node["parameters"] for node in network["nodes"]) == network["totals"]["parameters"]
