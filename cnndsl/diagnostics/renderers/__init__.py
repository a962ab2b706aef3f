"""Reports as text, for people and for machines: pure functions, one file a format, imported where it is asked for.

JSON, SARIF and JUnit documents are ASCII whatever a model file holds, so that no terminal can spoil them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from cnndsl.errors import Diagnostic, printable

if TYPE_CHECKING:
    from cnndsl.diagnostics.report import FileReport, Network

MACHINE_FORMATS = ("json", "sarif", "junit", "github")


def machine_format(name: str) -> Callable[[Sequence[FileReport]], str]:
    """The renderer of a format for machines: reports to one document."""
    match name:
        case "json":
            from cnndsl.diagnostics.renderers.json import render
        case "sarif":
            from cnndsl.diagnostics.renderers.sarif import render
        case "junit":
            from cnndsl.diagnostics.renderers.junit import render
        case "github":
            from cnndsl.diagnostics.renderers.github import render
        case _:
            raise ValueError(f"no format is called {name}")
    return render


def network_name(network: Network) -> str:
    """``ok on mnist 1x28x28``."""
    shape = "x".join(map(str, network.input_shape))
    return f"ok on {network.data} {shape}" if network.data else f"ok {shape}"


def network_line(report: FileReport, network: Network) -> str:
    """``model.txt: ok on mnist 1x28x28: 33,078 parameters, ...``."""
    return f"{printable(report.file)}: {network_name(network)}: {network.figures}"


def size_lines(report: FileReport) -> tuple[str, ...]:
    """``model.txt: legal for square inputs of 28 and more; ...``, once if it is the same whatever the data."""
    told = [(f"{network.input_shape[0]}", str(network.sizes)) for network in report.networks if network.sizes]
    file = printable(report.file)
    if len({sizes for _, sizes in told}) < 2:
        return tuple(f"{file}: {sizes}" for _, sizes in told[:1])
    return tuple(f"{file}: of {channels} channels, {sizes}" for channels, sizes in told)


def well_formed(text: str) -> str:
    """The text without what stands for bytes that are no UTF-8, as file names may have them."""
    return text.encode("utf-8", "replace").decode("utf-8")


def message_text(finding: Diagnostic) -> str:
    """What a finding says besides its place and lines: the message, then each hint and note on a line of its own."""
    return well_formed("\n".join([finding.message, *(f"hint: {hint}" for hint in finding.hints), *finding.notes]))
