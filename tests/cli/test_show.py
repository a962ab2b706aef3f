"""``cnndsl show``: what is printed, what is written, and what is said of files that are wrong."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.cli.command import SEED, cnndsl

ERROR = "input 1x8x8\nConv 6 5 1 2\nReLU\nPool 2\nConv 12 5\nReLU\n"
BROKEN_CLAIM = "input 3x8x8\nrequire { params < 5 }\nFlatten\nFC 10\n"


def written(folder: Path, text: str) -> str:
    (folder / "model.txt").write_text(text, encoding="utf-8")
    return "model.txt"


def test_a_file_without_an_input_is_shown_for_each_data_set() -> None:
    done = cnndsl("show", SEED)
    assert (done.code, done.err) == (0, "")
    assert f"{SEED}: mnist 1x28x28: 11 layers, 33,078 parameters, 328,600 MACs, receptive field 32\n" in done.out
    assert f"{SEED}: cifar10 3x32x32: 11 layers, 36,378 parameters, 844,000 MACs, receptive field 32\n" in done.out
    assert "Conv.0     Conv 6 5 1 2   6x28x28     156  117,600  18.4 KiB      5\n" in done.out


def test_a_file_that_is_right_for_one_data_set_is_shown_for_that(tmp_path: Path) -> None:
    done = cnndsl("show", written(tmp_path, "Conv 6 30\nFlatten\nFC 10\n"), cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("model.txt: cifar10 3x32x32: 3 layers, ")
    assert "mnist" not in done.out


@pytest.mark.parametrize(
    ("given", "heading"),
    [(("--input", "2x40x30"), "2x40x30: 11 layers, "), (("--data", "cifar10"), "cifar10 3x32x32: 11 layers, ")],
)
def test_the_images_may_be_given(given: tuple[str, ...], heading: str) -> None:
    done = cnndsl("show", SEED, *given)
    assert done.code == 0
    assert done.out.startswith(f"{SEED}: {heading}")
    assert done.out.count("receptive field") == 1


def test_the_data_section_says_what_the_images_are(tmp_path: Path) -> None:
    done = cnndsl("show", written(tmp_path, "data { name = cifar10 }\nFlatten\nFC 10\n"), cwd=tmp_path)
    assert done.out.startswith("model.txt: cifar10 3x32x32: 2 layers, ")
    assert done.out.count("receptive field") == 1


def test_a_file_may_come_from_a_pipe() -> None:
    done = cnndsl("show", "-", stdin=None, input=b"input 3x8x8\nFlatten\nFC 10\n")
    assert done.code == 0
    assert done.out.startswith("<stdin>: 3x8x8: 2 layers, 1,930 parameters, ")


def test_a_wrong_file_is_shown_up_to_its_error(tmp_path: Path) -> None:
    done = cnndsl("show", written(tmp_path, ERROR), cwd=tmp_path)
    assert done.code == 1
    assert [line.split()[0] for line in done.out.splitlines()[2:-2]] == ["Conv.0", "ReLU.0", "Pool.0"]
    assert done.out.splitlines()[-1].startswith("so far")
    assert done.err.startswith("model.txt:5:1: error S201: Conv kernel 5x5 does not fit its 4x4 input\n")


def test_of_the_data_sets_that_a_file_is_wrong_for_the_one_is_shown_that_it_gets_furthest_with(tmp_path: Path) -> None:
    done = cnndsl("show", written(tmp_path, "Conv 6 30\nReLU\nConv 6 9\n"), cwd=tmp_path)
    assert done.code == 1
    assert "6x3x3" in done.out
    assert "Conv kernel 9x9 does not fit its 3x3 input" in done.err


@pytest.mark.parametrize("text", ["oops\n", "input 8x8x3\nFlatten\nFC 10\n", ""])
def test_without_a_single_good_layer_there_are_diagnostics_alone(tmp_path: Path, text: str) -> None:
    done = cnndsl("show", written(tmp_path, text), cwd=tmp_path)
    assert (done.code, done.out) == (1, "")
    assert "error" in done.err


def test_a_network_with_a_claim_that_fails_is_shown_whole(tmp_path: Path) -> None:
    done = cnndsl("show", written(tmp_path, BROKEN_CLAIM), cwd=tmp_path)
    assert done.code == 1
    assert done.out.startswith("model.txt: 3x8x8: 2 layers, 1,930 parameters, ")
    assert "error Q701" in done.err


def test_json() -> None:
    done = cnndsl("show", SEED, "--json")
    assert (done.code, done.err) == (0, "")
    made = json.loads(done.out)
    assert [network["data"] for network in made["networks"]] == ["mnist", "cifar10"]
    assert all(len(network["hash"]) == 64 and network["complete"] for network in made["networks"])
    assert len(made["networks"][0]["nodes"]) == 11


def test_json_of_a_wrong_file_says_that_it_is_not_all(tmp_path: Path) -> None:
    done = cnndsl("show", written(tmp_path, ERROR), "--json", cwd=tmp_path)
    assert done.code == 1
    (network,) = json.loads(done.out)["networks"]
    assert (network["complete"], network["hash"], len(network["nodes"])) == (False, None, 3)
    assert "error S201" in done.err


def test_json_has_the_calls_that_made_a_layer(tmp_path: Path) -> None:
    text = "input 3x8x8\nblock B() {\n  ReLU\n}\nrepeat 2 as i {\n  B\n}\nFlatten\nFC 10\n"
    done = cnndsl("show", written(tmp_path, text), "--json", cwd=tmp_path)
    (network,) = json.loads(done.out)["networks"]
    second = network["nodes"][1]
    assert (second["path"], second["line"]) == ("repeat.0/1/B.0/ReLU.0", 3)
    assert second["calls"] == [
        {"name": "repeat", "file": "model.txt", "line": 5, "index": 1},
        {"name": "B", "file": "model.txt", "line": 6, "index": None},
    ]


def test_a_flowchart_is_of_the_first_data_set_and_says_so() -> None:
    done = cnndsl("show", SEED, "--mermaid")
    assert done.code == 0
    assert done.out.startswith('flowchart TD\n  image(["input 1x28x28"])\n')
    assert done.err == f"{SEED}: as on mnist; --data has it on cifar10\n"
    assert cnndsl("show", SEED, "--mermaid", "--data", "cifar10").err == ""


def test_a_drawing_is_written_and_written_again(tmp_path: Path) -> None:
    for data, shape in (("mnist", "1x28x28"), ("cifar10", "3x32x32")):
        done = cnndsl("show", SEED, "--data", data, "--svg", "net.svg", cwd=tmp_path)
        assert (done.code, done.out, done.err) == (0, "net.svg: 11 layers drawn\n", "")
        drawn = (tmp_path / "net.svg").read_text(encoding="utf-8")
        assert ET.fromstring(drawn).get("role") == "img"  # noqa: S314 - of this project's own making
        assert f"input {shape}".replace("x", "\N{MULTIPLICATION SIGN}") in drawn
    assert [path.name for path in tmp_path.iterdir()] == ["net.svg"]


def test_a_drawing_may_go_to_a_pipe_whatever_the_terminal_takes() -> None:
    done = cnndsl("show", SEED, "--data", "mnist", "--svg", "-", env={"PYTHONIOENCODING": "ascii"})
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("<svg ")
    assert "\N{MULTIPLICATION SIGN}" in done.out


def test_a_drawing_is_written_over_nothing_but_drawings(tmp_path: Path) -> None:
    text = "input 3x8x8\nFlatten\nFC 10\n"
    model = written(tmp_path, text)
    done = cnndsl("show", model, "--svg", model, cwd=tmp_path)
    assert done.code == 5
    assert "model.txt is there, and is no drawing" in done.err
    assert (tmp_path / model).read_text(encoding="utf-8") == text


@pytest.mark.parametrize("path", ["no/such/folder/net.svg", "."])
def test_a_drawing_that_cannot_be_written_is_said(tmp_path: Path, path: str) -> None:
    done = cnndsl("show", SEED, "--data", "mnist", "--svg", path, cwd=tmp_path)
    assert (done.code, done.out) == (5, "")
    assert done.err.startswith(f"error: cannot write {path}: ")


@pytest.mark.parametrize("form", [("--mermaid",), ("--svg", "net.svg")])
def test_a_wrong_file_is_not_drawn(tmp_path: Path, form: tuple[str, ...]) -> None:
    done = cnndsl("show", written(tmp_path, ERROR), *form, cwd=tmp_path)
    assert (done.code, done.out) == (1, "")
    assert "error S201" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["model.txt"]


def test_the_images_may_not_be_others_than_the_file_says(tmp_path: Path) -> None:
    done = cnndsl("show", written(tmp_path, "input 3x8x8\nFlatten\nFC 10\n"), "--data", "mnist", cwd=tmp_path)
    assert done.code == 1
    assert "error D509" in done.err


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--json", "--mermaid"), "Choose one of --json, --mermaid and --svg."),
        (("--input", "1x8x8", "--data", "mnist"), "Choose one of --input and --data."),
        (("--input", "28x28"), "'28x28' is not channels x height x width, such as 3x32x32"),
        (("--input", "0x28x28"), "'0x28x28' is not channels"),
        (("--data", "minst"), "'minst'"),
    ],
)
def test_wrong_usage(given: tuple[str, ...], said: str) -> None:
    done = cnndsl("show", SEED, *given)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_a_file_that_is_missing(tmp_path: Path) -> None:
    assert cnndsl("show", "model.txt", cwd=tmp_path).code == 3


@pytest.mark.parametrize("name", ["model", "no-flatten", "resnet8-cifar", "vgg-cifar", "mnist-20k"])
def test_the_examples_are_drawn_with_their_figures(shared: Path, tmp_path: Path, name: str) -> None:
    figures = {
        "model": "33,078 parameters",
        "no-flatten": "33,078 parameters",
        "resnet8-cifar": "78,042 parameters",
        "vgg-cifar": "591,274 parameters",
        "mnist-20k": "7,138 parameters",
    }
    done = cnndsl("show", shared / "examples" / f"{name}.txt", "--svg", tmp_path / "net.svg")
    assert done.code == 0
    assert f">{figures[name]} · " in (tmp_path / "net.svg").read_text(encoding="utf-8")


def test_below_the_table_stands_what_training_takes() -> None:
    done = cnndsl("show", SEED, "--data", "mnist")
    heading, arena, rest = done.out.rstrip().splitlines()[-3:]
    assert re.fullmatch(
        r"training on batches of 32: [0-9.]+ MiB in each process(, with --remat [0-9.]+ [KM]iB)?", heading
    )
    assert re.fullmatch(r"  arena of [0-9.]+ MiB, [0-9.]+ KiB of it for Conv\.1", arena)
    assert "parameters 129 KiB, adam 258 KiB" in rest


def test_the_memory_of_training_follows_the_file(tmp_path: Path) -> None:
    text = "input 1x8x8\ntrain { batch = 50\n optimizer = sgd(lr=0.1) }\nFlatten\nFC 10\n"
    model = written(tmp_path, text)
    assert "training on batches of 50: " in cnndsl("show", model, cwd=tmp_path).out
    (network,) = json.loads(cnndsl("show", model, "--json", cwd=tmp_path).out)["networks"]
    found = network["training"]
    assert (found["batch"], found["optimizer"], found["optimiser"]) == (50, "sgd", 0)
    assert found["parameters"] == 4 * 650
    assert found["total"] >= found["arena"] + found["parameters"] + found["images"]
    assert found["largest"]["path"] == "Flatten.0"  # which copies the images in another order


def test_of_what_cannot_be_trained_there_is_no_memory_of_that(tmp_path: Path) -> None:
    model = written(tmp_path, "input 1x8x8\nConv 2 3\n")
    assert "training" not in cnndsl("show", model, cwd=tmp_path).out
    assert json.loads(cnndsl("show", model, "--json", cwd=tmp_path).out)["networks"][0]["training"] is None
