"""How many images ``all`` of them is, or a fraction."""

from __future__ import annotations

from cnndsl.data.dataset import Dataset, Size
from cnndsl.errors import SettingsError

_PARTS = ("train", "valid", "test")


def resolve(dataset: Dataset, train: Size, valid: Size, test: Size) -> tuple[int, int, int | None]:
    """The sizes of the three splits in images; ``None`` for a test split of all there are.

    ``auto`` is what the data set suggests. Parts that the data set does not have apart share its
    training images: then ``all`` is what the others leave. Raises SettingsError D504 where two want all of them, or a
    fraction is less than one image.
    """
    own = {"train": dataset.train, "valid": dataset.valid, "test": dataset.test}
    asked = dict(zip(_PARTS, (train, valid, test), strict=True))
    images = {part: len(own[part] or dataset.train) for part in _PARTS}
    sharing = [part for part in _PARTS if part == "train" or own[part] is None]
    counts: dict[str, int] = {}
    for part, usual in zip(_PARTS, dataset.sizes, strict=True):
        size = asked[part]
        if size == "auto":
            # What nobody asked for is never too little.
            counts[part] = max(1, _count(part, usual, images[part], at_least=0))
            asked[part] = usual
        else:
            counts[part] = _count(part, size, images[part])
    greedy = [part for part in sharing if asked[part] == "all"]
    if len(greedy) > 1:
        wanted = " and ".join(f"{part} = all" for part in greedy)
        message = f"{wanted} share the {len(dataset.train):,} training images of {dataset.name}"
        raise SettingsError(message, code="D504", hint="a number or a fraction for one of them")
    for part in greedy:
        counts[part] = len(dataset.train) - sum(counts[other] for other in sharing if other != part)
    whole_test = asked["test"] == "all" and dataset.test is not None
    return counts["train"], counts["valid"], None if whole_test else counts["test"]


def _count(name: str, size: Size, images: int, *, at_least: int = 1) -> int:
    if size == "all":
        return images
    if isinstance(size, int):
        return size
    count = round(float(size) * images)
    if count < at_least:
        raise SettingsError(f"{name} = {size} of {images:,} images is none", code="D504", hint=f"raise {name}")
    return count
