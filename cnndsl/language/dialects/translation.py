"""Lines of this language that stand for something of another framework, made from the layers' own fields."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
from attrs import frozen

from cnndsl.language.render import render_spec
from cnndsl.layers import find_kind
from cnndsl.layers._fields import domain_of

_ACTIVATIONS = {"leaky": "leakyrelu", "logistic": "sigmoid", "swish": "silu"}
_NO_ACTIVATIONS = {"linear", "none"}


@frozen
class Translation:
    """What stands for a piece of text here, a line each, and the framework that the text is written for."""

    framework: str
    lines: tuple[str, ...]
    remark: str = ""

    @property
    def hint(self) -> str:
        """``that is Keras; here it is `Conv 32 3`, and on a line of its own `ReLU```."""
        lines = ", and on a line of its own ".join(f"`{line}`" for line in self.lines)
        return f"that is {self.framework}; here it is {lines}{self.remark and f' ({self.remark})'}"


def layer_line(name: str, values: Mapping[str, object]) -> str:
    """A layer with some of its fields as given, what is its default left out.

    Raises
    ------
    ValueError, TypeError
        There is no such layer, or it does not take the values.
    """
    kind = find_kind(name)
    if kind is None:
        raise ValueError(name)
    fields = {field.name: field for field in attrs.fields(kind.spec)}
    coerced = {key: domain_of(fields[key]).coerce(key, value) for key, value in values.items()}
    return render_spec(kind.spec(**coerced))


def activation_lines(word: str) -> tuple[str, ...]:
    """The line of an activation that is given by its name, if it does anything.

    Raises
    ------
    ValueError, TypeError
        There is no such layer.
    """
    name = word.lower().replace("_", "")
    return () if name in _NO_ACTIVATIONS else (layer_line(_ACTIVATIONS.get(name, name), {}),)
