"""How many images ``all`` of them is, or a fraction."""

from __future__ import annotations

from cnndsl.data.dataset import Dataset
from cnndsl.errors import SettingsError

#: A number of images, a fraction of the official part that they are drawn from, or ``"all"`` that are left of it.
Size = int | float | str


def resolve(dataset: Dataset, train: Size, valid: Size, test: Size) -> tuple[int, int, int | None]:
    """The sizes of the three splits in images; ``None`` for a test split of all there are.

    Training and validation images share a part, unless the data set has one for each: then ``all`` is what the other
    leaves. Raises SettingsError D504 where both want all of it, or a fraction is less than one image.
    """
    shared, images = dataset.valid is None, len(dataset.train)
    if shared and train == "all" and valid == "all":
        message = f"train = all and valid = all share the {images:,} training images of {dataset.name}"
        raise SettingsError(message, code="D504", hint="a number or a fraction for one of them")
    of_valid = _count("valid", valid, images if dataset.valid is None else len(dataset.valid))
    of_train = _count("train", train, images)
    if shared and train == "all":
        of_train = images - of_valid
    elif shared and valid == "all":
        of_valid = images - of_train
    return of_train, of_valid, None if test == "all" else _count("test", test, len(dataset.test))


def _count(name: str, size: Size, images: int) -> int:
    if size == "all":
        return images
    if isinstance(size, int):
        return size
    count = round(float(size) * images)
    if not count:
        raise SettingsError(f"{name} = {size} of {images:,} images is none", code="D504", hint=f"raise {name}")
    return count
