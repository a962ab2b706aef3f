"""Data sets by name, wherever they come from: a package, a directory, the network; or by path, of one's own images."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from cnndsl.data.bundle import BUNDLE_SIZES, read_bundle
from cnndsl.data.cifar import read_cifar10, read_cifar100
from cnndsl.data.dataset import Dataset
from cnndsl.data.digits import read_digits
from cnndsl.data.fetch import fetch
from cnndsl.data.files import StrPath, missing
from cnndsl.data.idx import read_fashion_mnist, read_mnist
from cnndsl.data.images import Shape
from cnndsl.data.own import read_own
from cnndsl.data.shapes import BUILT_IN
from cnndsl.errors import SettingsError

_READERS: dict[str, Callable[[Path], Dataset]] = {
    "mnist": read_mnist,
    "fashion_mnist": read_fashion_mnist,
    "cifar10": read_cifar10,
    "cifar100": read_cifar100,
}
_WITH_BASE = {"mnist": read_mnist, "fashion_mnist": read_fashion_mnist}


def load(
    name: StrPath,
    *,
    data_dir: StrPath | None = None,
    sizes: tuple[int | None, ...] = (5000, 500, 500),
    label_base: int = 0,
    shape: Shape | None = None,
    skip_bad: bool = False,
) -> Dataset:
    """Read a data set by name, for splits of ``sizes`` = (train, valid, test), None being a share of all there are.

    What is no name of a data set is the path of one's own images, as a ``Path`` always is: they are read as
    :func:`~cnndsl.data.own.read_own` does, in the ``shape`` that a network takes.

    With ``data_dir`` the files there are read; those of the IDX format may number their classes from ``label_base``.
    Without it MNIST is the bundled subset where that is large enough, the digits are those of scikit-learn, and
    everything else is downloaded once, into a cache.

    Raises SettingsError for an unknown name; InputError D503 where the data are not to be had, D510 to D515 where
    they are not as they should be.
    """
    if is_path(name):
        return read_own(name, shape, label_base=label_base, skip_bad=skip_bad)
    name = canonical_name(str(name))
    if name == "digits":
        if data_dir is not None:
            raise SettingsError("digits come with scikit-learn and have no folder", code="C407", hint="leave it out")
        return read_digits()
    read = partial(_WITH_BASE[name], label_base=label_base) if name in _WITH_BASE else _READERS[name]
    if data_dir is not None:
        if not os.path.lexists(data_dir):
            raise missing(data_dir, "no such directory", f"give the directory that holds the files of {name}")
        return read(Path(data_dir))
    if name == "mnist" and _fits_bundle(sizes) and not label_base:
        return read_bundle()
    return read(fetch(name))


def is_path(name: StrPath) -> bool:
    """Whether this is a path and no name: ``./mnist`` and ``photos``, if there is such a folder, but not ``mnist``.

    Raises InputError D503 where it can only be a path, and nothing is there.
    """
    if not isinstance(name, str):
        return True
    if name.lower().replace("-", "_") in BUILT_IN:
        return False
    if os.path.lexists(name):
        return True
    if {*name} & {"/", os.sep, "."}:
        raise missing(name, "not found", "a path from here, or the name of a data set")
    return False


def canonical_name(name: str) -> str:
    """The name of a data set as the language has it, of ``Fashion-MNIST`` too; SettingsError D503 for others."""
    found = name.lower().replace("-", "_")
    if found in BUILT_IN:
        return found
    plain = {known.replace("_", ""): known for known in BUILT_IN}
    close = difflib.get_close_matches(found.replace("_", ""), plain, n=1)
    hint = f"did you mean {plain[close[0]]}?" if close else f"there are {', '.join(BUILT_IN)}; or give a path"
    raise SettingsError(f"no data set is called {name!r}", code="D503", hint=hint)


def _fits_bundle(sizes: tuple[int | None, ...]) -> bool:
    return all(size is not None and size <= most for size, most in zip(sizes, BUNDLE_SIZES.values(), strict=True))
