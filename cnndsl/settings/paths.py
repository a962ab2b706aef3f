"""Settings for a part of the network, which a pattern of parameter names picks: ``stage1/*``, ``*/b``.

A parameter is called by its layer's path and its own name, as in ``stage1/0/Conv.0/W``; ``*`` stands for any text, with
slashes in it, ``?`` for one character, and case matters. Where several match, the last counts.
"""

from __future__ import annotations

from cnndsl.settings._domains import POSITIVE, Constructors, Text
from cnndsl.settings._fields import setting, settings_spec

_PATTERN = Text('a pattern of parameter names in quotes, such as "stage1/*"')


@settings_spec
class Frozen:
    """These weights stay as they start; the running statistics of a normalisation still move."""

    pattern: str = setting("which parameters", _PATTERN)

    @property
    def factor(self) -> float:
        """What their learning rate is multiplied by."""
        return 0.0


@settings_spec
class Lr:
    """The learning rate of these weights, decay included, is another."""

    pattern: str = setting("which parameters", _PATTERN)
    factor: float = setting("what their learning rate is multiplied by", POSITIVE)


PathRule = Frozen | Lr
PATH_RULES = Constructors((Frozen, Lr))
