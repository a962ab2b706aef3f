"""The images that a file or the command line names, for the commands that read them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cnndsl.cli import output
from cnndsl.errors import printable

if TYPE_CHECKING:
    from cnndsl.compiler import Experiment
    from cnndsl.data import Dataset
    from cnndsl.language.graph import Shape
    from cnndsl.language.syntax import Scalar, Word


def data_setting(text: str) -> tuple[str, Scalar | Word]:
    """What ``--data NAME|PATH`` sets: the setting's name and its value.

    What is the name of a data set is that, ``./mnist`` a path. Raises InputError D503 for a path that is not there,
    SettingsError D503 for a name that is none.
    """
    from cnndsl.data.catalogue import canonical_name, is_path
    from cnndsl.language.syntax import Word

    return ("data.images", text) if is_path(text) else ("data.name", Word(canonical_name(text)))


def image_shape(experiment: Experiment) -> Shape:
    """``(C, H, W)`` of the images: the named data set's; of one's own what the file wants, else what they are."""
    from cnndsl.data.shapes import SHAPE_OF

    data = experiment.settings.data
    if data.images is None:
        return SHAPE_OF[data.name]
    return experiment.graph.input_shape or _own(experiment).shape


def read_data(experiment: Experiment) -> Dataset:
    """The data set that the settings name; what was found while it was read is said."""
    from cnndsl.data import load

    data = experiment.settings.data
    if data.images is not None:
        dataset = _own(experiment)
    else:
        sizes = (data.train, data.valid, data.test)
        dataset = load(
            data.name,
            data_dir=seen_from_file(experiment, "dir"),
            sizes=tuple(size if isinstance(size, int) else None for size in sizes),
            label_base=data.label_base,
        )
    for remark in dataset.remarks:
        output.message(printable(remark))
    return dataset


def seen_from_file(experiment: Experiment, key: str) -> Path | None:
    """The path that ``dir`` or ``images`` is: one that the file names is seen from the file's own folder."""
    value, place = getattr(experiment.settings.data, key), experiment.settings.places.get(f"data.{key}")
    if value is None or place is None:
        return None
    return Path(value) if place.option else Path(place.span.file).parent / value


def _own(experiment: Experiment) -> Dataset:
    from cnndsl.data import load

    data = experiment.settings.data
    path = seen_from_file(experiment, "images")
    if path is None:
        raise TypeError("the settings name no path")
    stated = experiment.graph.input_shape
    shape = (stated[0], stated[1], stated[2]) if len(stated) == 3 else None
    return load(path, shape=shape, label_base=data.label_base, skip_bad=data.skip_bad)
