"""The report as SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format"), as code scanning takes it.

Columns count code points. A rule's ``helpUri`` would have to be absolute; where its page lies in the project stands in
its ``properties`` instead, and at the end of its help.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cnndsl import __version__
from cnndsl.diagnostics.catalogue import find_entry, page_path
from cnndsl.diagnostics.entry import Entry
from cnndsl.diagnostics.renderers import message_text, well_formed
from cnndsl.diagnostics.report import FileReport
from cnndsl.errors import Diagnostic, Edit, Repair, Severity

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "note": "note", "style": "note"}


def render(reports: Sequence[FileReport]) -> str:
    """One log with one run: the rules that were broken, the files that were read, a result a finding."""
    rules = sorted({finding.code for report in reports for finding in report.findings})
    run = {
        "tool": {"driver": {"name": "cnndsl", "version": __version__, "rules": [_rule(code) for code in rules]}},
        "invocations": [_invocation(reports)],
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": _artifact(report.file), "roles": ["analysisTarget"]} for report in reports],
        "results": [
            _result(finding, rules.index(finding.code), has_region=report.failure is None)
            for report in reports
            for finding in report.findings
        ],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _invocation(reports: Sequence[FileReport]) -> dict[str, Any]:
    return {
        "executionSuccessful": not any(report.failure for report in reports),
        "exitCode": max((report.exit_code for report in reports), default=0),
    }


def _rule(code: str) -> dict[str, Any]:
    entry = find_entry(code)
    return {"id": code} if entry is None else {"id": code, **_description(entry)}


def _description(entry: Entry) -> dict[str, Any]:
    page = page_path(entry.code)
    advice = f"{entry.remedy}\n\n{entry.why}"
    return {
        "shortDescription": {"text": entry.title},
        "fullDescription": {"text": entry.meaning},
        "help": {"text": f"{advice}\n\nMore: {page}", "markdown": f"{advice}\n\nMore: `{page}`"},
        "defaultConfiguration": {"level": _LEVELS[entry.severity]},
        "properties": {"page": page},
    }


def _result(finding: Diagnostic, rule: int, *, has_region: bool) -> dict[str, Any]:
    file = finding.span.file
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": message_text(finding)},
        "locations": [_location(file, _region(finding) if has_region else {})],
    }
    others = [row for row in finding.excerpt if row[0] != finding.span.line]
    if others:
        result["relatedLocations"] = [
            {**_location(file, {"startLine": line}), "message": {"text": remark or text}}
            for line, text, remark in others
        ]
    if finding.repairs:
        result["fixes"] = [_fix(repair, file) for repair in finding.repairs]
    return result


def _fix(repair: Repair, file: str) -> dict[str, Any]:
    replacements = [_replacement(edit) for edit in repair.edits]
    change = {"artifactLocation": _artifact(file), "replacements": replacements}
    return {"description": {"text": well_formed(repair.title)}, "artifactChanges": [change]}


def _replacement(edit: Edit) -> dict[str, Any]:
    region = edit.region
    deleted = {
        "startLine": region.line,
        "startColumn": region.column,
        "endLine": region.end_line,
        "endColumn": region.end_column,
    }
    return {"deletedRegion": deleted, "insertedContent": {"text": well_formed(edit.text)}}


def _location(file: str, region: dict[str, Any]) -> dict[str, Any]:
    place = {"artifactLocation": _artifact(file), "region": region}
    return {"physicalLocation": {name: value for name, value in place.items() if value}}


def _region(finding: Diagnostic) -> dict[str, Any]:
    span = finding.span
    region: dict[str, Any] = {"startLine": span.line, "startColumn": span.column, "endColumn": span.column + span.width}
    text = next((text for line, text, _ in finding.excerpt if line == span.line), None)
    return region if text is None else {**region, "snippet": {"text": well_formed(text)}}


def _artifact(file: str) -> dict[str, str]:
    """Where a file is: relative to where the command ran, unless its path is absolute."""
    path = Path(file)
    uri = quote(os.fsencode(path.as_posix()))
    return {"uri": f"file://{'' if uri.startswith('/') else '/'}{uri}" if path.is_absolute() else uri}
