"""The fuzzer's targets stand on their feet: their seeds are read, and a few damaged ones are refused or read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS

each_target = pytest.mark.parametrize("name", TARGETS)


@each_target
def test_the_seeds_are_what_the_reader_reads(name: str, tmp_path: Path) -> None:
    seeds = TARGETS[name].seeds()
    assert seeds
    for seed in seeds:
        path = tmp_path / "seed"
        path.write_bytes(seed)
        TARGETS[name].read(path)


@each_target
def test_damage_raises_nothing_else(name: str) -> None:
    seeds = TARGETS[name].seeds()

    @given(st.data())
    @settings(max_examples=15)
    def check(data: st.DataObject) -> None:
        content = bytearray(data.draw(st.sampled_from(seeds)))
        for _ in range(data.draw(st.integers(1, 3))):
            at = data.draw(st.integers(0, len(content)))
            content[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=4))
        TARGETS[name](bytes(content))

    check()
