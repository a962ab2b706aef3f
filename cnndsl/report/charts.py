"""Line charts as SVG for a page: no colours of their own, the page's style sheet has them, in light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, isfinite, log10

from attrs import frozen

from cnndsl.report.drawing_svg import element, line_of_text, words

_WIDTH, _HEIGHT = 400.0, 232.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 46.0, 10.0, 10.0, 34.0
_MOST_DOTS = 30

Points = Sequence[tuple[float, float]]


@frozen
class Series:
    """A line: its name, its points, and the number of its colour."""

    name: str
    points: Points
    colour: int
    dots: bool = True


@frozen
class Chart:
    """Lines over one axis. ``mark`` is where an upright line stands; ``from_zero`` begins the upright axis there."""

    title: str
    series: tuple[Series, ...]
    across: str
    mark: float | None = None
    from_zero: bool = True

    @property
    def svg(self) -> str:
        """The drawing; its names and numbers are in words as well."""
        return draw_chart(self)


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers, a step of 1, 2 or 5 times a power of ten apart, from at most ``low`` to at least ``high``."""
    span = high - low if high > low else abs(high) or 1.0
    rough = span / about
    power = 10.0 ** floor(log10(rough))
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= rough * 0.999)
    first, last = floor(low / step + 1e-9), -floor(-high / step + 1e-9)
    return [number * step for number in range(first, max(last, first + 1) + 1)]


def spell(value: float) -> str:
    """A number as short as it can be."""
    text = f"{value:.4g}" if abs(value) >= 0.01 or abs(value) < 1e-12 else f"{value:.3e}"
    digits, _, power = text.partition("e")
    return f"{float(digits):g}e{int(power)}" if power else text


def draw_chart(chart: Chart) -> str:
    """A chart as an ``svg`` element without identifiers, as wide as there is room."""
    points = [(x, y) for series in chart.series for x, y in series.points if isfinite(y)]
    xs, ys = [x for x, _ in points] or [0.0], [y for _, y in points] or [0.0]
    upright = ticks(min(0.0, *ys) if chart.from_zero else min(ys), max(ys))
    level = [tick for tick in ticks(min(xs), max(xs), 6) if min(xs) - 1e-9 <= tick <= max(xs) + 1e-9 and tick % 1 == 0]
    scale = _Scale(min(xs), max(xs), upright[0], upright[-1])
    return element(
        "svg",
        element("title", words(description(chart))),
        *(_row(scale, tick) for tick in upright),
        *(_column(scale, tick) for tick in level),
        line_of_text(chart.across, _WIDTH - _RIGHT, _HEIGHT - 4, "tick", text_anchor="end"),
        *([_mark(scale, chart.mark)] if chart.mark is not None else []),
        *(_line(scale, series) for series in chart.series),
        viewBox=f"0 0 {_WIDTH:.0f} {_HEIGHT:.0f}",
        role="img",
        class_="chart",
    )


def description(chart: Chart) -> str:
    """The chart in words, for who does not see it."""
    ends = (
        f"{series.name} from {spell(series.points[0][1])} to {spell(series.points[-1][1])}"
        for series in chart.series
        if series.points
    )
    return f"{chart.title}: {', '.join(ends)}"


@frozen
class _Scale:
    """From values to the drawing's units."""

    left: float
    right: float
    bottom: float
    top: float

    def x(self, value: float) -> float:
        span = self.right - self.left
        share = (value - self.left) / span if span else 0.5
        return _LEFT + 6 + share * (_WIDTH - _LEFT - _RIGHT - 12)

    def y(self, value: float) -> float:
        return _TOP + (self.top - value) / (self.top - self.bottom) * (_HEIGHT - _TOP - _BOTTOM)


def _row(scale: _Scale, tick: float) -> str:
    y = scale.y(tick)
    rule = element("path", d=f"M{_LEFT:.0f},{y:.1f}H{_WIDTH - _RIGHT:.0f}", class_="rule")
    return rule + line_of_text(spell(tick), _LEFT - 7, y + 4, "tick", text_anchor="end")


def _column(scale: _Scale, tick: float) -> str:
    return line_of_text(spell(tick), scale.x(tick), _HEIGHT - _BOTTOM + 17, "tick", text_anchor="middle")


def _mark(scale: _Scale, value: float) -> str:
    return element("path", d=f"M{scale.x(value):.1f},{_TOP:.0f}V{_HEIGHT - _BOTTOM:.0f}", class_="mark")


def _line(scale: _Scale, series: Series) -> str:
    places = [(scale.x(x), scale.y(y), y) for x, y in series.points if isfinite(y)]
    path = "L".join(f"{x:.1f},{y:.1f}" for x, y, _ in places)
    dots = [
        element("circle", element("title", words(f"{series.name} {spell(value)}")), cx=x, cy=y, r=3)
        for x, y, value in places
        if series.dots and len(places) <= _MOST_DOTS
    ]
    line = element("path", d=f"M{path}", class_="line") if places else ""
    return element("g", line, *dots, class_=f"series s{series.colour}")
