"""The bundled images: what they are, that nothing is shared between the parts, and that they can be made again."""

from __future__ import annotations

import time
import zipfile
import zlib
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from cnndsl.data import make_bundle
from cnndsl.data.bundle import BUNDLE_FILE, read_bundle
from cnndsl.data.dataset import Dataset, Labelled
from cnndsl.data.splits import make_splits
from cnndsl.errors import InputError

from .samples import refused

BUNDLED = resources.files("cnndsl.data").joinpath("bundled")


def images_of(part: Labelled) -> list[bytes]:
    return [image.tobytes() for image in part.images]


def test_counts() -> None:
    bundle = read_bundle()
    assert bundle.valid is not None
    for part, count in ((bundle.train, 500), (bundle.valid, 50), (bundle.test, 50)):
        assert np.bincount(part.labels).tolist() == [count] * 10
        assert part.images.shape == (10 * count, 1, 28, 28)
        assert part.images.dtype == np.uint8
        assert part.labels.dtype == np.int64
        assert np.count_nonzero(np.diff(part.labels)) > 8 * count  # mixed, not sorted by class
    assert (bundle.name, bundle.shape, bundle.classes) == ("mnist", (1, 28, 28), tuple("0123456789"))


def test_no_image_is_there_twice() -> None:
    bundle = read_bundle()
    assert bundle.valid is not None
    together = images_of(bundle.train) + images_of(bundle.valid) + images_of(bundle.test)
    assert len(set(together)) == 6000


@pytest.mark.parametrize("seed", [0, 1])
def test_the_usual_splits_are_its_parts_whatever_the_seed(seed: int) -> None:
    bundle = read_bundle()
    assert bundle.valid is not None
    splits = make_splits(bundle, seed=seed)
    for split, part in ((splits.train, bundle.train), (splits.valid, bundle.valid), (splits.test, bundle.test)):
        np.testing.assert_array_equal(split.labels, part.labels)
        raw = np.rint((split.images * splits.std + splits.mean) * 255)
        np.testing.assert_array_equal(raw, part.images)
    assert splits.fingerprint == "ca1639f84974aaf2de8d0935f1dd46bd3fc9a91f02e86d751edf4dc15cd59986"


def test_small_and_quick() -> None:
    with resources.as_file(BUNDLED.joinpath(BUNDLE_FILE)) as path:
        assert path.stat().st_size < 1_000_000
    fastest = min(_seconds_to_read() for _ in range(3))
    assert fastest < 0.1


def _seconds_to_read() -> float:
    start = time.perf_counter()
    read_bundle()
    return time.perf_counter() - start


def test_the_notice_names_authors_licence_and_changes() -> None:
    notice = BUNDLED.joinpath("NOTICE.md").read_text(encoding="utf-8")
    for words in ("Yann LeCun", "Corinna Cortes", "Christopher J. C. Burges", "CC BY-SA 3.0", "6,000", "--seed 0"):
        assert words in notice


def test_a_damaged_bundle(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "bundled").mkdir()
    whole = BUNDLED.joinpath(BUNDLE_FILE).read_bytes()
    monkeypatch.setattr(resources, "files", lambda _: tmp_path)
    for damaged in (b"", whole[:1000], whole[:50_000] + bytes(100) + whole[50_100:], None):
        path = tmp_path / "bundled" / BUNDLE_FILE
        path.unlink(missing_ok=True) if damaged is None else path.write_bytes(damaged)
        with pytest.raises(InputError) as error:
            read_bundle()
        refused(error, "D510", "bundled")


@pytest.fixture(scope="session")
def made(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bundle") / "again.npz"
    make_bundle.main([str(shared_data / "mnist"), "--seed", "0", "--out", str(path)])
    return path


def test_making_it_again_gives_the_same_images(made: Path) -> None:
    with np.load(made, allow_pickle=False) as again, BUNDLED.joinpath(BUNDLE_FILE).open("rb") as stream:
        bundled = np.load(stream, allow_pickle=False)
        assert sorted(again) == sorted(bundled)
        for name in again:
            np.testing.assert_array_equal(again[name], bundled[name])


@pytest.mark.skipif("ng" in zlib.ZLIB_RUNTIME_VERSION, reason="zlib-ng compresses to other bytes than zlib")
def test_making_it_again_gives_the_same_bytes(made: Path) -> None:
    assert made.read_bytes() == BUNDLED.joinpath(BUNDLE_FILE).read_bytes()


def test_the_parts_come_from_the_official_sets(real_mnist: Dataset) -> None:
    bundle = read_bundle()
    assert bundle.valid is not None
    train, test = (dict(zip(images_of(part), part.labels, strict=True)) for part in (real_mnist.train, real_mnist.test))
    for part, source in ((bundle.train, train), (bundle.valid, train), (bundle.test, test)):
        assert [source[image] for image in images_of(part)] == part.labels.tolist()


def test_the_seed_chooses(toy: Dataset) -> None:
    chosen = [make_bundle._turns(toy.train, 10, 5, (seed, "bundle", "test")).tolist() for seed in (0, 0, 1)]
    assert chosen[0] == chosen[1] != chosen[2]


def test_equal_arrays_give_equal_bytes_at_any_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arrays = {"a": np.arange(100, dtype=np.uint8), "b": np.zeros((3, 4), np.uint8)}
    make_bundle.write_npz(tmp_path / "one.npz", arrays)
    monkeypatch.setattr(time, "time", lambda: 2e9)
    make_bundle.write_npz(tmp_path / "two.npz", arrays)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.npz") as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    with np.load(tmp_path / "one.npz", allow_pickle=False) as read:
        np.testing.assert_array_equal(read["a"], arrays["a"])
