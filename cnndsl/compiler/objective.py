"""From what a file says is minimised to the functions that compute it."""

from __future__ import annotations

from cnndsl import loss as losses
from cnndsl.settings._fields import constants_of
from cnndsl.settings.losses import LOSSES, Loss


def loss_of(spec: Loss) -> losses.Loss:
    """The loss of a file's ``train`` section."""
    return losses.LOSSES[LOSSES.name_of(type(spec))](**constants_of(spec))
