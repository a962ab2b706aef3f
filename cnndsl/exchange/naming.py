"""Names for all that a layer's calls take and give.

A layer's last operator and its output have the layer's path, a weight is ``path/name``. What else there is, constants
and steps between, is ``path:what``: no path has a colon.
"""

from __future__ import annotations

from collections import Counter

from attrs import field, frozen

from cnndsl.exchange.calls import Call, Operand
from cnndsl.exchange.model import Operator
from cnndsl.layers._kind import Array


@frozen(eq=False)
class Named:
    """Operators in the order of their use, and the constants that they take."""

    operators: list[Operator] = field(factory=list)
    constants: dict[str, Array] = field(factory=dict)
    _counts: Counter[str] = field(factory=Counter)

    def add(self, outermost: Call, path: str, output: str) -> None:
        """Name the calls of the layer at ``path``, whose value is to be called ``output``."""
        inputs = self._operands(outermost, path)
        self.operators.append(Operator(outermost.operator, path, inputs, (output,), outermost.attributes))

    def _operands(self, outer: Call, path: str) -> tuple[str, ...]:
        return tuple(self._operand(operand, path) for operand in outer.operands)

    def _operand(self, operand: Operand, path: str) -> str:
        if isinstance(operand, str):
            return operand
        if isinstance(operand, Call):
            name = self._unused(f"{path}:{operand.operator}")
            inputs = self._operands(operand, path)
            self.operators.append(Operator(operand.operator, name, inputs, (name,), operand.attributes))
            return name
        name = self._unused(f"{path}:constant")
        self.constants[name] = operand
        return name

    def _unused(self, name: str) -> str:
        """The name, with a number from its second use on."""
        self._counts[name] += 1
        return name if self._counts[name] == 1 else f"{name}.{self._counts[name]}"
