"""What a check of a file comes to: for which images, how strictly, and with which exit code."""

from __future__ import annotations

from attrs import evolve

from cnndsl.data import SHAPES
from cnndsl.diagnostics import report
from cnndsl.diagnostics.report import examine, unreadable
from cnndsl.errors import Diagnostic, InputError, ModelError, Span
from cnndsl.language import Source
from tests.diagnostics.reports import BAD, ERROR, MISSING, NOTE, OK


def test_a_report_knows_how_it_ends() -> None:
    assert (OK.ok, BAD.ok, MISSING.ok) == (True, False, False)
    assert (OK.exit_code, BAD.exit_code, MISSING.exit_code) == (0, 1, 3)
    assert OK.findings == (NOTE,)
    assert [finding.span for finding in MISSING.findings] == [Span("gone.txt", 1)]


def test_a_file_is_right_if_it_is_right_for_one_data_set() -> None:
    done = examine(Source("model.txt", "Conv 6 30\nReLU\nFlatten\nFC 10\n"), SHAPES)
    assert [network.data for network in done.networks] == ["cifar10"]
    assert done.diagnostics == ()


def test_what_is_wrong_for_all_is_told_once() -> None:
    done = examine(Source("model.txt", "Conv 6 40\n"), SHAPES)
    assert [finding.code for finding in done.diagnostics] == ["S201"]


def test_only_the_input_that_is_stated_counts() -> None:
    (network,) = examine(Source("model.txt", "input 2x9x9\nFlatten\nFC 10\n"), SHAPES).networks
    assert (network.data, network.input_shape, network.output_shape) == ("", (2, 9, 9), (10,))


def test_strictness_raises_warnings_and_an_implied_flatten_and_nothing_else() -> None:
    warning = Diagnostic("G304", "warning", "no nonlinearity", Span("model.txt", 2))
    style = Diagnostic("L801", "style", "`conv` should be `Conv`", Span("model.txt", 1))
    note = evolve(NOTE, code="S205")
    raised = report._strictly((warning, style, note, NOTE, ERROR))
    assert [finding.severity for finding in raised] == ["error", "style", "note", "error", "error"]
    assert [finding.code for finding in raised] == ["G304", "L801", "S205", "S208", "S201"]


def test_a_file_that_is_no_text_has_a_finding_and_one_that_is_missing_a_failure() -> None:
    assert unreadable("-", ModelError([ERROR])) == evolve(BAD, file="models/small.txt")
    error = InputError("gone.txt: there is no such file", code="D503")
    assert unreadable("gone.txt", error).failure is error
