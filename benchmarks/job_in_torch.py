"""The main job as one writes it in PyTorch: same data, network, protocol, metrics and files. Run by the benchmark."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Any

import torch
from torch import nn

from benchmarks.epochs_in_torch import evaluate, train
from cnndsl.data import batches, load, make_splits


def network() -> nn.Module:
    """The network of ``inputdir/model.txt``; the softmax is in the loss."""
    return nn.Sequential(
        *(nn.Conv2d(1, 6, 5, 1, 2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(6, 12, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(12, 100, 5), nn.ReLU(), nn.Flatten(), nn.Linear(100, 10)),
    )


def main(folder: Path, seed: int = 0) -> None:
    torch.manual_seed(seed)
    folder.mkdir(parents=True, exist_ok=True)
    splits = make_splits(load("mnist"), seed=seed)
    net = _place(network())
    optimiser = torch.optim.Adam(net.parameters(), lr=1e-3)
    rows: list[tuple[object, ...]] = []
    best = -1.0
    for epoch in range(1, 11):
        train(net, optimiser, batches(splits.train, 32, key=(seed, epoch)), _place)
        scores = evaluate(net, splits.valid, _place)
        rows.append((epoch, *scores))
        if scores[2] > best:
            best = scores[2]
            torch.save(net.state_dict(), folder / "best.pt")
    net.load_state_dict(torch.load(folder / "best.pt"))
    rows.append(("test", *evaluate(net, splits.test, _place)))
    with (folder / "history.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)


def _place(value: Any) -> Any:
    return value.to(memory_format=torch.channels_last)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
