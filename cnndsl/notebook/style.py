"""The style sheet of what is shown in a notebook. Text has the page's own colour, so light and dark follow the page."""

from __future__ import annotations

from html import escape

ROOT = "cnndsl-shown"
_LINE = "rgba(128,128,128,.35)"
# Both stand out from white and from black.
_SERIES = ("#3f83d1", "#d9730d", "#2f9e6e")

_RULES = {
    "": "font-size:13px;line-height:1.45;overflow-x:auto",
    "table": "border-collapse:collapse;margin:.4em 0;font:inherit;font-variant-numeric:tabular-nums;color:inherit",
    "th": f"text-align:right;font-weight:600;padding:.15em .8em;border-bottom:1px solid {_LINE};background:none",
    "td": "text-align:right;padding:.1em .8em;border:0;background:none;white-space:nowrap",
    "tr": "background:none",
    "tr.total td": f"border-top:1px solid {_LINE};font-weight:600",
    "tr.best td": "font-weight:600",
    ".word": "text-align:left",
    "code": "background:none;color:inherit;padding:0",
    "figure": "display:inline-block;margin:.3em 1em .3em 0;width:400px;max-width:100%",
    "figcaption": "font-weight:600",
    "svg.chart": "width:100%;height:auto",
    ".chart text": "fill:currentColor;font-size:11px;opacity:.75",
    ".chart .rule": f"stroke:{_LINE};fill:none",
    ".chart .mark": "stroke:currentColor;stroke-dasharray:2 3;fill:none;opacity:.6",
    ".chart .line": "fill:none;stroke-width:2",
    ".key": "display:inline-block;margin-right:1em",
    "progress": "width:16em;vertical-align:middle;margin-right:.8em",
    **{f".s{number} .line": f"stroke:{colour}" for number, colour in enumerate(_SERIES)},
    **{f".s{number} circle": f"fill:{colour}" for number, colour in enumerate(_SERIES)},
    **{f".key.s{number}": f"color:{colour}" for number, colour in enumerate(_SERIES)},
}


def framed(*parts: str) -> str:
    """Parts of HTML as one that stands by itself: its rules are for what is in it, wherever it is shown."""
    rules = "".join(f".{ROOT} {selector}{{{values}}}" for selector, values in _RULES.items())
    return f'<div class="{ROOT}"><style>{rules}</style>{"".join(parts)}</div>'


def table(head: tuple[str, ...], rows: list[tuple[str, ...]], *, words: int, marked: dict[int, str]) -> str:
    """A table; the first ``words`` columns are flush left, rows by number may have a class."""
    lines = [_row("th", head, words)]
    lines += [_row("td", cells, words, marked.get(number, "")) for number, cells in enumerate(rows)]
    return f"<table>{''.join(lines)}</table>"


def _row(tag: str, cells: tuple[str, ...], words: int, class_: str = "") -> str:
    inside = "".join(
        f'<{tag} class="word">{escape(text)}</{tag}>' if number < words else f"<{tag}>{escape(text)}</{tag}>"
        for number, text in enumerate(cells)
    )
    return f'<tr class="{class_}">{inside}</tr>' if class_ else f"<tr>{inside}</tr>"
