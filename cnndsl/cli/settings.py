"""What commands that read a file's settings have in common: ``--set``, and saying what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cnndsl.cli import output
from cnndsl.cli.sources import image_shape
from cnndsl.errors import ModelError

if TYPE_CHECKING:
    from cnndsl.compiler import Experiment
    from cnndsl.language import Source
    from cnndsl.settings import Override


changes_option = click.option(
    "--set", "changes", multiple=True, metavar="NAME=VALUE", help="Change a setting or variable of the file."
)


class OverrideError(ModelError):
    """``--set`` or an option asks for what cannot be (exit code 2)."""

    exit_code = 2


def read_changes(changes: tuple[str, ...]) -> tuple[Override, ...]:
    """What ``--set`` asks for."""
    from cnndsl.settings.overrides import read_override

    read = [read_override(text) for text in changes]
    wrong = tuple(found for _, diagnostics in read for found in diagnostics)
    if wrong:
        raise OverrideError(wrong)
    return tuple(override for override, _ in read if override)


def refuse_errors(experiment: Experiment) -> None:
    """Raise everything that was found, if some of it is an error."""
    errors = [found for found in experiment.diagnostics if found.severity == "error"]
    if errors:
        typed = all(found.span.file.startswith("--") for found in errors)
        raise (OverrideError if typed else ModelError)(experiment.diagnostics)


def checked(source: Source, overrides: tuple[Override, ...]) -> Experiment:
    """A file with shapes, on the data that its settings name; what was found is printed, or raised."""
    from cnndsl.compiler import check_experiment, read_experiment

    stated = read_experiment(source, overrides)
    if stated.settings.data.images is not None:
        refuse_errors(stated)  # of a path that may be another than was meant, nothing is read
    experiment = check_experiment(source, overrides, input_shape=image_shape(stated))
    refuse_errors(experiment)
    for diagnostic in experiment.diagnostics:
        output.message(str(diagnostic))
    return experiment
