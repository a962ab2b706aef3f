"""The report as JUnit XML, as test dashboards take it: a suite a file, a case a network and a case a finding.

Errors fail their case, a file that cannot be read is an error of its own; other findings pass and are printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from cnndsl.diagnostics.renderers import network_name, text
from cnndsl.diagnostics.report import FileReport, Network
from cnndsl.errors import Diagnostic, printable


def render(reports: Sequence[FileReport]) -> str:
    """The suites, one a file, in ASCII."""
    suites = "".join(_suite(report) for report in reports)
    document = f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="cnndsl check">\n{suites}</testsuites>'
    return document.encode("ascii", "xmlcharrefreplace").decode()


def _suite(report: FileReport) -> str:
    failed = sum(finding.severity == "error" for finding in report.diagnostics)
    cases = [_network_case(report, network) for network in report.networks]
    cases += [_finding_case(report, finding) for finding in report.findings]
    counts = _attributes(tests=len(cases), failures=failed, errors=int(report.failure is not None))
    return f"  <testsuite {_attributes(name=report.file)} {counts}>\n{''.join(cases)}  </testsuite>\n"


def _network_case(report: FileReport, network: Network) -> str:
    return _case(report, network_name(network), f"<system-out>{network.figures}</system-out>")


def _finding_case(report: FileReport, finding: Diagnostic) -> str:
    shown = escape(text.render(finding))  # printable, and so without what XML cannot hold
    if finding.severity != "error":
        inner = f"<system-out>{shown}</system-out>"
    else:
        tag = "error" if report.failure else "failure"
        inner = f"<{tag} {_attributes(message=finding.message, type=finding.code)}>{shown}</{tag}>"
    return _case(report, f"{finding.code} at {finding.span.line}:{finding.span.column}", inner)


def _case(report: FileReport, name: str, inner: str) -> str:
    return f"    <testcase {_attributes(classname=report.file, name=name)}>{inner}</testcase>\n"


def _attributes(**values: object) -> str:
    return " ".join(f'{name}="{escape(printable(str(value)))}"' for name, value in values.items())
