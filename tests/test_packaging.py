"""The wheel alone, in a fresh environment away from the checkout, does the main job."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]


def run(command: list[object], folder: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT], folder)
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Path:
    """The Python of an environment that holds the wheel, and its dependencies by reference."""
    folder = wheel.parent
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    run([sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", wheel], folder)
    (site,) = (folder / "venv").glob("**/site-packages")
    # A path line is added as it is: the checkout, which an editable install names in a .pth of its own, stays out.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python


def test_the_wheel_does_the_main_job_away_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    shutil.copy(ROOT / "inputdir" / "model.txt", tmp_path / "net.txt")
    where = run([installed, "-c", "import cnndsl; print(cnndsl.__file__)"], tmp_path)
    assert not Path(where.strip()).is_relative_to(ROOT)
    command = [installed, "-m", "cnndsl", "compile-and-train", "net.txt", "--train", "500", "--epochs", "2"]
    assert "test: loss" in run(command, tmp_path)
    assert (tmp_path / "outputdir" / "best.safetensors").exists()


def test_the_wheel_holds_the_grammar_the_images_and_their_licence(installed: Path, tmp_path: Path) -> None:
    listing = "from importlib.resources import files as f; r = f('cnndsl'); "
    listing += "print([(r / p).is_file() for p in ('grammar/model.lark', 'data/bundled/mnist-6k.npz', "
    listing += "'data/bundled/NOTICE.md', 'py.typed')])"
    assert run([installed, "-c", listing], tmp_path).strip() == "[True, True, True, True]"


def test_the_wheel_holds_no_more_than_the_package(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    ours = {path.relative_to(ROOT).as_posix() for path in (ROOT / "cnndsl").rglob("*") if path.suffix != ".pyc"}
    assert names - ours == {"cnndsl/grammar/model.lark"}
    assert {"cnndsl/diagnostics/planned.txt", "cnndsl/starters/seed.txt"} <= names


def test_a_page_and_the_lexer_are_found_away_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    assert "S201 (error)" in run([installed, "-m", "cnndsl", "explain", "S201"], tmp_path)
    lexer = "from pygments.lexers import get_lexer_by_name as f; print(type(f('cnndsl')).__module__)"
    assert run([installed, "-c", lexer], tmp_path) == "cnndsl.highlight\n"
