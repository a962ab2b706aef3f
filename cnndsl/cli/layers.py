"""``cnndsl layers [NAME...]``: the reference of layer kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cnndsl.cli import output

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from cnndsl.diagnostics.reference import Kind


class LayerName(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.5 on
    """The name of a layer, or another name that it has."""

    name = "layer"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002 - click's signature
        """The layers that begin so, whatever their case."""
        from click.shell_completion import CompletionItem

        from cnndsl.diagnostics.reference import summary
        from cnndsl.layers import public_kinds

        return [
            CompletionItem(kind.name, help=summary(kind))
            for kind in public_kinds()
            if kind.name.lower().startswith(incomplete.lower())
        ]


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...", type=LayerName())
def layers(names: tuple[str, ...]) -> int:
    """Print every kind of layer, or all about those named.

    A page has the arguments in their order, their defaults and what they take, the shape rule, the conventions, and a
    worked example.
    """
    from cnndsl.diagnostics.document import as_text
    from cnndsl.diagnostics.layer_page import layer_page, layer_table

    if names:
        output.result("\n\n".join(as_text(layer_page(_kind(name))) for name in names))
    else:
        output.result(as_text((layer_table(),)))
    return 0


def _kind(name: str) -> Kind:
    from difflib import get_close_matches

    from cnndsl.layers import find_kind, known_names

    kind = find_kind(name)
    if kind is not None:
        return kind
    names = {known.lower(): known for known in known_names()}
    close = get_close_matches(name.lower(), names, n=1)
    hint = f"Did you mean '{names[close[0]]}'?" if close else "`cnndsl layers` lists all."
    raise click.UsageError(f"No layer is called '{name}'. {hint}")
