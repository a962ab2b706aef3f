"""Training, validation and test parts: drawn from a seed, disjoint, balanced, and standardised alike."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import numpy as np
from attrs import frozen

from cnndsl.data.dataset import Dataset, Floats, Labelled, Labels, Pixels, Split, Splits
from cnndsl.data.sampling import Balance, Indices, fold, sample
from cnndsl.data.standardise import channel_statistics, standardise
from cnndsl.data.storage import collect, room
from cnndsl.errors import SettingsError

_PIECE = 1 << 20  # bytes that are hashed at a time


@frozen(eq=False)
class _Drawn:
    """Images of a split as they were read, and their labels."""

    images: Pixels
    labels: Labels


def make_splits(
    dataset: Dataset,
    *,
    train: int = 5000,
    valid: int = 500,
    test: int | None = 500,
    seed: int,
    balanced: Balance = True,
    scale: str = "standardize",
    folds: tuple[int, int] | None = None,
) -> Splits:
    """Draw the three parts and standardise them with the training part's mean and standard deviation.

    ``scale`` may be ``"unit"`` or ``"none"`` instead: pixels from 0 to 1, or from 0 to 255.

    Images are drawn from the part of the same name, those of a part that the data set does not have from
    ``dataset.train``; no image is in two parts. ``test=None`` is all of ``dataset.test``.
    Within each part the images keep the order of the file. ``balanced`` gives every class the same number of images,
    give or take one where the size is no multiple of the number of classes; ``"stratified"`` gives each its share of
    those there are; otherwise they are drawn as they come. The same data set, sizes and seed give the same parts.

    With ``folds`` = (2, 5) the training and validation images are parted anew: the second fifth of them validates. The
    parts are the same whatever the fold, and the classes have the same shares in all unless ``balanced`` is false.

    Only what is drawn is read. Raises SettingsError D504: a size below 1, or more images asked for than there are; and
    what reading them raises.
    """
    _check_sizes({"train": train, "valid": valid, "test": test})
    training, validation, testing = _draw_all(dataset, train, valid, test, seed, balanced)
    if folds:
        training, validation = _refolded(training, validation, folds, (seed, "fold"), stratified=balanced is not False)
    return _scaled(dataset, (_read(training), _read(validation), _read(testing)), scale)


#: Where the images of a split are: parts of the data set, and which of theirs.
_Chosen = list[tuple[Labelled, Indices]]


def _draw_all(
    dataset: Dataset, train: int, valid: int, test: int | None, seed: int, balanced: Balance
) -> tuple[_Chosen, _Chosen, _Chosen]:
    sizes = {"train": train, "valid": valid, "test": test}
    own = {"train": dataset.train, "valid": dataset.valid, "test": dataset.test}
    sharing = [part for part in own if part == "train" or own[part] is None]
    chosen: dict[str, _Chosen] = {}
    for parts in (sharing, *([part] for part in own if part not in sharing)):
        source = own[parts[0]] or dataset.train
        counts = [sizes[part] or len(source) for part in parts]
        if parts == ["test"] and test is None:
            chosen["test"] = [(source, np.arange(len(source)))]
            continue
        drawn = _draw(dataset, source, parts[0], counts, seed, balanced=balanced)
        chosen |= {part: [(source, indices)] for part, indices in zip(parts, drawn, strict=True)}
    return chosen["train"], chosen["valid"], chosen["test"]


def _refolded(
    training: _Chosen, validation: _Chosen, folds: tuple[int, int], key: tuple[int, str], *, stratified: bool
) -> tuple[_Chosen, _Chosen]:
    """The same images, parted into those of one fold and those of the others."""
    pieces = [*training, *validation]
    labels = np.concatenate([source.labels[indices] for source, indices in pieces])
    others, own = fold(labels, *folds, key=key, stratified=stratified)
    return _picked(pieces, others), _picked(pieces, own)


def _picked(pieces: _Chosen, which: Indices) -> _Chosen:
    """Those images of all the pieces, counted through, that ``which`` names; each piece in the order of its file."""
    ends = np.cumsum([len(indices) for _, indices in pieces])
    picked = []
    for (source, indices), end in zip(pieces, ends, strict=True):
        begin = end - len(indices)
        within = which[(which >= begin) & (which < end)] - begin
        picked.append((source, np.sort(indices[within])))
    return picked


def _read(chosen: _Chosen) -> _Drawn:
    """The images themselves."""
    chosen = [(source, indices) for source, indices in chosen if len(indices)]
    labels = np.concatenate([source.labels[indices] for source, indices in chosen])
    read = [collect(source.images, indices) for source, indices in chosen]
    if len(read) == 1:
        return _Drawn(read[0], labels)
    images = room((len(labels), *read[0].shape[1:]), np.uint8)
    np.concatenate(read, out=images)
    return _Drawn(images, labels)


def _check_sizes(sizes: dict[str, int | None]) -> None:
    for name, size in sizes.items():
        if size is not None and size < 1:
            raise SettingsError(f"{name} = {size}: at least one image is needed", code="D504", hint=f"raise {name}")


def _draw(
    dataset: Dataset, source: Labelled, part: str, sizes: list[int], seed: int, *, balanced: Balance
) -> list[Indices]:
    classes = len(dataset.classes)
    try:
        return sample(source.labels, sizes, classes=classes, key=(seed, "split", part), balanced=balanced)
    except SettingsError as error:
        asked = " + ".join(f"{size:,}" for size in sizes)
        message = f"{dataset.name}, {asked} from its {part} part: {error.message}"
        raise SettingsError(message, code=error.code, hint=error.hint) from None


def _scaled(dataset: Dataset, parts: tuple[_Drawn, _Drawn, _Drawn], scale: str) -> Splits:
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


def _shared(train: _Drawn, valid: _Drawn, test: _Drawn) -> tuple[int, int]:
    """How many images of the two other parts are among the training images."""
    known = set(_digests(train))
    return sum(one in known for one in _digests(valid)), sum(one in known for one in _digests(test))


def _digests(part: _Drawn) -> Iterator[bytes]:
    # Digests, not the images: of a large data set these would be as large once more.
    return (hashlib.blake2b(image.tobytes(), digest_size=16).digest() for image in part.images)


def _fixed(channels: int, scale: str) -> tuple[Floats, Floats]:
    """What to take off pixels / 255 and divide them by, for the same range whatever the images."""
    largest = {"unit": 1, "none": 255}[scale]
    return np.zeros(channels, np.float32), np.full(channels, 1 / largest, np.float32)


def _split(part: _Drawn, mean: Floats, std: Floats) -> Split:
    images, labels = standardise(part.images, mean, std), part.labels.copy()
    for array in (images, labels):
        array.flags.writeable = False  # batches in order are views of these
    return Split(images=images, labels=labels)


def _fingerprint(parts: tuple[_Drawn, ...]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        flat = part.images.reshape(-1)
        for start in range(0, len(flat), _PIECE):
            digest.update(flat[start : start + _PIECE].data)
        digest.update(part.labels.astype("<i8").tobytes())
    return digest.hexdigest()
