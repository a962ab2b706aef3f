"""The pieces of a drawing as SVG elements. What came from a model file is escaped here, and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from math import dist, log1p, sqrt
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from attrs import frozen

from cnndsl.errors import printable
from cnndsl.language.graph import Shape
from cnndsl.report.drawing_cards import TEXT_AT, TEXT_END, Card
from cnndsl.report.drawing_layout import TITLE_AT, Box, Edge, Frame, Note, Point

_CORNER = 12.0
_HEAD = (7.0, 3.6)  # length and half width of an arrow's head
_SIGN_AT = 27.0  # the middle of a sign, from the left edge of its box


@frozen
class Scale:
    """What signs are in proportion to: the longest side, the most channels and the longest vector of a network."""

    side: int
    channels: int
    vector: int


def scale_of(shapes: Sequence[Shape]) -> Scale:
    """The scale of a network's shapes."""
    maps = [shape for shape in shapes if len(shape) == 3]
    return Scale(
        max((max(shape[1:]) for shape in maps), default=1),
        max((shape[0] for shape in maps), default=1),
        max((shape[0] for shape in shapes if len(shape) == 1), default=1),
    )


def element(name: str, *inside: str, **attributes: Any) -> str:
    """An element; of attributes, ``class_`` is the class, and numbers are rounded to tenths."""
    given = "".join(
        f" {key.rstrip('_').replace('_', '-')}={quoteattr(_value(value))}" for key, value in attributes.items()
    )
    return f"<{name}{given}>{''.join(inside)}</{name}>" if inside else f"<{name}{given}/>"


def words(text: str) -> str:
    """Text as the content of an element; what XML may not hold is replaced."""
    return escape("\n".join(map(printable, text.split("\n"))))


def line_of_text(text: str, x: float, y: float, class_: str, **attributes: Any) -> str:
    """A text element."""
    return element("text", words(text), x=x, y=y, class_=class_, **attributes)


def border(frame: Frame) -> str:
    """The border of a block, with its title."""
    line = element("rect", x=frame.x, y=frame.y, width=frame.width, height=frame.height, rx=10, class_="frame")
    title = line_of_text(frame.shown, frame.x + TITLE_AT, frame.y + 17, "block")
    return element("g", element("title", words(frame.title)), line, title)


def arrow(edge: Edge) -> str:
    """A line with round corners and an arrow's head."""
    *corners, before, tip = edge.points
    length, half = _HEAD
    dx, dy = _direction(before, tip)
    end = (tip[0] - dx * (length - 1), tip[1] - dy * (length - 1))
    foot = (tip[0] - dx * length, tip[1] - dy * length)
    head = [tip, (foot[0] - dy * half, foot[1] + dx * half), (foot[0] + dy * half, foot[1] - dx * half)]
    return element("path", d=_rounded([*corners, before, end]), class_="edge") + element(
        "path", d=f"M{_pair(head[0])}L{_pair(head[1])}L{_pair(head[2])}Z", class_="head"
    )


def shape(note: Note) -> str:
    """A shape beside an edge."""
    if note.upright:
        return line_of_text(note.text, 0, 0, "note", transform=f"translate({_pair((note.x, note.y))})rotate(90)")
    return line_of_text(note.text, note.x, note.y, "note", text_anchor="end")


def end(box: Box, text: str) -> str:
    """The input or the output of the network."""
    label = line_of_text(text, box.middle, box.y + box.height / 2 + 4.5, "name", text_anchor="middle")
    return element("g", _border(box, box.height / 2), label, class_="other")


def layer(box: Box, card: Card, scale: Scale) -> str:
    """A layer's box with what is on it."""
    shown = card.fitted(box.width - TEXT_AT - TEXT_END)
    middle = box.y + box.height / 2
    x, right = box.x + TEXT_AT, box.x + box.width - TEXT_END
    parts = [element("title", words(card.hint)), _border(box, 8), _sign(box, card, scale)]
    if not card.detail:
        parts.append(_first_line(shown, x, middle + 4.5))
    elif card.tall:
        parts += [_first_line(shown, x, middle - 3.5), line_of_text(card.detail, x, middle + 13.5, "small quiet")]
    else:
        detail = line_of_text(card.detail, right, middle + 4, "small quiet", text_anchor="end")
        parts += [_first_line(shown, x, middle + 4.5), detail]
    return element("g", *parts, class_=card.family)


def _border(box: Box, radius: float) -> str:
    return element("rect", x=box.x, y=box.y, width=box.width, height=box.height, rx=radius, class_="card")


def _first_line(card: Card, x: float, y: float) -> str:
    label = element("tspan", words(card.label) + " ", class_="quiet") if card.label else ""
    name = element("tspan", words(card.name), class_="bold")
    arguments = f" {words(card.arguments)}" if card.arguments else ""
    return element("text", label, name, arguments, x=x, y=y, class_="name")


def _sign(box: Box, card: Card, scale: Scale) -> str:
    x, y = box.x + _SIGN_AT, box.y + box.height / 2
    match card.sign:
        case "value" if len(card.shape) == 3:
            return _solid(x, y, card.shape, scale)
        case "value":
            height = 5 + 25 * log1p(card.shape[0]) / log1p(scale.vector)
            return element("rect", x=x - 3, y=y - height / 2, width=6, height=height, rx=1.5, class_="solid")
        case "sum":
            return element("circle", cx=x, cy=y, r=7.5, class_="sign") + element(
                "path", d=f"M{_pair((x - 3.5, y))}h7M{_pair((x, y - 3.5))}v7", class_="sign"
            )
    return element("circle", cx=x, cy=y, r=3.5, class_="solid")


def _solid(x: float, y: float, shape: Shape, scale: Scale) -> str:
    """A map as a block: its face as large as the map, as deep as it has channels; areas grow with sizes."""
    channels, *sides = shape
    height, width = (3 + 21 * sqrt(side / scale.side) for side in sides)
    depth = 2 + 11 * log1p(channels) / log1p(scale.channels)
    across, up = depth, depth * 0.5
    left, top = x - (width + across) / 2, y - (height - up) / 2
    face = element("rect", x=left, y=top, width=width, height=height, class_="solid")
    lid = f"M{_pair((left, top))}l{_pair((across, -up))}h{_value(width)}l{_pair((-across, up))}Z"
    side = f"M{_pair((left + width, top))}l{_pair((across, -up))}v{_value(height)}l{_pair((-across, up))}Z"
    return face + element("path", d=lid, class_="solid top") + element("path", d=side, class_="solid side")


def _rounded(points: Sequence[Point]) -> str:
    """A path along points, its corners cut by curves that take no more than half of a line."""
    path = f"M{_pair(points[0])}"
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        radius = min(_CORNER, dist(before, corner) / 2, dist(corner, after) / 2)
        into, out = _direction(before, corner), _direction(corner, after)
        start = (corner[0] - into[0] * radius, corner[1] - into[1] * radius)
        stop = (corner[0] + out[0] * radius, corner[1] + out[1] * radius)
        path += f"L{_pair(start)}Q{_pair(corner)} {_pair(stop)}"
    return f"{path}L{_pair(points[-1])}"


def _direction(start: Point, stop: Point) -> Point:
    """A step of length one along a level or upright line."""
    length = dist(start, stop) or 1.0
    return (stop[0] - start[0]) / length, (stop[1] - start[1]) / length


def _pair(point: Point) -> str:
    return f"{_value(point[0])},{_value(point[1])}"


def _value(value: Any) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, int | float) else str(value)
