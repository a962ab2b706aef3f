"""The server answers its own page and nobody else, and reads nothing that it did not ask for."""

from __future__ import annotations

import json
import socket
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlsplit

import numpy as np
import pytest

from cnndsl.compiler import compile_model
from cnndsl.compiler.observe import probabilities
from cnndsl.data.standardise import standardise
from cnndsl.play.drawing import canvas_size, from_canvas
from tests.play.pages import COLOUR, GREY, player, served

WHOLE = bytes(4 * 280 * 280)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with served(player(GREY)) as address:
        yield urlsplit(address).port or 0


def ask(port: int, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[HTTPResponse, bytes]:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request(method, path, body, given)
        reply = connection.getresponse()
        return reply, reply.read()


def test_the_page_is_whole_and_may_run_only_its_own_script(port: int) -> None:
    reply, body = ask(port, "GET", "/")
    text = body.decode()
    assert reply.status == 200
    assert "&lt;b&gt;one&lt;/b&gt;" in text
    assert "<b>one" not in text
    assert "<i>net" not in text
    assert "http://" not in text
    assert "https://" not in text
    script = text.partition("<script>")[2].partition("</script>")[0]
    digest = b64encode(sha256(script.encode()).digest()).decode()
    policy = reply.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert f"script-src 'sha256-{digest}';" in policy


@pytest.mark.parametrize("text", [GREY, COLOUR])
def test_an_answer_has_a_probability_a_class_and_every_layer(text: str) -> None:
    shown = player(text)
    width, height = canvas_size(shown.shape)
    points = np.random.default_rng(0).integers(0, 256, (height, width, 4), dtype=np.uint8)
    points[..., 3] = 255
    with served(shown) as address:
        reply, body = ask(urlsplit(address).port or 0, "POST", "/answer", points.tobytes())
    told = json.loads(body)
    assert (reply.status, reply.headers["Content-Type"]) == (200, "application/json")
    image = from_canvas(points.tobytes(), shown.shape, centre=False)
    network = shown.network
    x = standardise(image[None], network.mean, network.std)
    (expected,) = probabilities(compile_model(text), network.params, network.state, x)
    np.testing.assert_allclose(told["probabilities"], expected, atol=2e-6)
    assert [layer["path"] for layer in told["layers"]] == [node.path for node in network.graph.nodes]


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "[::1]:{port}", ""]
)
@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("POST", "/answer")])
def test_another_host_is_refused(port: int, host: str, method: str, path: str) -> None:
    reply, body = ask(port, method, path, WHOLE if method == "POST" else None, Host=host.format(port=port))
    assert reply.status == 421
    assert b"<html" not in body


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_both_names_of_this_machine_will_do(port: int, name: str) -> None:
    host = f"{name}:{port}"
    reply, _ = ask(port, "POST", "/answer?centre", WHOLE, Host=host, Origin=f"http://{host}")
    assert reply.status == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1"])
def test_another_page_is_refused(port: int, origin: str) -> None:
    assert ask(port, "POST", "/answer", WHOLE, Origin=origin)[0].status == 403


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"),
    [
        ("GET", "/../../etc/passwd", None, {}, 404),
        ("GET", "//etc/passwd", None, {}, 404),
        ("GET", "/%2e%2e/%2e%2e/etc/passwd", None, {}, 404),
        ("GET", "/answer", None, {}, 404),
        ("POST", "/", WHOLE, {}, 404),
        ("POST", "/answer", b"", {}, 413),
        ("POST", "/answer", WHOLE[:-1], {}, 413),
        ("POST", "/answer", None, {"Content_Length": "999999999999"}, 413),
        ("POST", "/answer", None, {"Content_Length": "-1"}, 413),
        ("POST", "/answer", None, {"Content_Length": "many"}, 413),
        ("PUT", "/answer", WHOLE, {}, 501),
        ("OPTIONS", "/answer", None, {}, 501),
    ],
)
def test_all_else_is_refused(
    port: int, method: str, path: str, body: bytes | None, headers: dict[str, str], status: int
) -> None:
    reply, told = ask(port, method, path, body, **headers)
    assert reply.status == status
    assert b"root:" not in told


def test_who_leaves_in_the_middle_of_a_body_disturbs_nobody(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as left:
        head = f"POST /answer HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {len(WHOLE)}\r\n\r\n"
        left.sendall(head.encode() + b"some")
    assert ask(port, "GET", "/")[0].status == 200
