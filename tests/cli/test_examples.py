"""The shipped examples say what they are, to the last digit, and are the published ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import ROOT, cnndsl

EXAMPLES = {
    "depthwise-cifar": ("ok 3x32x32: 136,778 parameters, 16,525,824 MACs, receptive field 23",),
    "mnist-99.4": ("ok 1x28x28: 16,754 parameters, 2,371,136 MACs, receptive field 32",),
    "mnist-20k": ("ok 1x28x28: 7,138 parameters, 1,311,168 MACs, receptive field 24",),
    "no-flatten": (
        "ok on mnist 1x28x28: 33,078 parameters, 328,600 MACs, receptive field 32",
        "ok on cifar10 3x32x32: 36,378 parameters, 844,000 MACs, receptive field 32",
        "legal for square inputs of 28 and more; at 27: Conv kernel 5x5 does not fit its 4x4 input (line 7)",
    ),
    "resnet8-cifar": ("ok 3x32x32: 78,042 parameters, 12,501,632 MACs, receptive field 25",),
    "resnet8-cifar-train": ("ok 3x32x32: 78,042 parameters, 12,501,632 MACs, receptive field 25",),
    "squeeze-excite": ("ok 1x28x28: 5,874 parameters, 304,896 MACs, receptive field 9",),
    "vgg-cifar": ("ok 3x32x32: 591,274 parameters, 25,003,264 MACs, receptive field 16",),
}


def test_every_example_is_here() -> None:
    assert {path.stem for path in (ROOT / "examples").glob("*.txt")} == set(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_what_it_is_said_to_be(name: str) -> None:
    done = cnndsl("check", f"examples/{name}.txt", cwd=ROOT)
    assert done.code == 0
    assert done.out.splitlines() == [f"examples/{name}.txt: {line}" for line in EXAMPLES[name]]
    assert "warning" not in done.err


@pytest.mark.parametrize("name", ["mnist-20k", "no-flatten", "resnet8-cifar", "vgg-cifar"])
def test_an_example_is_the_published_one(name: str, shared: Path) -> None:
    assert (ROOT / "examples" / f"{name}.txt").read_bytes() == (shared / "examples" / f"{name}.txt").read_bytes()


def test_half_as_wide_a_resnet_has_a_quarter_of_the_parameters() -> None:
    done = cnndsl("show", "examples/resnet8-cifar.txt", "--set", "w=8", cwd=ROOT)
    assert done.code == 0
    assert "19,954 parameters, 3,236,160 MACs" in done.out


def test_a_cell_that_breaks_the_files_own_claim_is_refused_before_any_training() -> None:
    done = cnndsl("sweep", "examples/mnist-20k.txt", cwd=ROOT)
    refused = [line for line in done.out.splitlines() if "27,450" in line]
    assert len(refused) == 2  # one for each size of batch
    assert all("refused" in line for line in refused)
