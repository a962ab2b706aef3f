"""An entry of the catalogue of diagnostics: all that is to be said about one code."""

from __future__ import annotations

from inspect import cleandoc

from attrs import field, frozen

from cnndsl.errors import Severity


def _paragraph(text: str) -> str:
    return " ".join(text.split())


def _model(text: str) -> str:
    return f"{cleandoc(text)}\n"


@frozen
class Example:
    """A model file, what is done with it, and the other files that this takes: ``(path, text)`` each."""

    text: str = field(converter=_model)
    command: str = "check model.txt"
    files: tuple[tuple[str, str], ...] = ()


def _example(given: Example | str | None) -> Example | None:
    return Example(given) if isinstance(given, str) else given


@frozen(kw_only=True)
class Entry:
    """A code, what it means, an example that provokes it and the corrected one, what to do, and why it matters.

    An example that is checked, as most are, is given as the text of its model file; there is none where no file alone
    can provoke the code. Paragraphs may be broken anywhere.
    """

    code: str
    severity: Severity
    title: str
    meaning: str = field(converter=_paragraph)
    wrong: Example | None = field(converter=_example, default=None)
    right: Example | None = field(converter=_example, default=None)
    remedy: str = field(converter=_paragraph)
    why: str = field(converter=_paragraph)
