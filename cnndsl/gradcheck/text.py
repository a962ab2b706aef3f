"""What a check has found, as tables for people."""

from __future__ import annotations

from collections.abc import Sequence

from cnndsl.columns import columns
from cnndsl.gradcheck.mutate import Outcome
from cnndsl.gradcheck.network import Row

_MOST_NAMED = 5


def verdict(row: Row, tolerance: float) -> str:
    """``ok``, ``WRONG``, or ``unclear`` where every coordinate lies at a kink."""
    if row.comparison.is_unclear:
        return "unclear"
    return "ok" if row.comparison.is_right(tolerance) else "WRONG"


def rows_text(rows: Sequence[Row], tolerance: float) -> str:
    """The table, and below it what it comes to."""
    head = ("path", "gradient of", "by", "checked", "left out", "largest error", "verdict")
    cells = [
        (
            row.path,
            f"{row.layer} ({row.mode})" if row.mode else row.layer,
            row.comparison.part,
            _share(row.comparison.checked, row.comparison.total),
            f"{row.comparison.left_out:,}",
            _error(row),
            verdict(row, tolerance),
        )
        for row in rows
    ]
    return "\n".join([columns(head, cells, numbers={3, 4, 5}), "", *_summary(rows, tolerance)])


def outcomes_text(outcomes: Sequence[Outcome]) -> str:
    """Which mistake was planted where, and which check saw it."""
    head = ("planted mistake", "in", "the layer's check", "the network's check")
    cells = [
        (outcome.mistake, outcome.path, _seen(outcome.by_layer), _seen(outcome.by_network))
        if outcome.path
        else (outcome.mistake, f"- {outcome.needs}", "", "")
        for outcome in outcomes
    ]
    unseen = [outcome.mistake for outcome in outcomes if outcome.is_unseen]
    made = sum(bool(outcome.path) for outcome in outcomes)
    line = f"{made - len(unseen)} of {made} planted mistakes were seen; {len(outcomes) - made} do not apply"
    return "\n".join([columns(head, cells), "", line, *(f"unseen: {name}" for name in unseen)])


def _share(checked: int, total: int) -> str:
    return f"{checked:,}" if checked == total else f"{checked:,} of {total:,}"


def _error(row: Row) -> str:
    return "-" if row.comparison.is_unclear else f"{row.comparison.error:.1e}"


def _seen(row: Row | None) -> str:
    if row is None:
        return "-"
    of = f"{row.layer} by " if row.layer in {"loss", "output"} else ""
    return f"{of}{row.comparison.part}: {row.comparison.error:.1e}"


def _summary(rows: Sequence[Row], tolerance: float) -> list[str]:
    wrong = [f"{row.path} {row.comparison.part}" for row in rows if verdict(row, tolerance) == "WRONG"]
    unclear = [f"{row.path} {row.comparison.part}" for row in rows if verdict(row, tolerance) == "unclear"]
    checked = sum(row.comparison.checked for row in rows)
    left_out = sum(row.comparison.left_out for row in rows)
    sampled = sum(row.comparison.checked + row.comparison.left_out < row.comparison.total for row in rows)
    lines = [
        f"{len(rows)} gradients, {checked:,} coordinates: {'WRONG: ' + _some(wrong) if wrong else 'no error found'}"
    ]
    if left_out:
        lines.append(
            f"{left_out:,} coordinates left out: a kink lies within a step of them (a cut at zero, tied maxima), where "
            "there is no slope"
        )
    if sampled:
        lines.append(f"{sampled} of the arrays were sampled; --coordinates sets how much of each")
    if unclear:
        lines.append(f"unclear, every coordinate being left out: {_some(unclear)}; try another --seed")
    return lines


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more
