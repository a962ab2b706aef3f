"""What is fuzzed: each target reads bytes as one kind of file, and may raise this project's own errors alone."""

from __future__ import annotations

import gzip
import io
import os
import struct
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

import numpy as np
from attrs import frozen

from cnndsl.errors import CnndslError

ROOT = Path(__file__).parents[2]
NET = "input 1x4x4\nstem: Conv 2 3 pad=same\nBatchNorm\nReLU\nFlatten\nFC 3\nSoftmax\n"


@frozen
class Target:
    """A reader of a file, and contents to begin with."""

    read: Callable[[Path], object]
    seeds: Callable[[], list[bytes]]

    def __call__(self, content: bytes) -> None:
        """Have a file with this content read; anything but an error of this project's own is a finding."""
        path = _scratch()
        path.write_bytes(content)
        with suppress(CnndslError):
            self.read(path)


@cache
def _scratch() -> Path:
    """A file that is written over and over, in memory where there is such a place."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made below it
    folder = tempfile.mkdtemp(prefix="cnndsl-fuzz-", dir=memory if os.access(memory, os.W_OK) else None)
    return Path(folder) / "input"


def _model_file(path: Path) -> None:
    from cnndsl.compiler import check_experiment
    from cnndsl.language.source import read_source

    source = read_source(str(path))
    check_experiment(source)
    check_experiment(source, input_shape=(3, 32, 32))


def _model_seeds() -> list[bytes]:
    files = (*sorted((ROOT / "examples").glob("*.txt")), ROOT / "inputdir" / "model.txt")
    return [path.read_bytes() for path in files] + [NET.encode()]


def _idx(path: Path) -> None:
    from cnndsl.data.idx import read_idx

    read_idx(path)


def _idx_seeds() -> list[bytes]:
    images = bytes((0, 0, 8, 3)) + struct.pack(">3I", 2, 3, 4) + bytes(24)
    return [images, gzip.compress(images), bytes((0, 0, 8, 1)) + struct.pack(">I", 3) + b"\0\1\2"]


def _cifar(path: Path) -> None:
    from cnndsl.data.cifar import read_cifar10, read_cifar100

    for read in (read_cifar10, read_cifar100):
        with suppress(CnndslError):
            read(path)


def _cifar_seeds() -> list[bytes]:
    import tarfile

    def packed(**members: int) -> bytes:
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as archive:
            for name, size in members.items():
                entry = tarfile.TarInfo(f"cifar/{name}.bin")
                entry.size = size
                archive.addfile(entry, io.BytesIO(bytes(size)))
        return out.getvalue()

    tars = [packed(data_batch_1=3073, test_batch=3073), packed(train=3074, test=3074)]
    return [*tars, *map(gzip.compress, tars)]


def _npz(path: Path) -> None:
    """An archive; or one array, beside which labels are laid, since no checksum keeps its header from the parser."""
    from cnndsl.data.arrays import read_arrays

    if path.read_bytes()[:6] == b"\x93NUMPY":
        folder = path.with_name("arrays")
        folder.mkdir(exist_ok=True)
        np.save(folder / "labels.npy", np.array([0, 1]))
        path = path.replace(folder / "images.npy").parent
    read_arrays(path).train.images[:]


def _npz_seeds() -> list[bytes]:
    images, labels = np.arange(24, dtype=np.uint8).reshape(2, 3, 4), np.array([0, 1])
    seeds = []
    for save in (np.savez, np.savez_compressed):
        for pixels in (images, images / 255, np.asfortranarray(images)):
            out = io.BytesIO()
            save(out, images=pixels, labels=labels, classes=np.array(["a", "b"]))
            seeds.append(out.getvalue())
    for pixels in (images, images / 255, np.asfortranarray(images), images.astype(">i2"), images > 9):
        out = io.BytesIO()
        np.save(out, pixels)
        seeds.append(out.getvalue())
    return seeds


def _checkpoint(path: Path) -> None:
    from cnndsl.training.saved import load_saved

    load_saved(path)


def _checkpoint_seeds() -> list[bytes]:
    from cnndsl.compiler import compile_model
    from cnndsl.training.weights import save_weights

    params, state = compile_model(NET).init(seed=0)
    path = _scratch().with_name("weights")
    save_weights(path, params, state, {"network": NET, "epoch": 1})
    return [path.read_bytes()]


TARGETS = {
    "model": Target(_model_file, _model_seeds),
    "idx": Target(_idx, _idx_seeds),
    "cifar": Target(_cifar, _cifar_seeds),
    "npz": Target(_npz, _npz_seeds),
    "checkpoint": Target(_checkpoint, _checkpoint_seeds),
}
