"""The canonical spelling of the words of sections, for the formatter."""

from __future__ import annotations

from cnndsl.settings._domains import canonical
from cnndsl.settings.augment import AUGMENTATIONS
from cnndsl.settings.sections import KEYED


def canonical_word(section: str, word: str) -> str:
    """A word of a section in its canonical spelling: of two spellings the first, of an operation the name it has.

    In ``sweep`` a name without a dot is a variable, and stays.
    """
    if section == "augment":
        return next((known for known in AUGMENTATIONS.known if known.lower() == word.lower()), word)
    if section in KEYED or (section == "sweep" and "." in word):
        return ".".join(map(_one_spelling, word.split(".")))
    return word


def _one_spelling(word: str) -> str:
    return canonical(word) if canonical(word) != word.lower() else word
