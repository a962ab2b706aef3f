"""Every format for machines: what it says of known reports, and that no text whatever can break its form."""

from __future__ import annotations

import json
import re
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree as ET  # only documents of this project are parsed

import pytest
from hypothesis import given

from cnndsl.diagnostics.renderers import MACHINE_FORMATS, github, junit, machine_format, sarif
from cnndsl.diagnostics.renderers import json as as_json
from cnndsl.diagnostics.renderers.text import render
from cnndsl.diagnostics.report import FileReport
from cnndsl.errors import Diagnostic, Span
from tests.diagnostics import sarif_standard
from tests.diagnostics.reports import BAD, ERROR, MISSING, OK, diagnostics, many
from tests.strategies import thorough

ALL = (BAD, OK, MISSING)


def test_text_is_the_diagnostic_as_a_string() -> None:
    assert render(ERROR) == str(ERROR)


@thorough(50)
@given(finding=diagnostics("model.txt"))
def test_paint_adds_to_the_text_and_changes_nothing(finding: Diagnostic) -> None:
    painted = render(finding, lambda role, text: f"\x1b<{role}>{text}\x1b</>")
    assert re.sub(r"\x1b<\S*?>", "", painted) == str(finding)


def test_json_has_the_keys_that_are_documented() -> None:
    document = json.loads(as_json.render(ALL))
    assert list(document) == ["format", "tool", "exit_code", "counts", "files"]
    assert (document["format"], document["exit_code"]) == (1, 3)
    assert document["counts"] == {"files": 3, "error": 2, "warning": 0, "note": 1, "style": 0}
    bad, ok, missing = document["files"]
    assert [(file["file"], file["ok"], file["exit_code"]) for file in document["files"]] == [
        ("models/small.txt", False, 1),
        ("ok.txt", True, 0),
        ("gone.txt", False, 3),
    ]
    assert ok["networks"] == [
        {
            "data": "mnist",
            "input": [1, 28, 28],
            "output": [10],
            "parameters": 33_078,
            "macs": 328_600,
            "receptive_field": 32,
            "square_inputs": {
                "few": [],
                "start": 28,
                "period": 1,
                "remainders": [0],
                "tried": None,
                "fails": {"size": 27, "message": "Conv kernel 5x5 does not fit its 4x4 input", "line": 7},
            },
        }
    ]
    (finding,) = bad["diagnostics"]
    assert finding == {
        "code": "S201",
        "severity": "error",
        "message": "Conv kernel 5x5 does not fit its 4x4 input",
        "file": "models/small.txt",
        "line": 5,
        "column": 1,
        "end_column": 5,
        "hints": ["a kernel of 4 or less"],
        "notes": ["shapes so far: 1x8x8"],
        "excerpt": [
            {"line": 4, "text": "Pool 2 2", "remark": "-> 6x4x4"},
            {"line": 5, "text": "Conv 12 5", "remark": "needs at least 5x5"},
        ],
        "repairs": [
            {
                "title": "`pad=1`",
                "edits": [{"line": 5, "column": 10, "end_line": 5, "end_column": 10, "text": " pad=1"}],
            },
            {
                "title": "remove the Pool on line 4",
                "edits": [{"line": 4, "column": 1, "end_line": 5, "end_column": 1, "text": ""}],
            },
        ],
    }
    assert [finding["code"] for finding in missing["diagnostics"]] == ["D503"]


