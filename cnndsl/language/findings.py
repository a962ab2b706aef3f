"""What is found on the way from syntax to a graph: each fault once, with its line and how the file came to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from cnndsl.errors import Diagnostic, Edit, Repair, Span, clip
from cnndsl.language.graph import CallSite, call_chain
from cnndsl.language.source import Source
from cnndsl.language.values import FaultError

_MOST_HINTS = 100  # that take time to find
_LONG_WORD = re.compile(r"[^\s`]{41,}")
_VERY_LONG_WORD = re.compile(r"[^\s`]{121,}")  # paths of layers are longer than words


class Findings:
    """Collects diagnostics about a file and those that it includes.

    ``unread`` are the files and lines that have a syntax error: what parsing made of them is not what they say, so that
    nothing more is said about them.
    """

    def __init__(self, source: Source) -> None:
        self.main = source
        self.sources = {source.name: source}
        self.diagnostics: list[Diagnostic] = []
        self.unread: set[tuple[str, int]] = set()
        self._seen: set[tuple[str, Span]] = set()

    def add(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Take over what was found elsewhere."""
        self.diagnostics += diagnostics

    def add_unread(self, syntax_errors: tuple[Diagnostic, ...]) -> None:
        """Take over syntax errors, whose lines are unread."""
        self.add(syntax_errors)
        self.unread.update((error.span.file, error.span.line) for error in syntax_errors)

    def is_unread(self, span: Span) -> bool:
        """Whether a syntax error has made a line unreadable."""
        return (span.file, span.line) in self.unread

    def fault(self, fault: FaultError, calls: tuple[CallSite, ...] = ()) -> None:
        """Report a fault; one that another pass or call has met before is not news."""
        span = fault.span
        if (fault.code, span) in self._seen or self.is_unread(span):
            return
        self._seen.add((fault.code, span))
        message = _LONG_WORD.sub(lambda word: clip(word[0]), fault.message)
        source = self.sources.get(span.file)
        excerpt = ((span.line, source.line(span.line), ""),) if source and span.line <= len(source.lines) else ()
        wants_hint = len(self.diagnostics) < _MOST_HINTS
        hint, instead = (_text(given, wanted=wants_hint) for given in (fault.hint, fault.instead))
        hints = (_cut(hint),) if hint else ()
        notes = tuple(map(_cut, (*fault.notes, *call_chain(calls, span))))
        repairs = (Repair(f"`{instead}`", (Edit(span, instead),)),) if instead and span.file == self.main.name else ()
        self.diagnostics.append(Diagnostic(fault.code, "error", message, span, hints, notes, excerpt, repairs))

    def sorted(self) -> tuple[Diagnostic, ...]:
        """Everything found: the file's own first, each file's by line."""
        return tuple(sorted(self.diagnostics, key=self._place))

    def _place(self, diagnostic: Diagnostic) -> tuple[bool, str, int, int]:
        span = diagnostic.span
        return span.file != self.main.name, span.file, span.line, span.column


def _text(given: str | Callable[[], str], *, wanted: bool) -> str:
    """A text, or what makes it if it is wanted."""
    return given if isinstance(given, str) else given() if wanted else ""


def _cut(text: str) -> str:
    return _VERY_LONG_WORD.sub(lambda word: clip(word[0], 120), text)
