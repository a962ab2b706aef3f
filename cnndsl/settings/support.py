"""What this version can train. A file may ask for more, and is then told so before anything is trained.

A line of the table goes when its setting arrives in the engine; nothing else is to be changed for it here.
"""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from cnndsl.errors import Diagnostic, Span
from cnndsl.language.source import Source
from cnndsl.settings._findings import Findings
from cnndsl.settings._names import find_target, value_text
from cnndsl.settings.rules import METRICS
from cnndsl.settings.sections import Settings


@frozen
class Limit:
    """A setting, of which values training can do what it says, and what to write instead of the others."""

    name: str
    runs: Callable[[Settings], bool]
    instead: str


LIMITS = (Limit("train.metrics", lambda settings: set(settings.train.metrics) == set(METRICS), "all three metrics"),)


def unsupported(settings: Settings, *sources: Source) -> tuple[Diagnostic, ...]:
    """What is asked for and cannot be trained yet (C408), each with its line. ``sources`` are the texts they are in."""
    findings = Findings(*sources)
    for limit in LIMITS:
        if limit.runs(settings):
            continue
        places = {key: place for key, place in settings.places.items() if f"{key}.".startswith(f"{limit.name}.")}
        span = min((place.span for place in places.values()), key=lambda span: span.line, default=Span("", 1))
        target = find_target(settings, limit.name)
        what = f"{target.key} = {value_text(settings, target)}" if target else limit.name
        findings.add("C408", f"`{what}` cannot be trained yet", span, f"for now {limit.instead}")
    return findings.sorted()
