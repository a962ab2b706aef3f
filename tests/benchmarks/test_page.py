from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from benchmarks import page
from benchmarks.__main__ import SECTIONS
from benchmarks.comparison import number, ratio, unsteady
from benchmarks.headline import headline
from benchmarks.section import Plot, Section, Table
from benchmarks.svg import INK, render
from tests.benchmarks.results import RESULTS

DOCS = Path(__file__).parents[2] / "docs"
OTHERS = {"PyTorch", "JAX", "import torch"}
each_section = pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.name)


def items(section: Section) -> list[Table | Plot]:
    return list(section.show(RESULTS[section.name]))


def test_a_ratio_is_the_median_of_the_rounds() -> None:
    case = {"seconds": {"cnndsl": [1.0, 2.0, 4.0], "PyTorch": [3.0, 3.0, 4.0]}}
    assert ratio(case, "PyTorch") == 1.5  # of 3, 1.5 and 1
    assert ratio(case, "JAX") is None


@pytest.mark.parametrize(
    ("value", "text"), [(None, ""), (1234.5, "1,234"), (2.5, "2.50"), (0.9123, "0.912"), (0.00123, "0.00123")]
)
def test_numbers_have_three_digits(value: float | None, text: str) -> None:
    assert number(value) == text


def test_a_table_of_times() -> None:
    (table, *_) = items(SECTIONS[0])
    assert isinstance(table, Table)
    assert table.header == (
        *("training step", "cnndsl, ms", "PyTorch, ms", "JAX, ms", "ratio to PyTorch", "ratio to JAX"),
        "PyTorch's fastest",
    )
    assert table.rows[0] == ("seed, batch 32", "1.10", "4.00", "11.00", "4.00", "10.00", "NCHW, 2 threads")


def test_rounds_that_lie_far_apart_are_named() -> None:
    steady = {"seconds": {"cnndsl": [1.0, 1.4], "PyTorch": [2.0, 2.1]}}
    assert unsteady({"a": steady}) == ""
    noisy = {"seconds": {"cnndsl": [1.0, 1.4], "PyTorch": [2.0, 3.1]}}
    assert unsteady({"a": steady, "b": noisy}).endswith(" in: b.")


def test_throughput_is_of_the_whole_batch() -> None:
    (table, *_) = items(SECTIONS[1])
    assert isinstance(table, Table)
    assert table.rows[0][:2] == ("seed, batch 256", f"{256 / 0.0022:,.0f}")


@each_section
def test_rows_are_as_long_as_their_header(section: Section) -> None:
    tables = [item for item in items(section) if isinstance(item, Table)]
    assert tables
    for table in tables:
        assert {len(row) for row in table.rows} == {len(table.header)}


@each_section
def test_ours_alone_is_shown_as_well(section: Section) -> None:
    def alone(figures: object) -> object:
        if isinstance(figures, dict):
            return {
                name: alone(value) for name, value in figures.items() if name not in {"PyTorch", "JAX", "import torch"}
            }
        return figures

    for item in section.show({name: alone(case) for name, case in RESULTS[section.name].items()}):
        if isinstance(item, Table):
            assert not [name for name in item.header if "PyTorch" in name]
        else:
            ET.fromstring(render(item))  # noqa: S314 - our own drawing


@pytest.mark.parametrize("plot", [item for section in SECTIONS for item in items(section) if isinstance(item, Plot)])
def test_a_plot_is_the_same_each_time_and_reads_on_dark_paper(plot: Plot) -> None:
    drawing = render(plot)
    assert drawing == render(plot)
    root = ET.fromstring(drawing)  # noqa: S314 - our own drawing
    styles = [found.text for found in root.iter("{http://www.w3.org/2000/svg}style")]
    (dark,) = [style for style in styles if "prefers-color-scheme" in style]
    assert f"fill: {INK}" in drawing.replace(dark, "")
    assert "#000000" not in drawing  # it would not be seen there
    assert "<dc:date>" not in drawing


def test_the_page_names_the_machine_and_shows_every_section(tmp_path: Path) -> None:
    written = page.write(tmp_path, RESULTS, SECTIONS)
    text = (tmp_path / "benchmarks.md").read_text(encoding="utf-8")
    assert "Measured on: Abacus, cores 2, NumPy 2.0." in text
    for section in SECTIONS:
        assert f"## {section.title}" in text
    for name in ("step", "growth", "roofline"):
        assert f"](benchmarks/{name}.svg)" in text
    assert {path.name for path in written} >= {"benchmarks.md", "results.json", "step.svg"}
    assert page.read(tmp_path / page.RESULTS) == RESULTS


def test_in_short_every_network_that_was_measured_has_a_row() -> None:
    table = headline(RESULTS)
    assert table is not None
    assert table.rows[0] == ("seed", "1.10", "4.00", "10.00", "", "", "", "")  # inference only at batch 256
    assert table.rows[1] == ("vgg-cifar", "55.00", "0.8", "0.2", f"{32 / 0.0044:,.0f}", "2.50", "", "2.50")
    assert headline({"about": {}}) is None


def test_results_of_another_machine_are_not_added_to() -> None:
    assert page.to_add_to(RESULTS, RESULTS["about"]) is RESULTS
    assert page.to_add_to(RESULTS, {"processor": "Babbage"}) == {"about": {"processor": "Babbage"}, "days": {}}
    assert page.to_add_to({}, {"processor": "Babbage"})["about"]


def test_the_headline_stands_between_its_marks() -> None:
    text = "a\n<!-- benchmarks in short -->\nold\n<!-- end -->\nb\n"
    new = page.with_headline(text, RESULTS)
    assert new.startswith("a\n<!-- benchmarks in short -->\n| batch 32 |")
    assert new.endswith("|\n<!-- end -->\nb\n")
    assert "old" not in new
    assert page.with_headline(new, RESULTS) == new
    assert page.with_headline("a\nb\n", RESULTS) == "a\nb\n"


def test_the_page_and_the_readme_are_what_the_results_make() -> None:
    results = json.loads((DOCS / page.RESULTS).read_text(encoding="utf-8"))
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    assert page.with_headline(readme, results) == readme
    assert page.markdown(results, SECTIONS) == (DOCS / "benchmarks.md").read_text(encoding="utf-8")
