"""What is found while sections are read: diagnostics with the line that they are about, and names that are close."""

from __future__ import annotations

from collections.abc import Iterable

from cnndsl.errors import Diagnostic, Severity, Span
from cnndsl.language.source import Source
from cnndsl.language.values import closest


def suggestion(name: str, known: Iterable[str]) -> str:
    """``did you mean `x`?``, or the list of what there is."""
    names = tuple(known)
    close = closest(name, names)
    return f"did you mean `{close}`?" if close else f"known: {', '.join(names)}"


class Findings:
    """Collects diagnostics about the texts of ``sources``, by whose names spans refer to them."""

    def __init__(self, *sources: Source) -> None:
        self._sources = {source.name: source for source in sources}
        self._found: list[Diagnostic] = []

    def add(
        self,
        code: str,
        message: str,
        span: Span,
        hint: str = "",
        *,
        severity: Severity = "error",
        others: tuple[tuple[Span, str], ...] = (),
    ) -> None:
        """Report something at a span; ``others`` are further lines of the same file to show, each with a remark."""
        rows = {span.line: (span.line, self._line(span), "")}
        for other, remark in others:
            if other.file == span.file:
                rows.setdefault(other.line, (other.line, self._line(other), remark))
        excerpt = tuple(row for _, row in sorted(rows.items()) if row[1])
        hints = (hint,) if hint else ()
        self._found.append(Diagnostic(code, severity, message, span, hints, excerpt=excerpt))

    def _line(self, span: Span) -> str:
        source = self._sources.get(span.file)
        return source.line(span.line).split("#")[0].rstrip() if source else ""

    def __len__(self) -> int:
        """How many there are so far."""
        return len(self._found)

    def sorted(self) -> tuple[Diagnostic, ...]:
        """All of them, by place."""
        return tuple(sorted(self._found, key=lambda found: (found.span.file, found.span.line, found.span.column)))
