"""From a graph of specs to a program of pure functions."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from cnndsl.compiler.experiment import Experiment, check_experiment, has_errors, read_experiment
from cnndsl.errors import Diagnostic, ModelError
from cnndsl.language import Graph, Source
from cnndsl.language.graph import Shape
from cnndsl.language.source import checked, read_source

if TYPE_CHECKING:
    from cnndsl.compiler.program import Program, build
    from cnndsl.settings import Override

__all__ = [
    "Experiment",
    "Program",
    "build",
    "check",
    "check_experiment",
    "compile_model",
    "has_errors",
    "read_experiment",
]


def __getattr__(name: str) -> Any:
    # Resolved on first use: to check a file takes shapes only, and no program.
    if name in {"Program", "build"}:
        import cnndsl.compiler.program

        return getattr(cnndsl.compiler.program, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def compile_model(source: str | os.PathLike[str], input_shape: Shape | None = None) -> Program:
    """Compile a model file, or its text itself: a ``str`` with a newline in it is text, anything else a path.

    Loss and initialisation are those of the file's ``train`` section, if it has one.

    Parameters
    ----------
    input_shape
        ``(C, H, W)``; needed where the file has no ``input`` line.

    Raises
    ------
    ModelError
        The file has errors; all of them are in ``diagnostics``.
    InputError
        The file cannot be read.
    """
    is_text = isinstance(source, str) and "\n" in source
    text = checked(Source("<text>", str(source))) if is_text else read_source(source)
    experiment = check_experiment(text, input_shape=input_shape)
    if has_errors(experiment.diagnostics):
        raise ModelError(experiment.diagnostics)
    from cnndsl.compiler.objective import loss_of
    from cnndsl.compiler.program import build

    train = experiment.settings.train
    return build(experiment.graph, loss=loss_of(train.loss), start=train.init)


def check(
    source: Source, input_shape: Shape | None = None, overrides: tuple[Override, ...] = ()
) -> tuple[Graph, tuple[Diagnostic, ...]]:
    """The graph of a file with shapes inferred, and everything found: errors, warnings, notes, in file order.

    Without an input shape, here or in the file, the layers are not checked against each other (S200 says so). Errors
    come with repairs, where a small change was found that mends them.
    """
    experiment = check_experiment(source, overrides, input_shape=input_shape, repairs=True)
    return experiment.graph, experiment.diagnostics
