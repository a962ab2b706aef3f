"""Clipping, early stopping, and which epoch is kept. A metric knows in which direction it is better."""

from __future__ import annotations

from cnndsl.layers._fields import Whole, Words
from cnndsl.settings._domains import POSITIVE, Constructors
from cnndsl.settings._fields import setting, settings_spec

#: Metrics that ask whether the right class is among the highest scores, and among how many.
TOP = {f"top_{count}": count for count in (2, 3, 5, 10)}
METRICS = ("loss", "accuracy", "macro_f1", "weighted_f1", *TOP)
#: Those that are measured where a file does not say.
USUAL = METRICS[:3]
#: The metrics that decide about training: those of the validation split, since the test split must not.
DECIDING = Words(tuple(f"valid.{metric}" for metric in METRICS))


def better_if_low(metric: str) -> bool:
    """Whether a metric, such as ``valid.loss``, is better the smaller it is."""
    return metric.rpartition(".")[2] == "loss"


def title(metric: str) -> str:
    """A metric as people read it: ``macro F1``, ``top 5``."""
    return metric.replace("_", " ").replace("f1", "F1")


@settings_spec
class Norm:
    """Gradients are scaled so that their norm, over all parameters together, is at most ``largest``."""

    largest: float = setting("the largest norm", POSITIVE)


@settings_spec
class Value:
    """Each number of a gradient is cut to ``[-largest, largest]``."""

    largest: float = setting("the largest absolute value", POSITIVE)


@settings_spec
class Patience:
    """Training stops when the metric has not been better than its best for ``epochs`` epochs in a row."""

    metric: str = setting("the metric that is watched", DECIDING)
    epochs: int = setting("how many epochs without a better value", Whole(1))


@settings_spec
class Best:
    """The epoch with the best value is kept; whether high or low is better comes from the metric."""

    metric: str = setting("the metric that decides", DECIDING)


@settings_spec
class Max:
    """The epoch with the highest value is kept; an error (C403) where low is better."""

    metric: str = setting("the metric that decides", DECIDING)


@settings_spec
class Min:
    """The epoch with the lowest value is kept; an error (C403) where high is better."""

    metric: str = setting("the metric that decides", DECIDING)


Clip = Norm | Value
Select = Best | Max | Min
CLIPS = Constructors((Norm, Value))
STOPS = Constructors((Patience,))
SELECTS = Constructors((Best, Max, Min))
