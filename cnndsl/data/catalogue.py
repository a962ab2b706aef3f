"""The data sets that are known by name, and where each comes from: the package, a directory, or the network."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

from cnndsl.data.bundle import BUNDLE_SIZES, read_bundle
from cnndsl.data.cifar import read_cifar10
from cnndsl.data.dataset import Dataset
from cnndsl.data.fetch import fetch_cifar10, fetch_mnist
from cnndsl.data.files import StrPath, missing
from cnndsl.data.idx import read_mnist
from cnndsl.data.shapes import BUILT_IN
from cnndsl.errors import SettingsError

_READERS = {"mnist": (read_mnist, fetch_mnist), "cifar10": (read_cifar10, fetch_cifar10)}


def load(name: str, *, data_dir: StrPath | None = None, sizes: tuple[int | None, ...] = (5000, 500, 500)) -> Dataset:
    """Read a data set by name, for splits of ``sizes`` = (train, valid, test), None being a share of all there are.

    With ``data_dir`` the files there are read. Without it MNIST is the bundled subset where that is large enough;
    everything else is downloaded once, into a cache.

    Raises SettingsError for an unknown name; InputError D503 where the data are not to be had, D510 to D513 where
    they are not as they should be.
    """
    if name not in _READERS:
        raise _unknown(name)
    read, fetch = _READERS[name]
    if data_dir is not None:
        if not os.path.lexists(data_dir):
            raise missing(data_dir, "no such directory", f"give the directory that holds the files of {name}")
        return read(Path(data_dir))
    if name == "mnist" and _fits_bundle(sizes):
        return read_bundle()
    return read(fetch())


def _fits_bundle(sizes: tuple[int | None, ...]) -> bool:
    return all(size is not None and size <= most for size, most in zip(sizes, BUNDLE_SIZES.values(), strict=True))


def _unknown(name: str) -> SettingsError:
    close = difflib.get_close_matches(name.lower().replace("-", ""), BUILT_IN, n=1)
    hint = f"did you mean {close[0]}?" if close else f"there are {' and '.join(BUILT_IN)}"
    return SettingsError(f"no data set is called {name!r}", code="D503", hint=hint)
