"""What other frameworks write, in this language: for hints to those who come from there.

Nothing here is accepted as input. A line that does not parse is looked at once more: if it is a layer as Keras, PyTorch
or Darknet write it, the hint says how it is written here.
"""

from __future__ import annotations

from cnndsl.language.dialects.calls import counterpart, translate_argument, translate_call
from cnndsl.language.dialects.darknet import translate_section
from cnndsl.language.dialects.translation import Translation

__all__ = ["Translation", "counterpart", "translate_argument", "translate_call", "translate_section"]
