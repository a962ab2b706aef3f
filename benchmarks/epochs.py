"""Whole epochs of the real loop: shuffling, batches, steps with Adam, and the scores on 500 validation images."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from functools import partial

import numpy as np

from benchmarks.comparison import TORCH, figures, number, table
from benchmarks.nets import Net
from benchmarks.ours import OURS
from benchmarks.section import Case, Figures, Options, Plot, Results, Section, Table
from benchmarks.timing import alternate, fastest
from cnndsl.data import Dataset, Labelled, Splits, batches, load, make_splits
from cnndsl.training import EpochDone, Settings, program_of, train

_BATCH, _ROUNDS = 32, 3
_MNIST = (1, 28, 28)


def cases(options: Options) -> Iterator[Case]:
    """Every network: 5,000 images of MNIST, or 2,000 in the shape of CIFAR-10's."""
    for net in options.nets:
        yield f"{net.name}, {_images(net):,} images", partial(_one, net, options)


def _images(net: Net) -> int:
    return 5000 if net.shape == _MNIST else 2000


def _one(net: Net, options: Options) -> Figures:
    splits = _splits(net)
    settings = Settings(train=len(splits.train), batch=_BATCH, epochs=_ROUNDS + 1)
    labels = {}
    with closing(_ends_of_epochs(net, splits, settings)) as ends:
        epochs: dict[str, Callable[[], object]] = {OURS: lambda: next(ends)}
        if options.torch:
            labels[TORCH], epochs[TORCH] = _epoch_in_torch(net, splits, settings, options)
        for epoch in epochs.values():
            epoch()  # helpers start, memory is asked for
        return figures(alternate(epochs, _ROUNDS), labels)


def _ends_of_epochs(net: Net, splits: Splits, settings: Settings) -> Generator[EpochDone, None, None]:
    for event in train(program_of(net.graph(), settings), splits, settings):
        if isinstance(event, EpochDone):
            yield event


def _epoch_in_torch(net: Net, splits: Splits, settings: Settings, options: Options) -> tuple[str, Callable[[], object]]:
    import torch

    from benchmarks import epochs_in_torch, torch_side
    from benchmarks.torch_twin import twin

    configurations = list(torch_side.configurations())
    rivals = [torch_side.step(net, _BATCH, each) for each in configurations]
    label = fastest(rivals, options.pace.seconds / 2).label
    chosen = next(each for each in configurations if str(each) == label)
    model = chosen.place(twin(net, softmax=False))
    optimiser = torch.optim.Adam(model.parameters(), lr=settings.lr)

    def epoch() -> None:
        torch.set_num_threads(chosen.threads)
        epochs_in_torch.train(model, optimiser, batches(splits.train, settings.batch, key=0), chosen.place)
        epochs_in_torch.evaluate(model, splits.valid, chosen.place)

    return label, epoch


def _splits(net: Net) -> Splits:
    if net.shape == _MNIST:
        return make_splits(load("mnist"), train=_images(net), seed=0)
    # How long it takes does not depend on what is in the images.
    rng = np.random.default_rng(0)
    parts = [
        Labelled(rng.integers(0, 256, (count, *net.shape), dtype=np.uint8), np.arange(count) % 10)
        for count in (2500, 500)
    ]
    noise = Dataset("noise", parts[0], parts[1], tuple("0123456789"), "drawn")
    return make_splits(noise, train=_images(net), seed=0)


def show(results: Results) -> Sequence[Table | Plot]:
    """Seconds and ratios."""
    return (table("one epoch", results, lambda _, seconds: number(seconds), "s"),)


SECTION = Section(
    "epoch",
    "Whole epochs",
    "The real loop at batch 32 with Adam, from shuffling to the scores on 500 validation images, the same batches for "
    "both. PyTorch takes its batches as arrays from memory, which is faster than a `DataLoader`.",
    cases,
    show,
)
