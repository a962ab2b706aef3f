"""The sections of a model file as frozen, validated values: data, augment, train, require, sweep."""

from __future__ import annotations

from cnndsl.settings.effective import Effective, Row, effective
from cnndsl.settings.overrides import Override, from_option
from cnndsl.settings.read import read_settings
from cnndsl.settings.sections import Data, Place, Settings, Train
from cnndsl.settings.sweep import Sweep, cells

__all__ = [
    "Data",
    "Effective",
    "Override",
    "Place",
    "Row",
    "Settings",
    "Sweep",
    "Train",
    "cells",
    "effective",
    "from_option",
    "read_settings",
]
