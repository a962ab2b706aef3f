"""The page's server: on this machine alone, two addresses, nothing from the disk.

Every request must name this very server as its host: else a foreign page whose name leads here (DNS rebinding) could
use it. Bodies are of one size, known beforehand. The page itself may ask nobody but this server.
"""

from __future__ import annotations

import json
from base64 import b64encode
from functools import partial
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from cnndsl.play.answer import Player, answer
from cnndsl.play.drawing import canvas_size, from_canvas
from cnndsl.report.template import render, script

LOCAL = "127.0.0.1"
_SECONDS = 10  # that a connection may keep silent


def make_server(player: Player, port: int = 0) -> ThreadingHTTPServer:
    """A server on 127.0.0.1, which listens and serves nothing yet; port 0 is any free one.

    Raises ``OSError`` where the port is not to be had.
    """
    handler = partial(_Handler, _Pages(player))
    server = ThreadingHTTPServer((LOCAL, port), handler)
    server.daemon_threads = True
    return server


def address(server: ThreadingHTTPServer) -> str:
    """Where the page is."""
    return f"http://{LOCAL}:{server.server_port}/"


class _Pages:
    """What is served: the page, made once, and answers, one at a time."""

    def __init__(self, player: Player) -> None:
        self.player = player
        width, height = canvas_size(player.shape)
        self.body_size = 4 * width * height
        code = script("play.js")
        self.page = render("play.html", player=player, width=width, height=height, script=code).encode()
        digest = b64encode(sha256(code.encode()).digest()).decode()
        self.policy = (
            f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; "
            "img-src data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        self._one_at_a_time = Lock()

    def answer(self, body: bytes, *, centre: bool) -> bytes:
        image = from_canvas(body, self.player.shape, centre=centre)
        with self._one_at_a_time:
            return json.dumps(answer(self.player, image)).encode()


class _Handler(BaseHTTPRequestHandler):
    """A connection. Says nothing about what it is made with, and logs nothing."""

    protocol_version = "HTTP/1.1"
    server_version = "cnndsl"
    sys_version = ""
    timeout = _SECONDS

    def __init__(self, pages: _Pages, *given: Any) -> None:
        self.pages = pages
        super().__init__(*given)

    def do_GET(self) -> None:
        """The page."""
        if not self._is_meant():
            return
        if urlsplit(self.path).path != "/":
            self._refuse(404, "there is only /")
            return
        self._send(200, "text/html; charset=utf-8", self.pages.page)

    def do_POST(self) -> None:
        """The answer to what is on the canvas."""
        if not self._is_meant():
            return
        asked = urlsplit(self.path)
        if asked.path != "/answer":
            self._refuse(404, "there is only /answer")
        elif self.headers.get("Content-Length") != str(self.pages.body_size):
            self._refuse(413, f"the body must be {self.pages.body_size} bytes")
        else:
            body = self.rfile.read(self.pages.body_size)
            if len(body) == self.pages.body_size:
                told = self.pages.answer(body, centre=asked.query == "centre")
                self._send(200, "application/json", told)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Nothing: a stroke is some hundred requests."""

    def _is_meant(self) -> bool:
        _, port = self.connection.getsockname()
        hosts = {f"{LOCAL}:{port}", f"localhost:{port}"}
        origin = self.headers.get("Origin")
        if self.headers.get_all("Host", []) not in [[host] for host in hosts]:
            self._refuse(421, "this server is for the address that it printed")
        elif origin is not None and origin not in {f"http://{host}" for host in hosts}:
            self._refuse(403, "another page may not ask")
        else:
            return True
        return False

    def _refuse(self, status: int, reason: str) -> None:
        self.close_connection = True  # what the body may hold is not read
        self._send(status, "text/plain; charset=utf-8", f"{reason}\n".encode())

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", self.pages.policy)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("Cache-Control", "no-store")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
