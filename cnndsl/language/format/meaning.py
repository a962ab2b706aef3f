"""What a syntax tree says, whatever its spelling: what two texts must share to be one model file."""

from __future__ import annotations

from typing import Any

import attrs

from cnndsl.language.format.spelling import Spell
from cnndsl.language.syntax import Forbid, Layer, Section
from cnndsl.layers import find_kind


def meaning(tree: Any, spell: Spell, section: str = "") -> Any:
    """The tree without places and with canonical names; equal for two spellings of one thing.

    Numbers keep their types: ``1`` and ``1.0`` and ``true`` are not the same.
    """
    if isinstance(tree, tuple):
        return tuple(meaning(part, spell, section) for part in tree)
    if not attrs.has(type(tree)):
        return type(tree).__name__, tree
    section = tree.name if isinstance(tree, Section) else section
    return type(tree).__name__, *(_said(tree, field.name, spell, section) for field in attrs.fields(type(tree)))


def _said(tree: Any, field: str, spell: Spell, section: str) -> Any:
    value = getattr(tree, field)
    if field.endswith("span"):
        return None
    if field not in {"name", "text"} or value is None:
        return meaning(value, spell, section)
    if isinstance(tree, Forbid) or (isinstance(tree, Layer) and not section):
        kind = find_kind(value)
        return kind.name if kind else value.lower()  # of a block, whose name matches without case too
    return spell(section, value) if section else value
