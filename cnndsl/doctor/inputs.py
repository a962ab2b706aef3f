"""What reaches the first layer: its scale, channels that say nothing, values that are no numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from attrs import frozen

from cnndsl.doctor.finding import Finding
from cnndsl.layers._kind import Array

# Initial weights are drawn for inputs of about 1; what is this far from it in root mean square is another scale.
_LARGEST, _LEAST = 5.0, 0.02


@frozen
class Inputs:
    """Statistics of images as training sees them.

    ``wrong`` counts the values that are NaN or infinite, the others are over the rest; ``constant`` are the channels,
    from 0, that have one value in all images.
    """

    images: int
    mean: float
    std: float
    low: float
    high: float
    wrong: int
    constant: tuple[int, ...]

    @property
    def size(self) -> float:
        """The root mean square."""
        return float(np.hypot(self.mean, self.std))


def inputs_of(images: Array) -> Inputs:
    """The statistics of images ``(N, C, H, W)``."""
    fine = np.isfinite(images)
    values = images[fine].astype(np.float64) if not fine.all() else images
    if not values.size:
        values = np.zeros(1)
    spread = np.ptp(np.where(fine, images, 0), axis=(0, 2, 3))
    return Inputs(
        len(images),
        float(values.mean(dtype=np.float64)),
        float(values.std(dtype=np.float64)),
        float(values.min()),
        float(values.max()),
        int(fine.size - fine.sum()),
        tuple(np.flatnonzero(spread == 0).tolist()),
    )


def judge_inputs(inputs: Inputs) -> Iterator[Finding]:
    """H901 to H903."""
    if inputs.wrong:
        message = f"{inputs.wrong:,} values of the images are NaN or infinite"
        yield Finding("H901", "error", message, "find them where the images are made: one is enough to spoil a step")
    if inputs.constant:
        one = len(inputs.constant) == 1
        names = ", ".join(map(str, inputs.constant))
        message = f"channel{'s' * (not one)} {names} {'has' if one else 'have'} the same value in every image"
        yield Finding("H902", "warning", message, "nothing can be learnt from it: see whether it was read as it is")
    elif not _LEAST <= inputs.size <= _LARGEST:
        message = f"the images have mean {inputs.mean:.3g} and standard deviation {inputs.std:.3g}, not about 0 and 1"
        yield Finding("H903", "warning", message, "`scale = standardize` in the `data` section")
