"""What a run is told, checked once, at the start."""

from __future__ import annotations

import attrs

from cnndsl.errors import SettingsError
from cnndsl.optim import OPTIMISERS


@attrs.frozen
class Settings:
    """The protocol of a run. The defaults are the earlier program's, with Adam for its plain gradient descent.

    ``train``, ``valid`` and ``test`` are numbers of images, balanced by class; ``test=None`` is the whole official test
    set. ``lr`` is the learning rate. ``processes`` (one or two) share each batch; no result depends on it.
    """

    train: int = 5000
    valid: int = 500
    test: int | None = 500
    batch: int = 32
    epochs: int = 10
    lr: float = 1e-3
    optimizer: str = "adam"
    seed: int = 0
    processes: int = 2

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
