"""``cnndsl doctor``: what it prints, and how it ends."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.command import SEED, cnndsl
from tests.cli.inside import inside

FORMATS = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
NET = "Flatten\nFC 20\nReLU\nFC 10\ndata { name = mnist; train = 200; valid = 50 }\n"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.txt"
    path.write_text(NET, encoding="utf-8")
    return path


def test_the_seed_file_is_well() -> None:
    done = cnndsl("doctor", SEED)
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith("\nno fault found\n")
    lines = done.out.splitlines()
    assert lines[0].endswith("mnist: 2,000 training images, batches of 32, seed 0")
    seen = ["images", "labels", "first loss", "dead units", "gradients", "one batch", "learning rate"]
    assert [line for line in lines[3:10] if line.endswith("  ok")] == lines[3:10]
    assert all(line.startswith(name) for line, name in zip(lines[3:10], seen, strict=True))
    assert [line.split()[0] for line in lines[12:23]][:3] == ["Conv.0", "ReLU.0", "Pool.0"]


def test_an_error_is_told_at_its_line_and_ends_with_1(small: Path) -> None:
    small.write_text(NET.replace("FC 20", "FC 20 init=zeros"), encoding="utf-8")
    done = inside("doctor", small)
    assert done.code == 1
    assert f"{small}:3:1: error H922: all 20 units give the same for every image" in done.out
    assert re.search(r"^dead units +20 of 20 +ERROR H922$", done.out, re.MULTILINE)
    assert re.search(r"^gradients +not looked at", done.out, re.MULTILINE)
    assert done.out.endswith("\n1 error\n")


def test_a_warning_ends_with_1_only_where_that_is_wanted(small: Path) -> None:
    asked = ("doctor", small, "--lr", "0.000001")
    done, strict = inside(*asked), inside(*asked, "--strict")
    assert (done.code, strict.code) == (0, 1)
    assert "warning H943: the learning rate 1e-06 is " in done.out
    assert done.out == strict.out


def test_many_findings_of_one_kind_are_told_twice_and_counted(small: Path) -> None:
    blocks = "FC 20 init=zeros\nReLU\n" * 5
    small.write_text(NET.replace("FC 20\nReLU\n", blocks), encoding="utf-8")
    out = inside("doctor", small).out
    assert out.count("error H922") == 2
    assert "3 more with H922: see the table" in out
    assert out.endswith("\n5 errors\n")


def test_settings_and_data_may_be_changed(small: Path) -> None:
    done = inside("doctor", small, "--set", "train.batch=16", "--set", "data.train=100", "--seed", 7)
    assert "mnist: 100 training images, batches of 16, seed 7" in done.out
    assert inside("doctor", small, "--data", "cifar11").code == 2
    assert inside("doctor", small, "--lr", "-1").code == 2
    assert inside("doctor", "missing.txt").code == 3


def test_json_has_the_keys_that_the_page_names(small: Path) -> None:
    small.write_text(NET.replace("FC 20", "FC 20 init=zeros"), encoding="utf-8")
    ill, well = inside("doctor", small, "--json"), inside("doctor", SEED, "--json", "--set", "data.train=600")
    assert (ill.code, well.code) == (1, 0)
    page = json.loads(FORMATS.partition("# What `cnndsl doctor --json` prints")[2].split("```")[1])
    document = json.loads(well.out)
    missing = {f"findings.{key}" for key in page["findings"][0]} | {f"first_steps.{key}" for key in page["first_steps"]}
    assert _keys(page) - _keys(document) == missing
    assert not _keys(document) - _keys(page)
    ill_document = json.loads(ill.out)
    assert ill_document["gradients"] is None
    assert [(found["code"], found["path"], found["line"]) for found in ill_document["findings"]] == [
        ("H922", "ReLU.0", 3)
    ]


def test_infinities_are_null_in_json(small: Path) -> None:
    text = NET.replace("20\nReLU", "20\nrepeat 90 {\nresidual {\nReLU\nFC 20\n}\n}")
    small.write_text(text, encoding="utf-8")
    done = inside("doctor", small, "--json")
    assert done.code == 1
    json.loads(done.out, parse_constant=pytest.fail)


def test_equal_seeds_print_the_same(small: Path) -> None:
    assert inside("doctor", small).out == inside("doctor", small).out


def _keys(value: object, prefix: str = "") -> set[str]:
    """The dotted names of all keys, the first entry of a list standing for all."""
    if isinstance(value, list):
        return _keys(value[0], prefix) if value else set()
    if not isinstance(value, dict):
        return set()
    return {f"{prefix}{key}" for key in value} | {
        name for key, own in value.items() for name in _keys(own, f"{prefix}{key}.")
    }