def test_sarif_has_rules_regions_and_levels() -> None:
    document = json.loads(sarif.render(ALL))
    sarif_standard.check(document)
    (run,) = document["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["D503", "S201", "S208"]
    assert all(rule["help"]["text"] and rule["fullDescription"]["text"] for rule in rules)
    assert rules[1]["properties"] == {"page": "docs/diagnostics/S201.md"}
    assert [artifact["location"]["uri"] for artifact in run["artifacts"]] == ["models/small.txt", "ok.txt", "gone.txt"]
    assert run["invocations"] == [{"executionSuccessful": False, "exitCode": 3}]
    error, note, failure = run["results"]
    assert [result["level"] for result in run["results"]] == ["error", "note", "error"]
    assert error["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 5,
        "startColumn": 1,
        "endColumn": 5,
        "snippet": {"text": "Conv 12 5"},
    }
    assert error["relatedLocations"][0]["physicalLocation"]["region"] == {"startLine": 4}
    assert "relatedLocations" not in note
    assert "region" not in failure["locations"][0]["physicalLocation"]


def test_sarif_places_are_uris() -> None:
    names = {
        "a b.txt": "a%20b.txt",
        "größe%.txt": "gr%C3%B6%C3%9Fe%25.txt",
        "x\udcff.txt": "x%FF.txt",
        "/models/a.txt": "file:///models/a.txt",
        "../a.txt": "../a.txt",
        "<stdin>": "%3Cstdin%3E",
    }
    (run,) = json.loads(sarif.render([FileReport(name) for name in names]))["runs"]
    assert [artifact["location"]["uri"] for artifact in run["artifacts"]] == list(names.values())


def test_junit_has_a_suite_a_file_and_fails_for_errors_only() -> None:
    suites = ET.fromstring(junit.render(ALL))  # noqa: S314 - our own document
    told = [(suite.get("name"), suite.get("tests"), suite.get("failures"), suite.get("errors")) for suite in suites]
    assert told == [("models/small.txt", "1", "1", "0"), ("ok.txt", "2", "0", "0"), ("gone.txt", "1", "0", "1")]
    (failure,) = suites.iter("failure")
    assert (failure.get("type"), failure.get("message")) == ("S201", ERROR.message)
    assert failure.text == str(ERROR)
    assert [case.get("name") for case in suites[1]] == ["ok on mnist 1x28x28", "S208 at 3:1"]
    assert suites[1][0].findtext("system-out") == "33,078 parameters, 328,600 MACs, receptive field 32"


def test_github_has_a_command_a_finding() -> None:
    error, note, failure = github.render(ALL).splitlines()
    assert error.partition("::Conv")[0] == "::error file=models/small.txt,line=5,col=1,endColumn=5,title=cnndsl S201"
    assert error.endswith("its 4x4 input%0Ahint: a kernel of 4 or less%0Ashapes so far: 1x8x8")
    assert note == "::notice file=ok.txt,line=3,col=1,endColumn=3,title=cnndsl S208::Flatten inserted"
    assert failure.startswith("::error file=gone.txt,line=1,col=1,endColumn=2,title=cnndsl D503::gone.txt: there is no")
    assert github.render([FileReport("ok.txt", (), OK.networks)]) == ""


def test_github_escapes_what_would_end_a_property() -> None:
    finding = Diagnostic("X999", "warning", "50% a,b: c\nd", Span("a,b:c%.txt", 1))
    assert github.render([FileReport("a,b:c%.txt", (finding,), OK.networks)]) == (
        "::warning file=a%2Cb%3Ac%25.txt,line=1,col=1,endColumn=2,title=cnndsl X999::50%25 a,b: c%0Ad"
    )


@pytest.mark.parametrize("name", MACHINE_FORMATS)
def test_a_format_that_is_named_is_there(name: str) -> None:
    assert machine_format(name)([BAD])


def test_other_names_are_no_format() -> None:
    with pytest.raises(ValueError, match="no format is called xml"):
        machine_format("xml")


def test_json_has_no_lone_surrogates() -> None:
    finding = Diagnostic("X999", "error", "a\udcff", Span("b\udcff", 1))
    (file,) = json.loads(as_json.render([FileReport("c\udcff", (finding,))]))["files"]
    (told,) = file["diagnostics"]
    assert (told["message"], told["file"], file["file"]) == ("a?", "b?", "c?")


@thorough(50)
@given(given_reports=many())
def test_json_survives_any_text(given_reports: list[FileReport]) -> None:
    text = as_json.render(given_reports)
    assert text.isascii()
    found = [finding for file in json.loads(text)["files"] for finding in file["diagnostics"]]
    assert [finding["line"] for finding in found] == [f.span.line for r in given_reports for f in r.findings]
    names = [file["file"] for file in json.loads(text)["files"]]
    assert names == [report.file.encode("utf-8", "replace").decode() for report in given_reports]


@thorough(50)
@given(given_reports=many())
def test_sarif_survives_any_text(given_reports: list[FileReport]) -> None:
    text = sarif.render(given_reports)
    assert text.isascii()
    document = json.loads(text)
    sarif_standard.check(document)
    assert len(document["runs"][0]["results"]) == sum(len(report.findings) for report in given_reports)


@thorough(50)
@given(given_reports=many())
def test_junit_survives_any_text(given_reports: list[FileReport]) -> None:
    text = junit.render(given_reports)
    assert text.isascii()
    suites = ET.fromstring(text)  # noqa: S314 - our own document
    cases = [len(report.findings) + len(report.networks) for report in given_reports]
    assert [len(suite.findall("testcase")) for suite in suites] == cases


@thorough(50)
@given(given_reports=many())
def test_github_survives_any_text(given_reports: list[FileReport]) -> None:
    rows = github.render(given_reports).split("\n") if any(report.findings for report in given_reports) else []
    findings = [finding for report in given_reports for finding in report.findings]
    assert len(rows) == len(findings)
    for row, finding in zip(rows, findings, strict=True):
        command = re.fullmatch(r"::\w+ file=([^,:]*),line=\d+,col=\d+,endColumn=\d+,title=cnndsl \w+::([^\r]*)", row)
        assert command
        told = unquote_to_bytes(command[2].encode("utf-8", "surrogatepass")).decode()
        assert told.startswith(finding.message.encode("utf-8", "replace").decode())
