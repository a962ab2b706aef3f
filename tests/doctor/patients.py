"""Networks and data to be examined: small ones that are well, and what makes them ill."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import evolve

from cnndsl.compiler import check_experiment
from cnndsl.data import Split, Splits
from cnndsl.doctor import Checkup, examine
from cnndsl.language import Source
from cnndsl.training import Settings, program_of, protocol

CLASSES = 4
HEALTHY = "Conv 6 3\nReLU\nFlatten\nFC 16\nReLU\nFC 4\n"


def pictures(images: int = 600, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Noise with a bright quarter, the class being which; standardised."""
    rng = np.random.default_rng(seed)
    labels = np.arange(images) % CLASSES
    x = rng.standard_normal((images, 1, 8, 8))
    for image, label in zip(x, labels, strict=True):
        row, column = 4 * (label // 2), 4 * (label % 2)
        image[0, row : row + 4, column : column + 4] += 3
    return ((x - x.mean()) / x.std()).astype(np.float32), labels.astype(np.int64)


def splits(images: np.ndarray | None = None, labels: np.ndarray | None = None) -> Splits:
    """These images and labels, or well ones, to train on; well ones to validate."""
    x, y = pictures()
    train = Split(x if images is None else images, y if labels is None else labels)
    rest = Split(*pictures(120, seed=1))
    channels = train.images.shape[1]
    names = tuple(f"quarter {number}" for number in range(CLASSES))
    return Splits("quarters", train, rest, rest, np.zeros(channels), np.ones(channels), names, "")


def examined(text: str = HEALTHY, data: Splits | None = None, **changes: Any) -> Checkup:
    """The examination of a model file, with changes of the protocol."""
    data = data or splits()
    experiment = check_experiment(Source("model.txt", text), input_shape=data.shape)
    assert not [found for found in experiment.diagnostics if found.severity == "error"]
    settings: Settings = protocol(experiment.settings, (100, 100, 100), seed=0)
    settings = evolve(settings, **changes)
    return examine(program_of(experiment.graph, settings), data, settings)


def codes(checkup: Checkup) -> set[str]:
    """The codes of all findings."""
    return {finding.code for finding in checkup.findings}
