from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import __main__ as command
from benchmarks.nets import NETS, ROOT


def test_the_tiniest_run_prints_a_table_and_writes_the_page(tmp_path: Path) -> None:
    setting = ["--only", "step,inference", "--nets", "seed", "--rivals", "none", "--rounds", "1", "--seconds", "0.001"]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", *setting, "--out", tmp_path],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=os.environ | {"OPENBLAS_L2_SIZE": "1"},
    )
    assert done.returncode == 0, done.stderr
    assert "seed, batch 32" in done.stdout
    results = json.loads((tmp_path / "benchmarks" / "results.json").read_text(encoding="utf-8"))
    assert set(results["inference"]) == {"seed, batch 1", "seed, batch 32", "seed, batch 256"}
    assert "kernel" in results["about"]["BLAS"]
    assert "## Inference" in (tmp_path / "benchmarks.md").read_text(encoding="utf-8")


def test_a_rival_that_is_missing_is_told_how_to_get(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    command.main(["--only", "none", "--out", str(tmp_path)])
    printed = capsys.readouterr().out
    assert "pip install torch==2.13.0" in printed
    assert "pip install jax" in printed


@pytest.mark.parametrize("option", ["--nets=nothing", "--only=steps", "--rivals=keras"])
def test_an_unknown_name_is_refused_with_those_that_there_are(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        command.main([option])
    assert "there are" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--rounds=0", "--rounds=few", "--seconds=-1", "--seconds=nan"])
def test_what_is_no_number_above_zero_is_refused(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        command.main([option])
    assert option.partition("=")[0] in capsys.readouterr().err


@pytest.mark.parametrize("net", NETS.values(), ids=lambda net: net.name)
def test_every_network_is_legal_and_has_ten_classes(net) -> None:
    assert net.graph().nodes[-1].out_shape == (10,)
