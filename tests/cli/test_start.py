"""The first moments of the command: what it loads, and what it says when it is stopped that early."""

from __future__ import annotations

import subprocess
import sys

from tests.cli.command import SEED, arguments, cnndsl, environment

HEAVY = {"numpy._core", "rich", "matplotlib", "sklearn", "scipy", "pooch", "safetensors", "cnndsl.training"}


def script(text: str) -> subprocess.CompletedProcess[str]:
    """Run Python code that may import the project, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", text], env=environment(), capture_output=True, text=True, check=False, timeout=60
    )


def test_a_check_loads_nothing_that_it_does_not_need() -> None:
    command = arguments("check", SEED, flags=("-X", "importtime"))
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True, timeout=60)
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "cnndsl.compiler.infer" in loaded
    assert not HEAVY & loaded


def test_a_postponed_module_is_loaded_by_its_first_use_and_is_then_the_module_itself() -> None:
    done = script(
        "import sys\n"
        "from cnndsl.__main__ import postpone\n"
        "postpone('numpy')\n"
        "import numpy as first\n"
        "import numpy as np\n"
        "assert 'numpy._core' not in sys.modules\n"
        "assert np.float32(2) == 2\n"
        "assert first is np is sys.modules['numpy']\n"
        "assert type(np) is type(sys)\n"
        "import numpy.typing\n"
        "from numpy.random import PCG64\n"
        "assert np.typing is sys.modules['numpy.typing']\n"
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_submodule_of_a_postponed_module_may_be_imported_first() -> None:
    done = script(
        "from cnndsl.__main__ import postpone\n"
        "postpone('numpy')\n"
        "from numpy.typing import NDArray\n"
        "import numpy as np\n"
        "assert np.arange(3).sum() == 3\n"
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_postponing_leaves_alone_what_is_loaded_or_missing() -> None:
    done = script(
        "import sys, numpy\n"
        "from cnndsl.__main__ import postpone\n"
        "postpone('numpy')\n"
        "assert sys.modules['numpy'] is numpy\n"
        "postpone('no_such_module')\n"
        "assert 'no_such_module' not in sys.modules\n"
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_ctrl_c_while_the_command_is_still_loading_shows_no_traceback() -> None:
    done = script(
        "import sys\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'cnndsl.cli':\n"
        "            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "from cnndsl.__main__ import main\n"
        "main()\n"
    )
    assert (done.returncode, done.stderr) == (130, "cnndsl: interrupted\n")


def test_a_mistyped_command_is_told_what_it_may_have_been() -> None:
    done = cnndsl("chek", SEED)
    assert (done.code, done.out) == (2, "")
    assert "No such command 'chek'. Did you mean 'check'?" in done.err


def test_a_command_that_is_like_no_other_gets_no_guess() -> None:
    done = cnndsl("zzz")
    assert done.code == 2
    assert "No such command 'zzz'." in done.err
    assert "mean" not in done.err


def test_every_command_says_what_it_does() -> None:
    listed = cnndsl("--help").out.partition("Commands:")[2]
    names = [line.split()[0] for line in listed.splitlines() if line.startswith("  ") and line[2] != " "]
    assert {"check", "compile-and-train"} <= set(names)
    for name in names:
        assert cnndsl(name, "--help").out.startswith(f"Usage: cnndsl {name}")
