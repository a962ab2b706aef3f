"""Data sets larger than the memory that is allowed: mapped, drawn from and trained on all the same."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.data import Dataset, make_splits
from cnndsl.data.storage import collect, room
from cnndsl.errors import OutputError, SettingsError

from .samples import make_labelled, unhurried

ROOT = Path(__file__).parents[2]
# What Python and NumPy may have for themselves is measured, and so little beside it that the images do not fit.
SCRIPT = """
import resource, sys
import numpy as np
import sklearn.model_selection
from cnndsl.data import make_splits
from cnndsl.data.own import read_own

def data_size():
    status = open("/proc/self/status").read()
    return int(status.split("VmData:")[1].split()[0]) << 10

path, train, allowed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) << 20
resource.setrlimit(resource.RLIMIT_DATA, (data_size() + allowed,) * 2)
dataset = read_own(path)
splits = make_splits(dataset, train=train, valid=10, test=10, seed=0, balanced="stratified", scale="unit")
part = splits.train
rows = part.images[:, 0, 0, 0], part.labels
print(len(part), part.images.dtype, bool((np.rint(rows[0] * 255) == rows[1] * 100).all()))
"""


def test_small_arrays_are_in_memory_and_large_ones_are_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CNNDSL_CACHE", str(tmp_path))
    monkeypatch.setenv("CNNDSL_MEMORY", "1")
    assert room((1 << 20,), np.uint8).flags.owndata
    assert not (tmp_path / "mapped").exists()
    large = room(((1 << 18) + 1,), np.float32)
    assert not large.flags.owndata
    assert large.flags.writeable
    assert list((tmp_path / "mapped").iterdir()) == [], "the file has no name"
    large[-1] = 7
    assert large[-1] == 7


@unhurried
@given(st.lists(st.integers(0, 29), max_size=40))
def test_what_is_collected_is_what_was_asked_for(which: list[int]) -> None:
    images = np.random.default_rng(0).integers(0, 256, (30, 2, 3, 3), dtype=np.uint8)
    indices = np.array(which, np.intp)
    np.testing.assert_array_equal(collect(images, indices), images[indices])


def test_mapped_splits_have_the_same_bits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    part = make_labelled(np.arange(600) % 10, shape=(3, 32, 32))
    dataset = Dataset(
        "toy", part, make_labelled(np.arange(20) % 10, first=900, shape=(3, 32, 32)), (*"abcdefghij",), ""
    )
    small = make_splits(dataset, train=500, valid=50, test=20, seed=1)
    monkeypatch.setenv("CNNDSL_CACHE", str(tmp_path))
    monkeypatch.setenv("CNNDSL_MEMORY", "0")
    mapped = make_splits(dataset, train=500, valid=50, test=20, seed=1)
    assert not mapped.train.images.flags.owndata
    assert mapped.fingerprint == small.fingerprint
    assert mapped.shared == small.shared
    for ours, theirs in ((mapped.train, small.train), (mapped.valid, small.valid), (mapped.test, small.test)):
        np.testing.assert_array_equal(ours.images, theirs.images)
        assert not ours.images.flags.writeable


def test_a_disk_that_is_full_is_said_before_anything_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CNNDSL_CACHE", str(tmp_path))
    with pytest.raises(OutputError, match="MiB of images do not fit the disk") as error:
        room((shutil.disk_usage(tmp_path).total * 4,), np.uint8)
    assert error.value.exit_code == 5
    assert "CNNDSL_CACHE" in error.value.hint


def test_no_cache_to_write_to(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("CNNDSL_CACHE", str(tmp_path / "file"))
    monkeypatch.setenv("CNNDSL_MEMORY", "0")
    assert room((10,), np.uint8).shape == (10,)


def test_an_allowance_that_is_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNDSL_MEMORY", "1 GiB")
    with pytest.raises(SettingsError, match="CNNDSL_MEMORY = '1 GiB' is no number of MiB"):
        room((10,), np.uint8)


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is one of Linux")
@pytest.mark.parametrize(
    ("train", "memory", "allowed"),
    [(500, 1024, 40), (30_000, 4, 40)],
    ids=["a few of many: only these are read", "all of them: mapped"],
)
def test_memory_is_bounded_by_what_is_asked_or_allowed(tmp_path: Path, train: int, memory: int, allowed: int) -> None:
    """91 MiB of pixels, 363 as floats, in a process that may have 40 more than it began with."""
    labels = np.arange(31_000) % 2
    images = np.lib.format.open_memmap(tmp_path / "images.npy", "w+", np.uint8, (len(labels), 3, 32, 32))
    images[:] = (labels * 100)[:, np.newaxis, np.newaxis, np.newaxis]
    images.flush()
    del images
    np.save(tmp_path / "labels.npy", labels)
    limits = {"CNNDSL_MEMORY": str(memory), "CNNDSL_CACHE": str(tmp_path / "cache"), "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path), str(train), str(allowed)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), **limits},
    )
    assert done.stderr == ""
    assert done.stdout.split() == [str(train), "float32", "True"]
