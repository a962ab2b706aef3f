"""What differs between two model files: layers by the alignment with the fewest differences, and settings by name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any, cast

import attrs
from attrs import frozen

from cnndsl.compiler.align import Feature, align
from cnndsl.compiler.experiment import Experiment, check_experiment, has_errors, read_experiment
from cnndsl.compiler.measure import measure
from cnndsl.errors import ModelError
from cnndsl.language import Source
from cnndsl.language.graph import INPUT, Graph, Node, Shape
from cnndsl.language.render import render_spec
from cnndsl.layers import kind_of
from cnndsl.layers._fields import spell
from cnndsl.settings import Row, effective

_AUTOMATIC = re.compile(r"\.[0-9]+(?=/|$)|(?<=/)[0-9]+(?=/)")  # in a path: numbers, which change with what is above


@frozen
class Change:
    """Something by its name in both files: an argument, a shape, a setting. Empty where there is no such thing."""

    name: str
    old: str
    new: str


@frozen
class LayerChange:
    """A layer that is in one of the files only, or that is not the same in both, and then in what."""

    old: Node | None
    new: Node | None
    changes: tuple[Change, ...] = ()


@frozen
class Figure:
    """A number of each network."""

    name: str
    old: int
    new: int


@frozen
class Comparison:
    """All that differs; the figures are of both, whether they differ or not.

    ``settings`` are those in force, defaults included. ``renames`` are the beginnings of paths that labels and blocks
    give: parameters have other names then. ``variables`` have an effect only where a layer or a setting differs too.
    """

    layers: tuple[LayerChange, ...]
    shapes: tuple[Change, ...]
    figures: tuple[Figure, ...]
    settings: tuple[Change, ...]
    variables: tuple[Change, ...]
    renames: tuple[Change, ...]

    @property
    def same(self) -> bool:
        """Whether both are one network, trained in one way, whatever its parts are called."""
        return not (self.layers or self.shapes or self.settings)


def compare(old: Experiment, new: Experiment) -> Comparison:
    """What differs between two files without errors."""
    pairs = _pairs(old.graph, new.graph)
    before, after = (effective(each.settings, each.graph.lets).rows for each in (old, new))
    named = _named_changes(before, after)
    return Comparison(
        layers=tuple(_layer_changes(pairs)),
        shapes=tuple(_shape_changes(old.graph, new.graph, pairs)),
        figures=_figures(old.graph, new.graph),
        settings=(*(change for row, change in named if row.section != "let"), *_line_changes(before, after)),
        variables=tuple(change for row, change in named if row.section == "let"),
        renames=_renames(pairs),
    )


def check_both(
    old: Source, new: Source, shape: Shape | None, data_sets: Mapping[str, Shape]
) -> tuple[Experiment, Experiment, str]:
    """Two files, checked for images of one shape: that given, else that which one of them states for one that does not.

    Where neither states any, it is that of the first data set that both are right for, and the text says which.

    Raises
    ------
    ModelError
        One of them is wrong.
    """
    if shape:
        return _right(old, shape), _right(new, shape), spell(shape)
    stated = [_stated(source) for source in (old, new)]
    if any(stated):
        return _right(old, None if stated[0] else stated[1]), _right(new, None if stated[1] else stated[0]), ""
    faults = []
    for name, each in data_sets.items():
        try:
            return _right(old, each), _right(new, each), f"{name} {spell(each)}"
        except ModelError as error:
            faults.append(error)
    raise faults[0]


def _stated(source: Source) -> Shape:
    experiment = read_experiment(source)
    return experiment.graph.input_shape or experiment.data_shape


def _right(source: Source, shape: Shape | None) -> Experiment:
    experiment = check_experiment(source, input_shape=shape)
    if has_errors(experiment.diagnostics):
        raise ModelError(experiment.diagnostics)
    return experiment


Rows = tuple[Row, ...]
Pair = tuple[Node | None, Node | None]


def _pairs(old: Graph, new: Graph) -> list[Pair]:
    matches = align([_feature(node) for node in old.nodes], [_feature(node) for node in new.nodes])
    return [(None if i is None else old.nodes[i], None if j is None else new.nodes[j]) for i, j in matches]


def _feature(node: Node) -> Feature:
    return Feature(kind_of(node.spec).name, render_spec(node.spec), node.path)


def _layer_changes(pairs: list[Pair]) -> list[LayerChange]:
    counterparts = {INPUT: INPUT, **{old.path: new.path for old, new in pairs if old and new}}
    found = []
    for old, new in pairs:
        changes = _differences(old, new, counterparts) if old and new else ()
        if changes or not (old and new):
            found.append(LayerChange(old, new, changes))
    return found


def _differences(old: Node, new: Node, counterparts: dict[str, str]) -> tuple[Change, ...]:
    """In what two layers of one kind differ: arguments, and the values they take."""
    changes = [
        Change(field.name, _value(old.spec, field), _value(new.spec, field))
        for field in attrs.fields(cast("type[attrs.AttrsInstance]", type(new.spec)))
        if getattr(old.spec, field.name) != getattr(new.spec, field.name)
    ]
    if _rewired(old, new, counterparts):
        changes.append(Change("inputs", " ".join(old.inputs), " ".join(new.inputs)))
    return tuple(changes)


def _value(spec: Any, field: attrs.Attribute[Any]) -> str:
    value = getattr(spec, field.name)
    return spell(value[0] if isinstance(value, tuple) and len(set(value)) == 1 else value)


def _rewired(old: Node, new: Node, counterparts: dict[str, str]) -> bool:
    """Whether a layer takes other values; not where one of them comes from a layer that is in one file only."""
    known = set(counterparts.values())
    return len(old.inputs) != len(new.inputs) or any(
        counterparts.get(before, after) != after and after in known
        for before, after in zip(old.inputs, new.inputs, strict=True)
    )


def _shape_changes(old: Graph, new: Graph, pairs: list[Pair]) -> list[Change]:
    """The input, and each layer that makes another shape and does not just pass one on."""
    changes = [("input", old.input_shape, new.input_shape)]
    changes += [
        (after.path, before.out_shape, after.out_shape)
        for before, after in pairs
        if before and after and after.out_shape not in after.in_shapes
    ]
    return [Change(name, spell(before), spell(after)) for name, before, after in changes if before != after]


def _figures(old: Graph, new: Graph) -> tuple[Figure, ...]:
    before, after = measure(old), measure(new)
    return (
        Figure("layers", len(old.nodes), len(new.nodes)),
        Figure("parameters", before.parameters, after.parameters),
        Figure("MACs", before.macs, after.macs),
        Figure("receptive field", before.receptive_field, after.receptive_field),
    )


def _named_changes(before: Rows, after: Rows) -> list[tuple[Row, Change]]:
    """What has a name, with a row that it is in."""
    old, new = ({row.name: row for row in rows if row.key} for rows in (before, after))
    values = [(row, old.get(name), new.get(name)) for name, row in {**old, **new}.items()]
    changes = [(row, Change(row.name, x.value if x else "", y.value if y else "")) for row, x, y in values]
    return [(row, change) for row, change in changes if change.old != change.new]


def _line_changes(before: Rows, after: Rows) -> list[Change]:
    """The lines of sections that have no names, as removed and added."""
    old, new = ([(row.section, row.value) for row in rows if not row.key] for rows in (before, after))
    changes: list[Change] = []
    for tag, i, i_end, j, j_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            changes += [Change(section, line, "") for section, line in old[i:i_end]]
            changes += [Change(section, "", line) for section, line in new[j:j_end]]
    return changes


def _renames(pairs: list[Pair]) -> tuple[Change, ...]:
    """What differs at the beginning of the paths of layers in both, and for how many."""
    counts: Counter[tuple[str, str]] = Counter()
    for old, new in pairs:
        if old and new and _AUTOMATIC.sub("", old.path) != _AUTOMATIC.sub("", new.path):
            before, after = old.path.split("/"), new.path.split("/")
            while before and after and before[-1] == after[-1]:
                before.pop(), after.pop()
            counts["/".join(before), "/".join(after)] += 1
    return tuple(Change(f"{count} layer{'s' * (count > 1)}", *names) for names, count in counts.items())
