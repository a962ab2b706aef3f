"""The page of a layer kind, and the table of all of them."""

from __future__ import annotations

from cnndsl.diagnostics.document import Block, Code, Heading, Paragraph, Table
from cnndsl.diagnostics.reference import Kind, arguments, joins, rules, signature_line, summary, worked_example
from cnndsl.layers import aliases_of, public_kinds
from cnndsl.layers._fields import spell

_COLUMNS = ("argument", "", "default", "what it is")


def layer_page(kind: Kind) -> tuple[Block, ...]:
    """What a kind is, its arguments, shape rule and conventions, parameters, and a worked example."""
    names = aliases_of(kind)
    aliases = [Paragraph(f"Also written {' or '.join(f'`{name}`' for name in names)}.")] if names else []
    return (
        Heading(kind.name, 1),
        Paragraph(summary(kind)),
        *aliases,
        Code(signature_line(kind)),
        *_arguments(kind),
        *_rules(kind),
        *_traits(kind),
        Heading("An example"),
        *_worked(kind),
    )


def layer_table(*, linked: bool = False) -> Table:
    """Every kind with its other names and a line about it."""
    return Table(
        ("layer", "also", "what it does"),
        tuple(
            (
                f"[{kind.name}]({kind.name}.md)" if linked else kind.name,
                ", ".join(aliases_of(kind)),
                summary(kind),
            )
            for kind in public_kinds()
        ),
    )


def layer_index() -> tuple[Block, ...]:
    """The page above the pages of all layers."""
    return (
        Heading("Layers", 1),
        Paragraph("Names match without case. `cnndsl layers Conv` prints a page."),
        layer_table(linked=True),
    )


def _arguments(kind: Kind) -> list[Block]:
    rows = tuple(
        (
            each.name,
            "by name only" if each.named_only else "",
            each.default or "must be given",
            f"{each.doc}: {each.takes}",
        )
        for each in arguments(kind)
    )
    if joins(kind):
        return [Paragraph("It takes the labels of the values that join the current one.")]
    return [Table(_COLUMNS, rows)] if rows else [Paragraph("It takes no arguments.")]


def _rules(kind: Kind) -> list[Block]:
    told = [Paragraph(rule) for rule in rules(kind)]
    return [Heading("Shapes and conventions"), *told] if told else []


def _traits(kind: Kind) -> list[Block]:
    told = (
        (kind.mixes_batch, "In training its output for an image depends on the other images of the batch."),
        (kind.random, "It draws random numbers in training, from the seed of the run."),
        (kind.probabilities, "Its output is a probability for each class."),
    )
    return [Paragraph(text) for holds, text in told if holds]


def _worked(kind: Kind) -> list[Block]:
    worked = worked_example(kind)
    shapes = f"{' and '.join(map(spell, worked.in_shapes))} -> {spell(worked.out_shape)}"
    owned = f"Parameters: {', '.join(worked.weights)}; {worked.parameters:,} trained."
    return [Code(f"{worked.line}    # {shapes}"), Paragraph(owned if worked.weights else "No parameters.")]
