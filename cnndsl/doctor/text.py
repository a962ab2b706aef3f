"""What an examination came to, for people: a line each for what was looked at, a table of layers, the findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from cnndsl.columns import columns
from cnndsl.doctor.examine import Checkup
from cnndsl.doctor.labels import Labels
from cnndsl.doctor.learning import FirstSteps, OneBatch, RangeTest
from cnndsl.language.graph import Graph

Line = tuple[str, str, str]  # what was looked at, what was seen, the first two characters of its codes
_MOST = 2  # findings with one code that are told in full
_SKIPPED = "not looked at: the error above comes first"


def checkup_text(checkup: Checkup, graph: Graph, rate: float) -> str:
    """The whole report; ``rate`` is the learning rate that the network is to be trained at."""
    lines = [(name, seen, _verdict(checkup, codes, seen)) for name, seen, codes in _lines(checkup, rate)]
    parts = [columns(("looked at", "seen", "verdict"), lines)]
    if checkup.start is not None:
        parts.append(_layers(checkup))
    parts += _findings(checkup, graph)
    return "\n\n".join([*parts, _summary(checkup)])


def _findings(checkup: Checkup, graph: Graph) -> Iterator[str]:
    """The first findings with each code; in a deep network many layers may have the same fault."""
    seen: Counter[str] = Counter()
    for finding in checkup.findings:
        seen[finding.code] += 1
        if seen[finding.code] <= _MOST:
            yield finding.text(graph)
    yield from (f"{count - _MOST} more with {code}: see the table" for code, count in seen.items() if count > _MOST)


def _lines(checkup: Checkup, rate: float) -> Iterator[Line]:
    inputs, start, gradients = checkup.inputs, checkup.start, checkup.gradients
    spread = f"mean {_short(inputs.mean)}, standard deviation {_short(inputs.std)}"
    yield "images", f"{inputs.images:,}: {spread}, from {_short(inputs.low)} to {_short(inputs.high)}", "H90"
    yield "labels", _labels(checkup.labels), "H91"
    yield "first loss", f"{start.loss:.4g}; guessing has {start.guessed:.4g}" if start else _SKIPPED, "H921"
    units = sum(output.units for output in start.outputs) if start else 0
    dead = sum(output.dead for output in start.outputs) if start else 0
    yield "dead units", f"{dead:,} of {units:,}" if start else _SKIPPED, "H922 H923"
    shares = [gradient.relative for gradient in gradients or ()]
    span = f"{min(shares):.1e} to {max(shares):.1e} of the weights" if shares else "no layer has any"
    yield "gradients", span if gradients is not None else _SKIPPED, "H93"
    yield "one batch", _one_batch(checkup.one_batch) if checkup.one_batch else _SKIPPED, "H941"
    yield (
        "learning rate",
        _rate(checkup.range_test, checkup.first_steps, rate) if checkup.range_test else _SKIPPED,
        "H942 H943",
    )


def _labels(labels: Labels) -> str:
    least, most = min(labels.counts), max(labels.counts)
    images = f"{least:,}" if least == most else f"{least:,} to {most:,}"
    text = f"{len(labels.counts)} classes of {images} images"
    if labels.neighbour is None or labels.chance is None:
        return text
    return f"{text}; the nearest image has the same in {labels.neighbour:.1%} ({labels.chance:.1%} by chance)"


def _one_batch(batch: OneBatch) -> str:
    learnt = "learnt by heart in" if batch.is_learnt else f"{batch.accuracy:.0%} learnt in"
    return f"{batch.images} images {learnt} {batch.steps} steps at a learning rate of {batch.rate:g}"


def _rate(test: RangeTest, tried: FirstSteps | None, rate: float) -> str:
    suggested = f"{test.suggested:g} is suggested" if test.suggested else "none in the test lowered the loss"
    limit = f", from {test.limit:.2g} on nothing is learnt" if test.limit is not None else ""
    loss = f"; at {rate:g} the loss is {tried.loss:.3g} after {tried.steps} steps" if tried else ""
    return f"{rate:g}; {suggested}{limit}{loss}"


def _layers(checkup: Checkup) -> str:
    by_path = {gradient.node.path: gradient for gradient in checkup.gradients or ()}
    rows = []
    for output in checkup.start.outputs if checkup.start else ():
        path = output.node.path
        own = by_path.get(path)
        rows.append(
            (
                path,
                _short(output.size),
                f"{output.dead} of {output.units}" if output.units else "",
                f"{own.norm:.1e}" if own else "",
                f"{own.weights:.1e}" if own else "",
                f"{own.relative:.1e}" if own and own.weights else "",
            )
        )
    head = ("path", "output (rms)", "dead units", "gradient (norm)", "weights (norm)", "ratio")
    return columns(head, rows, numbers=range(1, 6))


def _verdict(checkup: Checkup, codes: str, seen: str) -> str:
    if seen == _SKIPPED:
        return ""
    own = [finding for finding in checkup.findings if finding.code.startswith(tuple(codes.split()))]
    worst = {finding.severity for finding in own}
    word = "ERROR " if "error" in worst else "warning "
    return word + " ".join(sorted({finding.code for finding in own})) if own else "ok"


def _summary(checkup: Checkup) -> str:
    errors = sum(finding.severity == "error" for finding in checkup.findings)
    warnings = len(checkup.findings) - errors
    if not checkup.findings:
        return "no fault found"
    counts = [f"{number} {word}{'s' * (number != 1)}" for number, word in ((errors, "error"), (warnings, "warning"))]
    return ", ".join(text for text, number in zip(counts, (errors, warnings), strict=True) if number)


def _short(value: float) -> str:
    return f"{0.0 if abs(value) < 5e-4 else value:.3g}"
