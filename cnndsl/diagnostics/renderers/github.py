"""The report as workflow commands: GitHub shows each finding at its line of a change."""

from __future__ import annotations

from collections.abc import Sequence

from cnndsl.diagnostics.renderers import message_text, well_formed
from cnndsl.diagnostics.report import FileReport
from cnndsl.errors import Diagnostic

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice", "style": "notice"}
_IN_MESSAGES = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTIES = {**_IN_MESSAGES, ":": "%3A", ",": "%2C"}


def render(reports: Sequence[FileReport]) -> str:
    """A line a finding; nothing about files without any."""
    return "\n".join(_command(finding) for report in reports for finding in report.findings)


def _command(finding: Diagnostic) -> str:
    span = finding.span
    properties = {
        "file": span.file,
        "line": span.line,
        "col": span.column,
        "endColumn": span.column + span.width,
        "title": f"cnndsl {finding.code}",
    }
    given = ",".join(f"{name}={_escape(str(value), _IN_PROPERTIES)}" for name, value in properties.items())
    return f"::{_COMMANDS[finding.severity]} {given}::{_escape(message_text(finding), _IN_MESSAGES)}"


def _escape(text: str, table: dict[str, str]) -> str:
    return "".join(table.get(character, character) for character in well_formed(text))
