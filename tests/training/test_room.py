"""Memory: what would not fit is refused before anything is asked for, and the layer to blame is named."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cnndsl.compiler import Program, compile_model
from cnndsl.errors import ModelError
from cnndsl.training import Settings
from cnndsl.training import room as module
from cnndsl.training.room import check_room, free_bytes, need
from tests.training.conftest import MODEL

HUGE = compile_model("input 1x28x28\nConv 8 3\nFlatten\nFC 1_000_000\nReLU\nFC 1_000_000\nFC 10\n")


def test_the_layer_that_asks_most_is_named_at_its_line() -> None:
    with pytest.raises(ModelError) as error:
        check_room(HUGE, Settings())
    (found,) = error.value.diagnostics
    assert (found.code, found.span.line, error.value.exit_code) == ("T607", 6, 1)
    assert "FC FC.1 asks most: 33," in found.message


def test_a_small_network_fits(program: Program, quick: Settings) -> None:
    check_room(program, quick)
    assert need(program, quick).total < 1 << 20


def test_what_is_free_decides(program: Program, quick: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "free_bytes", lambda: need(program, quick).total)
    check_room(program, quick)
    monkeypatch.setattr(module, "free_bytes", lambda: need(program, quick).total - 1)
    with pytest.raises(ModelError, match=r"needs about 0\.\d MiB of memory, 0\.\d MiB are free"):
        check_room(program, quick)


def test_the_need_grows_with_images_and_batch() -> None:
    program = compile_model(MODEL)
    more = [
        need(program, Settings(train=images, batch=batch)).total for images, batch in ((80, 8), (160, 8), (160, 16))
    ]
    assert more == sorted(set(more))


LIMITED = """
import resource
from cnndsl.training.room import free_bytes
before = free_bytes()
resource.setrlimit(resource.RLIMIT_AS, (1 << 33, 1 << 33))
print(free_bytes() < (1 << 33), before > 0)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_a_limit_on_the_process_counts() -> None:
    done = subprocess.run([sys.executable, "-c", LIMITED], capture_output=True, text=True, check=True)
    assert done.stdout == "True True\n"
    assert free_bytes() > 0
