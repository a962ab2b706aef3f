"""What the log says of a training that goes on: every so many steps, and every epoch."""

from __future__ import annotations

import time

import attrs

from cnndsl.training.history import Row
from cnndsl.training.log import Log
from cnndsl.training.loop import EpochDone, StepDone
from cnndsl.training.recipe import learning_rate
from cnndsl.training.settings import Settings

_STEPS = 50  # that one line is of


@attrs.define
class Course:
    """Tells a log of steps and epochs; times are in seconds. ``waited`` is what all steps waited for their images."""

    log: Log
    settings: Settings
    steps_per_epoch: int
    waited: float = 0.0
    _losses: list[tuple[float, int]] = attrs.Factory(list)
    _began: float = attrs.Factory(time.perf_counter)
    _epoch_began: float = attrs.Factory(time.perf_counter)
    _waited_before: float = 0.0

    def step(self, event: StepDone) -> None:
        """Take note of a step."""
        self.waited += event.waited
        self._losses.append((event.loss, event.images))
        steps = event.standing.steps
        if len(self._losses) == _STEPS or steps == self.steps_per_epoch:
            images = sum(count for _, count in self._losses)
            now = time.perf_counter()
            done = (event.epoch - 1) * self.steps_per_epoch + steps
            self.log(
                "steps",
                epoch=event.epoch,
                step=steps,
                done=done,
                loss=sum(loss * count for loss, count in self._losses) / images,
                lr=learning_rate(self.settings, self.steps_per_epoch, event.standing.carry.plateau.factor, done - 1),
                images_per_second=round(images / (now - self._began), 1),
            )
            self._losses.clear()
            self._began = now

    def epoch(self, event: EpochDone, row: Row, *, best: bool) -> None:
        """Take note of an epoch."""
        now = time.perf_counter()
        self.log(
            "epoch",
            epoch=row.epoch,
            train_loss=row.train_loss,
            valid=event.valid.by_name,
            best=best,
            seconds=round(now - self._epoch_began, 3),
            waited_seconds=round(self.waited - self._waited_before, 3),
        )
        self._began = self._epoch_began = now
        self._waited_before = self.waited
