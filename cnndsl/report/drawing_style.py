"""The colours and type of a drawing, as the style sheet that it carries.

Light, and dark on a screen that asks for it; paper is always light. Every rule begins with the drawing's own class: a
page may hold several drawings, and much else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Theme = Literal["auto", "light", "dark"]

ROOT = "cnndsl-drawing"
_FONT = 'system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif'

INK = "#1b2430"
# paper, ink, quieter ink, edges, border and ground of frames
_LIGHT = ("#ffffff", INK, "#566273", "#7d8a9a", "#cdd5df", "#64748b")
_DARK = ("#11161d", "#e7ecf3", "#9fabba", "#718094", "#35404e", "#94a3b8")

# For each family of layers its strong colour, and the ground and border of its boxes.
LIGHT_FAMILIES = {
    "convolution": ("#2f66d0", "#ebf2fe", "#b4cbf6"),
    "pooling": ("#0b8a7d", "#e3f6f3", "#9fd9d0"),
    "activation": ("#c27c0e", "#fdf4e1", "#efd293"),
    "normalisation": ("#7a4ccf", "#f2edfd", "#d0bdf4"),
    "dense": ("#c93a67", "#fdecf2", "#f2b5ca"),
    "merge": ("#4b8a2b", "#eef7e7", "#bedda9"),
    "other": ("#5f6f84", "#f2f5f9", "#cbd5e1"),
}
_DARK_FAMILIES = {
    "convolution": ("#7ba6f7", "#17253f", "#2f4d86"),
    "pooling": ("#4fc7b8", "#10302e", "#1f625b"),
    "activation": ("#eab54e", "#33270f", "#6d5320"),
    "normalisation": ("#b394f3", "#271d42", "#4f3b85"),
    "dense": ("#f285a8", "#391a27", "#7b3552"),
    "merge": ("#93cf70", "#1c2f13", "#3d6529"),
    "other": ("#a3b1c2", "#1d2530", "#3c4a5c"),
}


def style_sheet(theme: Theme) -> str:
    """The rules, for a theme or for what the reader's system asks for."""
    light = _colours(_LIGHT, LIGHT_FAMILIES)
    dark = _colours(_DARK, _DARK_FAMILIES)
    by_system = f"{light}@media screen and (prefers-color-scheme:dark){{{dark}}}"
    return _shapes() + {"auto": by_system, "light": light, "dark": dark}[theme]


def _shapes() -> str:
    return _rules(
        {
            "text": f"font-family:{_FONT};font-variant-numeric:tabular-nums",
            ".title": "font-size:17px;font-weight:600",
            ".line": "font-size:12px",
            ".name": "font-size:13px",
            ".bold": "font-weight:600",
            ".small,.note": "font-size:11px",
            ".block": "font-size:11px;font-weight:600",
            ".frame": "stroke-width:1;fill-opacity:.05",
            ".card": "stroke-width:1",
            ".edge": "fill:none;stroke-width:1.5;stroke-linejoin:round",
            ".side": "fill-opacity:.75",
            ".top": "fill-opacity:.45",
            ".sign": "fill:none;stroke-width:1.75;stroke-linecap:round",
        }
    )


def _colours(plain: tuple[str, ...], families: Mapping[str, tuple[str, str, str]]) -> str:
    paper, ink, quiet, edge, border, ground = plain
    rules = {
        ".paper": f"fill:{paper}",
        "text": f"fill:{ink}",
        ".quiet,.note,.block": f"fill:{quiet}",
        ".edge": f"stroke:{edge}",
        ".head": f"fill:{edge}",
        ".frame": f"stroke:{border};fill:{ground}",
        ".rule": f"stroke:{border}",
    }
    for family, (strong, tint, line) in families.items():
        rules[f".{family} .card"] = f"fill:{tint};stroke:{line}"
        rules[f".{family} .solid"] = f"fill:{strong}"
        rules[f".{family} .sign"] = f"stroke:{strong}"
    return _rules(rules)


def _rules(rules: Mapping[str, str]) -> str:
    return "".join(
        f"{','.join(f'.{ROOT} {selector}' for selector in selectors.split(','))}{{{values}}}"
        for selectors, values in rules.items()
    )
