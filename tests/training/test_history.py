"""The tables of a run, and which epoch is the best."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.settings.rules import USUAL
from cnndsl.training.history import Row, best, history_csv, legacy_history_csv, legacy_test_csv, test_csv
from cnndsl.training.metrics import Scores

test_csv.__test__ = False  # type: ignore[attr-defined]  # a table, not a test


def rows_of(*scores: tuple[float, float]) -> list[Row]:
    """Epochs with these macro F1 and losses."""
    return [Row(epoch, 0.5, Scores(loss, 0.25, f1)) for epoch, (f1, loss) in enumerate(scores, 1)]


@pytest.mark.parametrize(
    ("scores", "epoch"),
    [
        ([(0.2, 1.0), (0.9, 1.0), (0.8, 0.1)], 2),
        ([(0.9, 0.5), (0.9, 0.4), (0.9, 0.6)], 2),
        ([(0.9, 0.5), (0.9, 0.5), (0.8, 0.1)], 1),
        ([(0.0, 3.0)], 1),
    ],
    ids=["highest F1", "then lowest loss", "then first", "only one"],
)
def test_the_best_epoch(scores: list[tuple[float, float]], epoch: int) -> None:
    assert best(rows_of(*scores)).epoch == epoch


@pytest.mark.parametrize(
    ("metric", "epoch"), [("valid.macro_f1", 2), ("valid.loss", 3), ("valid.accuracy", 3)], ids=str
)
def test_the_metric_decides_and_knows_its_direction(metric: str, epoch: int) -> None:
    rows = rows_of((0.2, 1.0), (0.9, 1.0), (0.8, 0.1))
    assert best(rows, metric).epoch == epoch  # all are as accurate: then the loss decides
    assert [line[-1] for line in history_csv(rows, metric).splitlines()[1:]] == [
        str(int(n == epoch)) for n in (1, 2, 3)
    ]


shares = st.floats(0, 1)


@given(st.lists(st.tuples(shares, st.floats(0, 1e6)), min_size=1, max_size=8))
def test_no_epoch_is_better_than_the_best(scores: list[tuple[float, float]]) -> None:
    rows = rows_of(*scores)
    chosen = best(rows)
    for row in rows:
        assert row.valid.macro_f1 <= chosen.valid.macro_f1
        if row.valid.macro_f1 == chosen.valid.macro_f1:
            assert (row.valid.loss, row.epoch) >= (chosen.valid.loss, chosen.epoch)
    assert best(rows[: chosen.epoch]) is chosen


def test_the_history_marks_the_best_epoch() -> None:
    assert history_csv(rows_of((0.2, 1.5), (0.9, 1.25), (0.8, 0.1))) == (
        "epoch,train_loss,valid_loss,valid_accuracy,valid_macro_f1,best\n"
        "1,0.5,1.5,0.25,0.2,0\n"
        "2,0.5,1.25,0.25,0.9,1\n"
        "3,0.5,0.1,0.25,0.8,0\n"
    )


@given(st.lists(st.tuples(shares, st.floats(0, 1e300)), min_size=1, max_size=3))
def test_every_bit_of_a_number_is_in_the_table(scores: list[tuple[float, float]]) -> None:
    table = csv.DictReader(history_csv(rows_of(*scores)).splitlines())
    assert [(float(row["valid_macro_f1"]), float(row["valid_loss"])) for row in table] == scores


def test_the_test_is_one_row() -> None:
    assert test_csv(3, Scores(0.5, 0.75, 0.625), USUAL) == (
        "best_epoch,test_loss,test_accuracy,test_macro_f1\n3,0.5,0.75,0.625\n"
    )


def test_the_tables_have_a_column_for_each_metric_that_is_asked_for() -> None:
    rows = [Row(1, 0.5, Scores(2.0, 0.25, 0.5, {"top_5": 0.75})), Row(2, 0.5, Scores(2.0, 0.25, 0.5, {"top_5": 1.0}))]
    assert history_csv(rows, "valid.top_5", ("top_5", "loss")) == (
        "epoch,train_loss,valid_top_5,valid_loss,best\n1,0.5,0.75,2.0,0\n2,0.5,1.0,2.0,1\n"
    )
    assert test_csv(2, rows[1].valid, ("top_5",)) == "best_epoch,test_top_5\n2,1.0\n"


def test_the_earlier_tables_hold_sums() -> None:
    assert legacy_history_csv(rows_of((0.5, 2.0), (0.75, 1.0)), 500) == (
        "Epoch,Loss,Accuracy,Macro F1\n1,1000.0,0.25,0.5\n2,500.0,0.25,0.75\n"
    )
    assert legacy_test_csv(Scores(0.5, 0.75, 0.625), 500) == "Loss,Accuracy,Macro F1\n250.0,0.75,0.625\n"
