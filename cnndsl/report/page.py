"""The report of a run: from what is known of it to one HTML file that needs nothing else, not even a network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from cnndsl.language.graph import Graph
from cnndsl.layers._kind import Array, Tree
from cnndsl.report.architecture import describe
from cnndsl.report.charts import Chart
from cnndsl.report.drawing import draw_architecture
from cnndsl.report.drawing_cards import spell_shape
from cnndsl.report.findings import Findings
from cnndsl.report.numerals import compact
from cnndsl.report.page_layers import Filters, Layer, first_filters, layers_of
from cnndsl.report.page_scores import ClassRow, Matrix, charts_of, class_rows, matrix_of
from cnndsl.report.pictures import data_uri, unstacked
from cnndsl.report.template import render

_HIDDEN = {"processes", "remat"}  # no result depends on them


@frozen(eq=False)
class Network:
    """A trained network: its graph with shapes, its weights, and how images are standardised."""

    graph: Graph
    params: Tree
    state: Tree
    mean: Array
    std: Array


@frozen
class Shown:
    """A mistake as it is shown: the address of its picture, and what is said of it."""

    picture: str
    true: str
    predicted: str
    p_true: str
    p_predicted: str


@frozen
class Bar:
    """A row of a table with a bar as long as ``share`` (0 to 1) says."""

    name: str
    share: float
    values: tuple[str, ...]


@frozen(eq=False)
class Page:
    """All that stands on the page, ready to be put there."""

    title: str
    about: str
    figures: tuple[tuple[str, str], ...]
    drawing: str
    charts: tuple[Chart, ...]
    findings: Findings
    matrix: Matrix
    classes: tuple[ClassRow, ...]
    mistakes: tuple[Shown, ...]
    sample: str
    sample_class: str
    filters: Filters | None
    layers: tuple[Layer, ...]
    silent: tuple[Bar, ...]
    slopes: tuple[Bar, ...]
    provenance: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    source: str


def page_of(findings: Findings, network: Network, manifest: Mapping[str, Any], source: str) -> Page:
    """The page of a run. ``source`` is the model file's text; of the manifest everything but the times is shown.

    Raises ``ValueError`` where the parts are not of one run.
    """
    architecture = describe(network.graph)
    shape = network.graph.input_shape
    image = unstacked(findings.sample.channels, shape)
    sizes = manifest["data"]["images"]
    file = str(manifest["model"]["file"]).replace("\\", "/").rpartition("/")[2]
    right = findings.tested - findings.mistaken
    rows = class_rows(findings)
    layers = layers_of(network.graph, network.params, network.state, image, network.mean, network.std)
    return Page(
        title=file,
        about=f"{manifest['data']['name']}, {spell_shape(shape)}: {sizes['train']:,} images to train, "
        f"{sizes['valid']:,} to validate, {sizes['test']:,} to test",
        figures=(
            ("test accuracy", f"{right / findings.tested:.2%}"),
            ("macro F1", f"{sum(row.f1 for row in rows) / len(rows):.4f}"),
            ("test loss", f"{findings.test_loss:.4f}"),
            ("best epoch", f"{findings.best_epoch} of {len(findings.epochs)}"),
            ("parameters", compact(architecture.parameters)),
            ("multiply-adds", compact(architecture.macs)),
        ),
        drawing=draw_architecture(architecture, title=file),
        charts=charts_of(findings),
        findings=findings,
        matrix=matrix_of(findings),
        classes=rows,
        mistakes=tuple(
            Shown(
                data_uri(one.picture),
                findings.classes[one.true],
                findings.classes[one.predicted],
                f"{one.p_true:.1%}",
                f"{one.p_predicted:.1%}",
            )
            for one in findings.mistakes
        ),
        sample=layers.image,
        sample_class=findings.classes[findings.sample.label],
        filters=first_filters(network.graph, network.params),
        layers=layers.layers,
        silent=tuple(
            Bar(row.path, row.silent / row.units, (f"{row.silent:,} of {row.units:,}",)) for row in findings.activity
        ),
        slopes=_slope_bars(findings),
        provenance=provenance(manifest),
        source=source,
    )


def write_page(page: Page) -> str:
    """The page as HTML; equal pages give equal text."""
    return render("report.html", page=page)


def provenance(manifest: Mapping[str, Any]) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """The manifest as groups of names and values; what depends on the machine's speed is left out."""
    groups: dict[str, list[tuple[str, str]]] = {"cnndsl": []}
    for name, value in manifest.items():
        if name == "times":
            continue
        group = groups.setdefault(name, []) if isinstance(value, Mapping) else groups["cnndsl"]
        group.extend(_flat(value, "" if isinstance(value, Mapping) else name))
    return tuple((name, tuple(rows)) for name, rows in groups.items() if rows)


def _flat(value: Any, name: str) -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        named = ((f"{name}.{key}" if name else str(key), inner) for key, inner in value.items() if key not in _HIDDEN)
        return [row for key, inner in named for row in _flat(inner, key)]
    if isinstance(value, list):
        return [(name, ", ".join(map(str, value)) or "none")]
    if isinstance(value, bool) or value is None:
        return [(name, {True: "yes", False: "no", None: "none"}[value])]
    return [(name, f"{value:.6g}" if isinstance(value, float) else str(value))]


def _slope_bars(findings: Findings) -> tuple[Bar, ...]:
    most = max((row.gradient for row in findings.slopes), default=0.0) or 1.0
    return tuple(
        Bar(
            row.path,
            row.gradient / most,
            (
                f"{row.gradient:.3g}",
                f"{row.weights:.3g}",
                f"{row.gradient / row.weights:.2g}" if row.weights else "none",
            ),
        )
        for row in findings.slopes
    )
