"""``cnndsl init [NAME]``: a model file to start from."""

from __future__ import annotations

from pathlib import Path

import click

from cnndsl.cli import output
from cnndsl.cli.replace import write_new
from cnndsl.errors import printable

# Each lies beside the package's code as NAME.txt.
STARTERS = {
    "seed": "a small network for MNIST, layer by layer",
    "lenet": "LeNet-5 for MNIST, with its data, training and claims",
    "vgg": "a small VGG for CIFAR-10: blocks, a variable, augmentation",
    "resnet": "a small residual network for CIFAR-10",
}


@click.command()
@click.argument("name", default="seed", type=click.Choice(list(STARTERS)), metavar="[NAME]")
@click.option("--list", "show_list", is_flag=True, help="Print the names and what they are, and write nothing.")
@click.option("--out", default="model.txt", show_default=True, metavar="FILE", help="What to write; `-` prints it.")
@click.option("--force", is_flag=True, help="Write over a file.")
def init(name: str, out: str, *, show_list: bool, force: bool) -> int:
    """Write a model file to start from: seed, lenet, vgg or resnet.

    Each is complete, explained line by line, and trains on a laptop in minutes.
    """
    if show_list:
        width = max(map(len, STARTERS))
        output.result("\n".join(f"{name:<{width}}  {what}" for name, what in STARTERS.items()))
        return 0
    text = starter(name)
    if out == "-":
        output.verbatim(text)
        return 0
    write_new(out, text, force=force)
    output.result(f"{printable(out)}: {STARTERS[name]}")
    output.result(f"next: cnndsl check {printable(out)}")
    return 0


def starter(name: str) -> str:
    """The text of a starter file."""
    return (Path(__file__).parents[1] / "starters" / f"{name}.txt").read_text(encoding="utf-8")
