"""What a run is told, checked once, at the start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from cnndsl import settings as sections
from cnndsl.errors import SettingsError
from cnndsl.optim import OPTIMISERS


@attrs.frozen
class Settings:
    """The protocol of a run. The defaults are the earlier program's, with Adam for its plain gradient descent.

    ``train``, ``valid`` and ``test`` are numbers of images, with ``balance`` as many of each class; ``test=None`` is
    the whole official test set. ``lr`` is the learning rate, ``constants`` are others of the optimiser's, by name.
    ``processes`` (one or two) share each batch; no result depends on it. ``variables`` are those of the model file that
    have other values than it says, as text: with them it is the network that was trained.
    """

    train: int = 5000
    valid: int = 500
    test: int | None = 500
    batch: int = 32
    epochs: int = 10
    lr: float = 1e-3
    optimizer: str = "adam"
    constants: Mapping[str, float] = attrs.field(factory=dict)
    balance: bool = True
    seed: int = 0
    processes: int = 2
    variables: Mapping[str, str] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        for name in ("train", "valid", "test", "batch", "epochs", "processes"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise SettingsError(f"{name} must be 1 or more, got {value}", code="C407")
        if not 0 < self.lr < float("inf"):
            raise SettingsError(f"the learning rate must be a number above 0, got {self.lr}", code="C406")
        if self.optimizer not in OPTIMISERS:
            known = ", ".join(OPTIMISERS)
            raise SettingsError(f"unknown optimizer {self.optimizer!r}", code="C401", hint=f"one of: {known}")


def protocol(
    chosen: sections.Settings, *, seed: int, processes: int = 2, variables: Mapping[str, str] | None = None
) -> Settings:
    """The protocol that a file and the command line ask for, of which nothing is :func:`~cnndsl.settings.unsupported`.

    ``seed`` is what was drawn for this run, for files that want a new one each time.
    """
    data, train = chosen.data, chosen.train
    optimizer: Any = train.optimizer
    constants = attrs.asdict(optimizer)
    return Settings(
        train=int(data.train),
        valid=int(data.valid),
        test=None if data.test == "all" else int(data.test),
        batch=train.batch,
        epochs=train.epochs,
        lr=constants.pop("lr"),
        optimizer=type(optimizer).__name__.lower(),
        constants=constants,
        balance=data.balance,
        seed=seed if train.seed is None else train.seed,
        processes=processes,
        variables=variables or {},
    )
