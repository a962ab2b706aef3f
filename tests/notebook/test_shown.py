"""What a notebook shows: self-contained HTML, well formed, and one display that changes."""

from __future__ import annotations

import sys
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from attrs import evolve
from IPython.core.interactiveshell import InteractiveShell

from cnndsl import compile_model
from cnndsl.compiler import build
from cnndsl.errors import ModelError
from cnndsl.notebook import History, fit, load_ipython_extension, register
from cnndsl.notebook.history import rows_html
from cnndsl.notebook.live import Live
from cnndsl.training import EpochDone, Result, Scores, Settings, StepDone, evaluate
from cnndsl.training.history import Row
from tests.doctor.patients import HEALTHY, splits

SETTINGS = Settings(epochs=2, batch=50, lr=3e-3, processes=1)


class _Page(HTMLParser):
    """Open elements, and what would be asked of a network."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.asked: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.asked += [str(value) for name, value in attrs if name in {"src", "href", "id"}]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Closed where it begins."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def assert_alone(text: str) -> None:
    """Well formed, without scripts, identifiers or anything from elsewhere."""
    page = _Page(text)
    assert not page.open
    assert not page.asked
    assert "<script" not in text
    assert "url(" not in text


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> InteractiveShell:
    shell = InteractiveShell()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    return shell


def rows() -> tuple[Row, ...]:
    return tuple(Row(epoch, 2 / epoch, Scores(2.1 / epoch, 0.4 + epoch / 10, 0.3 + epoch / 10)) for epoch in (1, 2, 3))


def test_a_program_is_shown_as_table_and_drawing(shell: InteractiveShell) -> None:
    register()
    shown, _ = shell.display_formatter.format(compile_model(f"input 1x8x8\n{HEALTHY}"))
    assert_alone(shown["text/html"])
    assert "<svg" in shown["text/html"]
    for text in ("Conv.0", "6x6x6", "ReLU.1", "total"):
        assert text in shown["text/html"]
    assert shown["text/plain"].splitlines()[-1].startswith("total")


def test_compiling_is_enough_to_have_programs_shown(shell: InteractiveShell) -> None:
    import cnndsl

    assert cnndsl.compile_model  # resolved anew: whoever has IPython is served
    formatter = shell.display_formatter.formatters["text/html"]
    assert formatter.lookup_by_type("cnndsl.compiler.program.Program")


def test_without_ipython_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "IPython")
    register()
    assert "IPython" not in sys.modules


def test_names_of_the_file_are_no_html(shell: InteractiveShell) -> None:
    load_ipython_extension(shell)
    graph = compile_model("input 1x8x8\nFlatten\nFC 4\n").graph
    shown, _ = shell.display_formatter.format(build(evolve(graph, source=evolve(graph.source, name="<b>&.txt"))))
    assert_alone(shown["text/html"])
    assert "<b>" not in shown["text/html"]


def test_a_history_is_shown_as_curves_and_table(shell: InteractiveShell) -> None:
    load_ipython_extension(shell)
    history = History(rows(), rows()[2], {}, {})
    assert_alone(history._repr_html_())
    assert history._repr_html_().count("<svg") == 2
    assert str(history).splitlines()[-1].split() == ["3", "0.6667", "0.7000", "0.7000", "0.6000"]
    kept = rows()
    result = Result(kept[1], kept[1].valid, None, kept, 1.0, ())
    shown, _ = shell.display_formatter.format(result)
    assert shown["text/html"] == rows_html(kept, kept[1])
    assert shown["text/html"].count('<tr class="best">') == 1


def test_one_epoch_and_losses_that_are_no_numbers_are_shown() -> None:
    assert_alone(rows_html(rows()[:1], None))
    broken = Row(1, float("nan"), Scores(float("inf"), 0.1, 0.1))
    assert_alone(rows_html((broken,), broken))


def test_fit_keeps_the_best_epoch_and_changes_nothing() -> None:
    data = splits()
    program = compile_model(f"input 1x8x8\n{HEALTHY}")
    once, again = fit(program, data, SETTINGS), fit(program, data, SETTINGS)
    assert once.rows == again.rows
    assert once.best in once.rows
    assert evaluate(program, once.params, once.state, data.valid) == once.best.valid


def test_fit_refuses_a_network_for_other_classes() -> None:
    with pytest.raises(ModelError, match="D501"):
        fit(compile_model("input 1x8x8\nFlatten\nFC 7\n"), splits(), SETTINGS)


def test_outside_of_a_notebook_progress_is_a_line_an_epoch(capsys: pytest.CaptureFixture[str]) -> None:
    fit(compile_model(f"input 1x8x8\n{HEALTHY}"), splits(), SETTINGS)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert [line[:9] for line in printed.err.splitlines()] == ["epoch 1/2", "epoch 2/2"]


def test_in_a_notebook_there_is_one_display_that_changes(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sent: list[tuple[str, bool]] = []
    publisher = SimpleNamespace(
        publish=lambda data, update=False, **_: sent.append((data["text/html"], update)), is_publishing=False
    )
    monkeypatch.setattr(shell, "kernel", object(), raising=False)
    monkeypatch.setattr(InteractiveShell, "initialized", lambda: True)
    monkeypatch.setattr(InteractiveShell, "instance", lambda: shell)
    shell.display_pub = publisher  # type: ignore[assignment]
    fit(compile_model(f"input 1x8x8\n{HEALTHY}"), splits(), SETTINGS)
    assert [update for _, update in sent] == [False] + [True] * (len(sent) - 1)
    assert len(sent) >= 4  # the bar, an epoch each, the line that stays
    for html, _ in sent:
        assert_alone(html)
    assert "2 epochs in" in sent[-1][0]
    assert capsys.readouterr().err == ""


def test_steps_do_not_flood_the_display(monkeypatch: pytest.MonkeyPatch) -> None:
    now, sent = [0.0], list[str]()
    monkeypatch.setattr("cnndsl.notebook.live.time.perf_counter", lambda: now[0])
    live = Live(1, 1000, sent.append)
    for _ in range(1000):
        now[0] += 0.001
        live.show(StepDone(1, 0.5, 1, 0.0, None))  # type: ignore[arg-type]
    assert 3 <= len(sent) <= 4  # of a thousand in a second
    assert 'max="1000"' in sent[0]
    shown = len(sent)
    live.show(EpochDone(1, 0.5, Scores(0.4, 0.9, 0.9), None))  # type: ignore[arg-type]
    live.end()
    assert len(sent) == shown + 2
