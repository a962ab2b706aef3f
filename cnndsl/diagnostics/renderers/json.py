"""The report as JSON. ``docs/formats.md`` documents the keys; ``VERSION`` goes up when one changes its meaning."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from cnndsl import __version__
from cnndsl.compiler.sizes import LegalSizes
from cnndsl.diagnostics.renderers import well_formed
from cnndsl.diagnostics.report import FileReport, Network
from cnndsl.errors import Diagnostic, Edit

VERSION = 1


def render(reports: Sequence[FileReport]) -> str:
    """One object: who says it, the sums, and an object a file."""
    severities = Counter(finding.severity for report in reports for finding in report.findings)
    document = {
        "format": VERSION,
        "tool": {"name": "cnndsl", "version": __version__},
        "exit_code": max((report.exit_code for report in reports), default=0),
        "counts": {"files": len(reports), **{name: severities[name] for name in ("error", "warning", "note", "style")}},
        "files": [_file(report) for report in reports],
    }
    return json.dumps(document, indent=2)


def _file(report: FileReport) -> dict[str, Any]:
    return {
        "file": well_formed(report.file),
        "ok": report.ok,
        "exit_code": report.exit_code,
        "networks": [_network(network) for network in report.networks],
        "diagnostics": [_diagnostic(finding) for finding in report.findings],
    }


def _network(network: Network) -> dict[str, Any]:
    return {
        "data": network.data or None,
        "input": list(network.input_shape),
        "output": list(network.output_shape),
        "parameters": network.figures.parameters,
        "macs": network.figures.macs,
        "receptive_field": network.figures.receptive_field,
        "square_inputs": network.sizes and _sizes(network.sizes),
    }


def _sizes(sizes: LegalSizes) -> dict[str, Any]:
    misfit = sizes.misfit
    fails = misfit and {"size": sizes.illegal, "message": well_formed(misfit.message), "line": misfit.line}
    return {
        "few": list(sizes.few),
        "start": sizes.start,
        "period": sizes.period,
        "remainders": list(sizes.remainders),
        "tried": sizes.tried,
        "fails": fails,
    }


def _diagnostic(finding: Diagnostic) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "message": well_formed(finding.message),
        "file": well_formed(finding.span.file),
        "line": finding.span.line,
        "column": finding.span.column,
        "end_column": finding.span.column + finding.span.width,
        "hints": list(finding.hints),
        "notes": list(finding.notes),
        "excerpt": [{"line": line, "text": text, "remark": remark} for line, text, remark in finding.excerpt],
        "repairs": [
            {"title": well_formed(repair.title), "edits": [_edit(edit) for edit in repair.edits]}
            for repair in finding.repairs
        ],
    }


def _edit(edit: Edit) -> dict[str, Any]:
    region = edit.region
    return {
        "line": region.line,
        "column": region.column,
        "end_line": region.end_line,
        "end_column": region.end_column,
        "text": well_formed(edit.text),
    }
