"""Whether a run fits into memory, said before any of it is asked for."""

from __future__ import annotations

import sys
from contextlib import suppress
from math import prod
from pathlib import Path

from attrs import frozen

from cnndsl.compiler import Program
from cnndsl.errors import Diagnostic, ModelError, Span
from cnndsl.language.graph import Node
from cnndsl.layers import kind_of
from cnndsl.training.settings import Settings

_FLOAT = 4  # bytes

# Parameters, gradients, updates and two running means, each old and new while a step lasts; the best of them.
_COPIES = 9
# The value of a layer, its gradient, and what is made in between.
_TEMPORARIES = 3
# The batch that is worked off, as it comes and as it is laid out, and those that wait.
_BATCHES = 4

_CGROUP = Path("/sys/fs/cgroup")


@frozen
class Need:
    """Bytes that a run asks for, and the layer that asks most."""

    total: int
    most: Node
    of_most: int


def need(program: Program, settings: Settings) -> Need:
    """An estimate from the shapes, meant to be of the right size where it matters: where it is much."""
    images = min(program.piece, settings.step_images)
    by_node = [(_of_layer(node, images), node) for node in program.graph.nodes]
    of_most, most = max(by_node, key=lambda pair: pair[0])
    held = settings.train + settings.valid + (settings.test or 0) + _BATCHES * settings.step_images
    total = sum(size for size, _ in by_node) + _FLOAT * held * prod(program.input_shape)
    return Need(total, most, of_most)


def check_room(program: Program, settings: Settings) -> None:
    """See that the run fits into the memory that is free.

    Raises
    ------
    ModelError
        It does not (T607), with the line of the layer that asks most.
    """
    asked, free = need(program, settings), free_bytes()
    if asked.total <= free:
        return
    kind = kind_of(asked.most.spec).name
    message = (
        f"training needs about {_shown(asked.total)} of memory, {_shown(free)} are free; "
        f"{kind} {asked.most.path} asks most: {_shown(asked.of_most)}"
    )
    span = asked.most.span or Span(program.graph.source.name, 1, 1)
    hints = ("a smaller layer, or a smaller batch; `--force` trains all the same",)
    raise ModelError([Diagnostic("T607", "error", message, span, hints=hints)])


def free_bytes() -> int:
    """Memory that this process can have without anything being moved to a disk."""
    import psutil

    bounds: list[int] = [psutil.virtual_memory().available, *_container()]
    if sys.platform != "win32":
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        if limit != resource.RLIM_INFINITY:
            bounds.append(limit - psutil.Process().memory_info().vms)
    return max(0, min(bounds))


def _container() -> list[int]:
    """What a container's limit leaves, where there is one."""
    with suppress(OSError, ValueError):
        limit, used = ((_CGROUP / f"memory.{name}").read_text(encoding="ascii") for name in ("max", "current"))
        return [int(limit) - int(used)]
    return []


def _of_layer(node: Node, images: int) -> int:
    weights = kind_of(node.spec).weights(node.spec, *node.in_shapes).values()
    parameters = sum(prod(weight.shape) for weight in weights)
    return _FLOAT * (_COPIES * parameters + _TEMPORARIES * images * prod(node.out_shape))


def _shown(size: int) -> str:
    return f"{size / (1 << 30):,.1f} GiB" if size >= 1 << 30 else f"{size / (1 << 20):,.1f} MiB"
