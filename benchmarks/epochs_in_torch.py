"""An epoch as one writes it in PyTorch, over the same batches of the same data."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from sklearn.metrics import f1_score
from torch.nn import functional as F  # noqa: N812 - as everybody names it

from cnndsl.data import Split

Place = Callable[[Any], Any]  # images in a layout


def train(net: Any, optimiser: Any, batches: Iterable[tuple[Any, Any]], place: Place) -> None:
    """Once through the batches."""
    net.train()
    for x, labels in batches:
        optimiser.zero_grad(set_to_none=True)
        F.cross_entropy(net(place(torch.from_numpy(x))), torch.from_numpy(labels)).backward()
        optimiser.step()


def evaluate(net: Any, split: Split, place: Place) -> tuple[float, float, float]:
    """Mean loss, accuracy, macro F1."""
    net.eval()
    labels = torch.tensor(split.labels)
    with torch.inference_mode():
        scores = net(place(torch.tensor(split.images)))
    predicted = scores.argmax(1)
    loss = F.cross_entropy(scores, labels).item()
    f1 = f1_score(labels, predicted, average="macro", zero_division=0)
    return loss, (predicted == labels).float().mean().item(), float(f1)
