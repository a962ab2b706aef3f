"""What the page says of the classes is what scikit-learn says."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from cnndsl.report.findings import Epoch, Findings, Sample, read_findings, write_findings
from cnndsl.report.page_scores import class_rows, matrix_of
from cnndsl.report.pictures import stacked


def findings(counts: np.ndarray) -> Findings:
    return Findings(
        classes=tuple(f"class {number}" for number in range(len(counts))),
        loss_label="loss",
        best_epoch=1,
        test_loss=0.5,
        epochs=(Epoch(1, 1.0, 0.9, 0.5, 0.4),),
        rates=((0.0, 0.1), (1.0, 0.05)),
        confusion=counts.tolist(),
        mistakes=(),
        observed=1,
        activity=(),
        sloped=1,
        slopes=(),
        sample=Sample(stacked(np.zeros((1, 2, 2), np.uint8)), 0),
    )


@pytest.mark.parametrize("classes", [2, 10, 30])
def test_each_class_has_scikit_learns_scores(classes: int) -> None:
    rng = np.random.default_rng(classes)
    true, named = rng.integers(0, classes - 1, 200), rng.integers(0, classes, 200)  # of the last class there are none
    labels = range(classes)
    rows = class_rows(findings(confusion_matrix(true, named, labels=labels)))
    expected = precision_recall_fscore_support(true, named, labels=labels, zero_division=0)
    found = [(row.precision, row.recall, row.f1, row.images) for row in rows]
    np.testing.assert_allclose(found, np.array(expected).T)


def test_many_classes_are_a_picture_and_the_pairs_are_named() -> None:
    counts = np.eye(30, dtype=int) * 9
    counts[3, 7], counts[5, 2] = 4, 6
    matrix = matrix_of(findings(counts))
    assert not matrix.cells
    assert matrix.picture.startswith("data:image/png;base64,")
    assert matrix.pairs == (("class 5", "class 2", 6), ("class 3", "class 7", 4))
    assert matrix_of(findings(counts[:10, :10])).cells[5][2] == (6, 0.4)


def test_findings_come_back_from_their_file() -> None:
    kept = findings(np.eye(3, dtype=int))
    assert read_findings(write_findings(kept)) == kept


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"schema":1', '"schema":2'),
        ('"classes":["class 0",', '"classes":['),
        ('"label":0', '"label":3'),
        ("[1,0,0]", "[1,0]"),
        ('"number":1', '"number":"one"'),
        ('"channels":"', '"channels":"*'),
        ('"observed":1,', ""),
        ('"epochs":[{', '"epochs":[[]],"more":[{'),
        ("}\n", ""),
    ],
)
def test_findings_that_are_damaged_are_refused(before: str, after: str) -> None:
    text = write_findings(findings(np.eye(3, dtype=int)))
    assert before in text
    with pytest.raises(ValueError, match=r"."):
        read_findings(text.replace(before, after, 1))
