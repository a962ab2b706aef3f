"""What a run is told, checked once, at the start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from cnndsl import settings as sections
from cnndsl.errors import SettingsError
from cnndsl.layers._fields import domain_of
from cnndsl.optim import OPTIMISERS
from cnndsl.settings._fields import constants_of, fields_of
from cnndsl.settings.augment import Operation
from cnndsl.settings.losses import LOSSES, CrossEntropy, Loss
from cnndsl.settings.paths import PathRule
from cnndsl.settings.rules import Clip, Patience
from cnndsl.settings.schedules import Constant, Schedule
from cnndsl.settings.text import write_operations, write_setting


@attrs.frozen
class Settings:
    """The protocol of a run. The defaults are the earlier program's, with Adam for its plain gradient descent.

    ``train``, ``valid`` and ``test`` are numbers of images, with ``balance`` as many of each class; ``test=None`` is
    the whole official test set. ``fold`` is the part of the first two that validates, as in ``2/5``. ``lr`` is the
    learning rate, ``constants`` are others of the optimiser's, by name. The rest is as in the ``data`` and ``train``
    sections of a file; ``select`` is the metric that decides which epoch is kept. ``loss`` and ``init`` are here to be
    written down: what is trained has them from :func:`program_of`. ``processes`` (one or two) share each batch, with
    ``remat`` what layers leave for the backward pass is computed again instead of kept; no result depends on either.
    ``variables`` are those of the model file that have other values than it says, as text: with them it is the network
    that was trained. ``augment`` is what is done to training images, in this order.
    """

    train: int = 5000
    valid: int = 500
    test: int | None = 500
    batch: int = 32
    epochs: int = 10
    lr: float = 1e-3
    optimizer: str = "adam"
    constants: Mapping[str, float] = attrs.field(factory=dict)
    balance: bool | str = True
    fold: str | None = None
    seed: int = 0
    processes: int = 2
    remat: bool = False
    variables: Mapping[str, str] = attrs.field(factory=dict)
    scale: str = "standardize"
    loss: Loss = attrs.Factory(CrossEntropy)
    init: str | float = "he_normal"
    schedule: Schedule = attrs.Factory(Constant)
    accumulate: int = 1
    paths: tuple[PathRule, ...] | None = None
    clip: Clip | None = None
    ema: float | None = None
    drop_last: bool = False
    select: str = "valid.macro_f1"
    stop: Patience | None = None
    augment: tuple[Operation, ...] = ()

    def __attrs_post_init__(self) -> None:
        for name in ("train", "valid", "test", "batch", "epochs", "processes", "accumulate"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise SettingsError(f"{name} must be 1 or more, got {value}", code="C407")
        if not 0 < self.lr < float("inf"):
            raise SettingsError(f"the learning rate must be a number above 0, got {self.lr}", code="C406")
        if self.optimizer not in OPTIMISERS:
            known = ", ".join(OPTIMISERS)
            raise SettingsError(f"unknown optimizer {self.optimizer!r}", code="C401", hint=f"one of: {known}")

    @property
    def step_images(self) -> int:
        """Images that make a step."""
        return self.batch * self.accumulate

    @property
    def folds(self) -> tuple[int, int] | None:
        """Which fold of how many validates."""
        if self.fold is None:
            return None
        number, _, count = self.fold.partition("/")
        return int(number), int(count)

    @property
    def loss_label(self) -> str:
        """What the loss is, for the axis of a plot."""
        is_cross_entropy = isinstance(self.loss, CrossEntropy)
        return "cross-entropy (nats, mean)" if is_cross_entropy else f"{LOSSES.name_of(type(self.loss))} (mean)"

    def as_json(self) -> dict[str, Any]:
        """The settings as JSON has them; what a file writes as ``norm(1.0)`` is that text."""
        domains = {name: domain_of(field) for name, field in fields_of(sections.Train).items()}
        return {
            name: value if _is_plain(value) else write_setting(domains[name], value)
            for name, value in attrs.asdict(self, recurse=False).items()
            if name != "augment"
        } | {"augment": write_operations(self.augment)}


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, int | float | str | Mapping)


def protocol(
    chosen: sections.Settings,
    sizes: tuple[int, int, int | None],
    *,
    seed: int,
    processes: int = 2,
    remat: bool = False,
    variables: Mapping[str, str] | None = None,
) -> Settings:
    """The protocol that a file and the command line ask for, of which nothing is :func:`~cnndsl.settings.unsupported`.

    ``sizes`` are the numbers of images that it comes to on the data there are, ``seed`` is what was drawn for this run,
    for files that want a new one each time.
    """
    data, train = chosen.data, chosen.train
    constants = constants_of(train.optimizer)
    return Settings(
        *sizes,
        batch=train.batch,
        epochs=train.epochs,
        lr=constants.pop("lr"),
        optimizer=type(train.optimizer).__name__.lower(),
        constants=constants,
        balance=data.balance,
        fold=data.fold,
        seed=seed if train.seed is None else train.seed,
        processes=processes,
        remat=remat,
        variables=variables or {},
        scale=data.scale,
        loss=train.loss,
        init=train.init,
        schedule=train.schedule,
        accumulate=train.accumulate,
        paths=train.paths,
        clip=train.clip,
        ema=train.ema,
        drop_last=train.drop_last,
        select=train.select.metric,
        stop=train.stop,
        augment=chosen.augment,
    )
