"""The sections of a model file as values. The defaults are the protocol that a file without sections is trained by."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import Factory, field, frozen

from cnndsl.data.shapes import BUILT_IN
from cnndsl.errors import Span
from cnndsl.layers._fields import INITS, Flag, Starts, Whole, Words
from cnndsl.settings._domains import INSIDE, Fold, Images, Integer, Items, Shares, Text, Unless
from cnndsl.settings._fields import setting, settings_spec
from cnndsl.settings.augment import Operation
from cnndsl.settings.losses import LOSSES, CrossEntropy, Loss
from cnndsl.settings.optimizers import OPTIMIZERS, Adam, Optimizer
from cnndsl.settings.paths import PATH_RULES, PathRule
from cnndsl.settings.require import Require
from cnndsl.settings.rules import CLIPS, METRICS, SELECTS, STOPS, USUAL, Best, Clip, Patience, Select
from cnndsl.settings.schedules import SCHEDULES, Constant, Schedule
from cnndsl.settings.sweep import Sweep


@settings_spec
class Data:
    """Which images, and how they are parted and scaled."""

    name: str = setting("the data set", Words(BUILT_IN), "mnist")
    dir: str | None = setting("the folder of its official files, seen from the file", Unless("none", Text()), None)
    images: str | None = setting(
        "one's own images in its place: a folder with one for each class, a .csv or an .npz, seen from the file",
        Unless("none", Text()),
        None,
    )
    train: int | float | str = setting("training images; auto: what the data suggest", Images(), 5000)
    valid: int | float | str = setting("validation images", Images(), 500)
    test: int | float | str = setting("test images", Images(), 500)
    fold: str | None = setting(
        "which part of how many of the training and validation images validates", Unless("none", Fold()), None
    )
    balance: bool | str = setting(
        "true: as many images of each class; stratified: each class its own share; false: as they come",
        Shares(),
        default=True,
    )
    label_base: int = setting("the number of the first class, where labels are numbers", Whole(0, 1), 0)
    skip_bad: bool = setting("leave out images that cannot be read, and name them", Flag(), default=False)
    scale: str = setting(
        "standardize: mean 0 and variance 1, fitted on the training images; unit: 0..1; none: 0..255",
        Words(("standardize", "unit", "none")),
        "standardize",
    )


@settings_spec
class Train:
    """How the network is trained. Times are in epochs."""

    loss: Loss = setting("what is minimised", LOSSES, CrossEntropy())
    optimizer: Optimizer = setting("how gradients become steps", OPTIMIZERS, Adam())
    schedule: Schedule = setting("how the learning rate changes", SCHEDULES, Constant())
    batch: int = setting("images in a step", Whole(1), 32)
    accumulate: int = setting("batches whose gradients make one step together", Whole(1), 1)
    epochs: int = setting("times through the training images", Whole(1), 10)
    paths: tuple[PathRule, ...] | None = setting(
        "parts that learn at another rate, or not at all", Unless("none", Items(PATH_RULES)), None
    )
    clip: Clip | None = setting("a bound on gradients", Unless("none", CLIPS), None)
    seed: int | None = setting("the root of all randomness; random: a new one each run", Unless("random", Integer()), 0)
    init: str | float = setting(
        "how weights start whose layer has no init of its own",
        Starts(tuple(name for name in INITS if name != "auto")),
        "he_normal",
    )
    metrics: tuple[str, ...] = setting(
        "what is measured after each epoch, besides what decides", Items(Words(METRICS), distinct=True), USUAL
    )
    select: Select = setting("which epoch is kept", SELECTS, Best("valid.macro_f1"))
    stop: Patience | None = setting("when to end before the last epoch", Unless("none", STOPS), None)
    ema: float | None = setting(
        "the share of the running mean of the weights that stays in a step, which is then what is tested",
        Unless("none", INSIDE),
        None,
    )
    drop_last: bool = setting("leave out a last batch that is not full", Flag(), default=False)


@frozen
class Place:
    """Where something was set: in a file, or by an option of the command line, which is then given as it was typed."""

    span: Span
    option: str = ""

    def __str__(self) -> str:
        return self.option or f"{self.span.file}:{self.span.line}"


@frozen
class Settings:
    """All sections of a model file, with the command line's changes.

    ``places`` says where each was set that was: ``train.batch``, ``train.optimizer.lr``, ``augment.0``.
    """

    data: Data = Factory(Data)
    augment: tuple[Operation, ...] = ()
    train: Train = Factory(Train)
    require: Require = Factory(Require)
    sweep: Sweep = Factory(Sweep)
    places: Mapping[str, Place] = field(factory=dict, eq=False)


#: The sections that are keys and values.
KEYED: dict[str, type] = {"data": Data, "train": Train}
SECTIONS = ("data", "augment", "train", "require", "sweep")
