"""Training, validation and test parts: drawn from a seed, disjoint, balanced, and standardised alike."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import numpy as np

from cnndsl.data.dataset import Dataset, Floats, Labelled, Split, Splits
from cnndsl.data.sampling import sample
from cnndsl.data.standardise import channel_statistics, standardise
from cnndsl.errors import SettingsError


def make_splits(
    dataset: Dataset,
    *,
    train: int = 5000,
    valid: int = 500,
    test: int | None = 500,
    seed: int,
    balanced: bool = True,
    scale: str = "standardize",
) -> Splits:
    """Draw the three parts and standardise them with the training part's mean and standard deviation.

    ``scale`` may be ``"unit"`` or ``"none"`` instead: pixels from 0 to 1, or from 0 to 255.

    Training and validation images are drawn from ``dataset.train`` and are disjoint (validation images from
    ``dataset.valid``, where there is one); test images are drawn from ``dataset.test``, ``None`` being all of them.
    Within each part the images keep the order of the file. ``balanced`` gives every class the same number of images,
    give or take one where the size is no multiple of the number of classes; otherwise they are drawn as they come.
    The same data set, sizes and seed give the same parts.

    Raises SettingsError D504: a size below 1, or more images asked for than there are.
    """
    _check_sizes({"train": train, "valid": valid, "test": test})
    if dataset.valid is None:
        training, validation = _draw(dataset, "train", (train, valid), seed, balanced=balanced)
    else:
        (training,) = _draw(dataset, "train", (train,), seed, balanced=balanced)
        (validation,) = _draw(dataset, "valid", (valid,), seed, balanced=balanced)
    testing = dataset.test if test is None else _draw(dataset, "test", (test,), seed, balanced=balanced)[0]
    return _scaled(dataset, (training, validation, testing), scale)


def _check_sizes(sizes: dict[str, int | None]) -> None:
    for name, size in sizes.items():
        if size is not None and size < 1:
            raise SettingsError(f"{name} = {size}: at least one image is needed", code="D504", hint=f"raise {name}")


def _draw(dataset: Dataset, part: str, sizes: tuple[int, ...], seed: int, *, balanced: bool) -> list[Labelled]:
    source: Labelled = getattr(dataset, part)
    classes = len(dataset.classes)
    try:
        drawn = sample(source.labels, sizes, classes=classes, key=(seed, "split", part), balanced=balanced)
    except SettingsError as error:
        asked = " + ".join(f"{size:,}" for size in sizes)
        message = f"{dataset.name}, {asked} from its {part} part: {error.message}"
        raise SettingsError(message, code=error.code, hint=error.hint) from None
    return [Labelled(images=source.images[indices], labels=source.labels[indices]) for indices in drawn]


def _scaled(dataset: Dataset, parts: tuple[Labelled, Labelled, Labelled], scale: str) -> Splits:
    mean, std = channel_statistics(parts[0].images) if scale == "standardize" else _fixed(dataset.shape[0], scale)
    train, valid, test = (_split(part, mean, std) for part in parts)
    return Splits(
        name=dataset.name,
        train=train,
        valid=valid,
        test=test,
        mean=mean,
        std=std,
        classes=dataset.classes,
        fingerprint=_fingerprint(parts),
        shared=_shared(*parts),
    )


def _shared(train: Labelled, valid: Labelled, test: Labelled) -> tuple[int, int]:
    """How many images of the two other parts are among the training images."""
    known = set(_digests(train))
    return sum(one in known for one in _digests(valid)), sum(one in known for one in _digests(test))


def _digests(part: Labelled) -> Iterator[bytes]:
    # Digests, not the images: of a large data set these would be as large once more.
    return (hashlib.blake2b(image.tobytes(), digest_size=16).digest() for image in part.images)


def _fixed(channels: int, scale: str) -> tuple[Floats, Floats]:
    """What to take off pixels / 255 and divide them by, for the same range whatever the images."""
    largest = {"unit": 1, "none": 255}[scale]
    return np.zeros(channels, np.float32), np.full(channels, 1 / largest, np.float32)


def _split(part: Labelled, mean: Floats, std: Floats) -> Split:
    images, labels = standardise(part.images, mean, std), part.labels.copy()
    for array in (images, labels):
        array.flags.writeable = False  # batches in order are views of these
    return Split(images=images, labels=labels)


def _fingerprint(parts: tuple[Labelled, ...]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(np.ascontiguousarray(part.images).data)
        digest.update(part.labels.astype("<i8").tobytes())
    return digest.hexdigest()
