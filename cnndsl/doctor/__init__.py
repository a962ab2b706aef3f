"""Whether a network can learn from its data at all, and what is in its way: looked at before anything is trained."""

from __future__ import annotations

from cnndsl.doctor.examine import Checkup, examine
from cnndsl.doctor.finding import Finding

__all__ = ["Checkup", "Finding", "examine"]
