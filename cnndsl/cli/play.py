"""``cnndsl play RUN``: a page where one draws and sees what a trained network makes of it."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cnndsl.cli import output

if TYPE_CHECKING:
    from http.server import ThreadingHTTPServer

    from cnndsl.play.answer import Player


@click.command()
@click.argument("run", metavar="RUN", type=click.Path(readable=False))
@click.option("--port", default=0, metavar="N", type=click.IntRange(0, 65535), help="Any free one by default.")
@click.option("--open", "opens", is_flag=True, help="Open the page in the browser.")
def play(run: str, port: int, *, opens: bool) -> int:
    """Serve a page, for this machine alone, where one draws and the network of the folder RUN answers at once.

    Pictures can be dropped or pasted there, too. Ctrl-C ends it.
    """
    from cnndsl.play.server import address

    with _server(_player(Path(run)), port) as server:
        output.result(f"{address(server)}  (Ctrl-C ends it)")
        if opens:
            import webbrowser

            webbrowser.open(address(server))
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            output.message("stopped")
    return 0


def _player(path: Path) -> Player:
    from cnndsl.play.answer import Player
    from cnndsl.training.report import load_network

    network, header = load_network(path)
    channels = network.graph.input_shape[0]
    return Player(path.name or str(path), network, tuple(map(str, header["classes"])), centres=channels == 1)


def _server(player: Player, port: int) -> ThreadingHTTPServer:
    from cnndsl.play.server import make_server

    try:
        return make_server(player, port)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        reason = "is taken" if taken else f"is not to be had: {error.strerror}"
        raise click.UsageError(f"Port {port} {reason}. Name another with --port, or leave it to choose one.") from None
