"""A plugin for pytest: the page of a network that knows nothing, served."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import numpy as np

from cnndsl.compiler import compile_model
from cnndsl.play.answer import Player
from cnndsl.play.server import address, make_server
from cnndsl.report.page import Network

GREY = "input 1x28x28\nConv 4 5\nReLU\nPool 4\nFlatten\nFC 3\nSoftmax\n"
COLOUR = "input 3x16x16\nConv 4 5\nReLU\nGlobalAvgPool\nFC 3\n"


def player(text: str) -> Player:
    """A network with its first weights; its classes have names that a page must escape."""
    program = compile_model(text)
    channels = program.input_shape[0]
    scale = np.full(channels, 0.5, np.float32)
    network = Network(program.graph, *program.init(1), scale, scale)
    return Player("<i>net</i>", network, ("<b>one</b>", "two", "three"), centres=channels == 1)


@contextmanager
def served(shown: Player) -> Iterator[str]:
    """The address of the page while it is served."""
    with make_server(shown) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield address(server)
        finally:
            server.shutdown()
            thread.join()
