"""The generic fold: the lines of ``augment``, in their order, over the batches of an epoch.

What befalls an image depends on the key, the line, and the place of the image in the epoch, so on nothing that the
machine decides: all of it is drawn before the first batch, a row an image.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from attrs import frozen

from cnndsl import keys
from cnndsl.augment import kind_of
from cnndsl.augment._kind import Changing, Mixing, Tones
from cnndsl.labels import mixture
from cnndsl.layers._kind import Array, Shape
from cnndsl.settings.augment import Operation


@frozen(eq=False)
class Drawn:
    """For the images of an epoch, or some of them: which a line is applied to, bool ``(N,)``, and its table."""

    chosen: Array
    table: Array

    def part(self, first: int, last: int) -> Drawn:
        """That of the images from ``first`` to before ``last``."""
        return Drawn(self.chosen[first:last], self.table[first:last])


def augmented(
    batches: Iterable[tuple[Array, Array]],
    operations: tuple[Operation, ...],
    tones: Tones,
    *,
    images: int,
    shape: Shape,
    key: keys.Key,
    first: int = 0,
) -> Iterator[tuple[Array, Array]]:
    """The batches of an epoch of ``images`` of ``shape``, ``(N, C, H, W)`` and labels int64 ``(N,)``, operated on.

    ``first`` is the place in the epoch of the first image that comes, if those before it are left out. With operations
    that mix images the labels are mixtures (:mod:`cnndsl.labels`).
    """
    drawn = draw(operations, shape, images, key)
    for x, labels in batches:
        last = first + len(x)
        yield augment(operations, tuple(own.part(first, last) for own in drawn), x, labels, tones)
        first = last


def draw(operations: tuple[Operation, ...], shape: Shape, images: int, key: keys.Key) -> tuple[Drawn, ...]:
    """What the operations leave to chance for ``images`` of ``shape`` ``(C, H, W)``; each line has a key of its own."""
    drawn = []
    for line, operation in enumerate(operations):
        kind, often = kind_of(operation), getattr(operation, "p", 1.0)
        chosen = keys.generator(key, line, "chosen").random(images) < often
        drawn.append(Drawn(chosen, kind.draw(operation, shape, images, keys.generator(key, line, "drawn"))))
        shape = kind.out_shape(operation, shape)
    return tuple(drawn)


def augment(
    operations: tuple[Operation, ...], drawn: tuple[Drawn, ...], x: Array, labels: Array, tones: Tones
) -> tuple[Array, Array]:
    """A batch after the operations, of which ``drawn`` has what befalls its images. The arguments stay as they are.

    The images that others are mixed with are those before them in the batch, the last one for the first.
    """
    weights = np.zeros((len(x), label_parts(operations)))
    weights[:, 0] = 1
    for operation, own in zip(operations, drawn, strict=True):
        kind = kind_of(operation)
        if isinstance(kind, Changing):
            x = _changed(kind, operation, own, x, tones)
        else:
            x, share = _mixed(kind, operation, own, x)
            # The label at place k is that of the image k before: what the neighbour had at a place, this has one later.
            weights = share * weights + (1 - share) * np.roll(weights, (1, 1), (0, 1))
    if weights.shape[1] == 1:
        return x, labels
    return x, mixture(np.stack([np.roll(labels, back) for back in range(weights.shape[1])], axis=1), weights)


def label_parts(operations: tuple[Operation, ...]) -> int:
    """How many classes a label is made of, at most: each mixing adds one."""
    return 1 + sum(isinstance(kind_of(operation), Mixing) for operation in operations)


def _changed(kind: Changing, operation: Any, own: Drawn, x: Array, tones: Tones) -> Array:
    if own.chosen.all():
        return kind.change(operation, x, own.table, tones)
    out = x.copy()
    out[own.chosen] = kind.change(operation, x[own.chosen], own.table[own.chosen], tones)
    return out


def _mixed(kind: Mixing, operation: Any, own: Drawn, x: Array) -> tuple[Array, Array]:
    """The images, and which share of each is its own, ``(N, 1)``."""
    out, share = x.copy(), np.ones((len(x), 1))
    others = np.roll(x, 1, axis=0)[own.chosen]
    out[own.chosen], share[own.chosen, 0] = kind.mix(operation, x[own.chosen], others, own.table[own.chosen])
    return out, share
