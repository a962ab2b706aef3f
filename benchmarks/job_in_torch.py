"""The main job as one writes it in PyTorch: same data, network, protocol, metrics and files. Run by the benchmark."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import torch
from sklearn.metrics import f1_score
from torch import nn

from cnndsl.data import Split, batches, load, make_splits


def network() -> nn.Module:
    """The network of ``inputdir/model.txt``; the softmax is in the loss."""
    return nn.Sequential(
        *(nn.Conv2d(1, 6, 5, 1, 2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(6, 12, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(12, 100, 5), nn.ReLU(), nn.Flatten(), nn.Linear(100, 10)),
    )


def evaluate(net: nn.Module, split: Split) -> tuple[float, float, float]:
    """Mean loss, accuracy, macro F1."""
    labels = torch.tensor(split.labels)
    with torch.no_grad():
        scores = net(torch.tensor(split.images).to(memory_format=torch.channels_last))
    predicted = scores.argmax(1)
    loss = nn.functional.cross_entropy(scores, labels).item()
    f1 = f1_score(labels, predicted, average="macro", zero_division=0)
    return loss, (predicted == labels).float().mean().item(), float(f1)


def main(folder: Path, seed: int = 0) -> None:
    torch.manual_seed(seed)
    folder.mkdir(parents=True, exist_ok=True)
    splits = make_splits(load("mnist"), seed=seed)
    net = network().to(memory_format=torch.channels_last)
    optimiser = torch.optim.Adam(net.parameters(), lr=1e-3)
    rows: list[tuple[object, ...]] = []
    best = -1.0
    for epoch in range(1, 11):
        for x, y in batches(splits.train, 32, key=(seed, epoch)):
            optimiser.zero_grad(set_to_none=True)
            images = torch.from_numpy(x).to(memory_format=torch.channels_last)
            nn.functional.cross_entropy(net(images), torch.from_numpy(y)).backward()
            optimiser.step()
        scores = evaluate(net, splits.valid)
        rows.append((epoch, *scores))
        if scores[2] > best:
            best = scores[2]
            torch.save(net.state_dict(), folder / "best.pt")
    net.load_state_dict(torch.load(folder / "best.pt"))
    rows.append(("test", *evaluate(net, splits.test)))
    with (folder / "history.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
