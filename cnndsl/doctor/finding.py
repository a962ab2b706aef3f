"""What is wrong, or may be: a finding with its code, and the layer that it is about, if it is about one."""

from __future__ import annotations

from typing import Literal

from attrs import field, frozen

from cnndsl.compiler.advise import place
from cnndsl.errors import printable
from cnndsl.language.graph import Graph, Node


@frozen
class Finding:
    """One finding; ``code`` is explained by ``cnndsl explain``."""

    code: str
    severity: Literal["error", "warning"]
    message: str
    hint: str
    node: Node | None = field(default=None, repr=False)

    def text(self, graph: Graph) -> str:
        """The report: at its line in the file where it is about a layer, else about the file as a whole."""
        if self.node is not None:
            return str(place(graph, self.node, (self.code, self.severity, self.message, self.hint)))
        file = printable(graph.source.name)
        return f"{file}: {self.severity} {self.code}: {self.message}\n  = hint: {self.hint}"


def has_errors(findings: tuple[Finding, ...]) -> bool:
    """Whether one of them is an error."""
    return any(finding.severity == "error" for finding in findings)
