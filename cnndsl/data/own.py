"""One's own data, whatever form they have: a folder of images, a CSV file that lists them, or NumPy arrays."""

from __future__ import annotations

from pathlib import Path

from cnndsl.data.arrays import read_arrays
from cnndsl.data.dataset import Dataset
from cnndsl.data.files import StrPath, is_directory, open_regular, refuse_html, wrong_format
from cnndsl.data.folder import list_folder, read_folder
from cnndsl.data.image_files import Listed
from cnndsl.data.images import Shape
from cnndsl.data.table import list_table, read_table

_TABLES = {".csv", ".tsv", ".txt"}
_HINT = "a folder with a folder of images for each class, a .csv of paths and labels, or an .npz"


def read_own(path: StrPath, shape: Shape | None = None, *, label_base: int = 0, skip_bad: bool = False) -> Dataset:
    """Read one's own images: ``shape`` is what the network takes, if that is known; pictures are made to fit it.

    Classes that are numbers are counted from ``label_base``. With ``skip_bad`` images that cannot be decoded are left
    out. Raises InputError as the reader of the form does, and D511 for a path of no such form.
    """
    path = Path(path)
    match form_of(path):
        case "arrays":
            return read_arrays(path, shape, label_base=label_base)
        case "table":
            return read_table(path, shape, label_base=label_base, skip_bad=skip_bad)
    return read_folder(path, shape, skip_bad=skip_bad)


def list_images(path: StrPath, label_base: int = 0) -> Listed:
    """The files of images that one's own data have; none, of arrays."""
    path = Path(path)
    match form_of(path):
        case "arrays":
            return {}
        case "table":
            return list_table(path, label_base)[0]
    return list_folder(path)[0]


def form_of(path: Path) -> str:
    """``folder``, ``table`` or ``arrays``. Raises InputError D503 where there is nothing, D511 for anything else."""
    if is_directory(path):
        return "arrays" if any(path.glob("*.npy")) else "folder"
    with open_regular(path) as file:
        head = file.read(100)
    refuse_html(path, head)
    if head.startswith((b"PK", b"\x93NUMPY")) or path.suffix.lower() in {".npz", ".npy"}:
        return "arrays"
    if path.suffix.lower() in _TABLES:
        return "table"
    raise wrong_format(path, "is no data set", _HINT)
