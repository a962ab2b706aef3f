"""What a file claims, proved: every claim against what is true, and where the truth comes from."""

from __future__ import annotations

import pytest
from hypothesis import given

from cnndsl.compiler import check, check_experiment
from cnndsl.compiler.claims import memory
from cnndsl.compiler.measure import depth, measure
from cnndsl.errors import Diagnostic
from cnndsl.language.source import Source
from cnndsl.settings.require import CLAIMS, SIGNS
from tests.strategies import models, thorough

NET = """input 1x8x8
Conv 4 3 1 1
ReLU
Pool 2 2
Flatten
FC 10
Softmax
"""
#: What is true of it.
TRUTH = {
    "params": 4 * 9 + 4 + 64 * 10 + 10,
    "macs": 64 * 4 * 9 + 64 * 10,
    "memory": 4 * (690 + 256 + 256 + 64 + 64 + 10 + 10),
    "receptive_field": 4,
    "depth": 2,
    "output": 10,
    "epochs": 10,
}


def found(claims: str, text: str = NET) -> tuple[Diagnostic, ...]:
    """What a check finds in the net with these claims."""
    return check(Source("m", f"{text}require {{ {claims} }}\n"))[1]


@pytest.mark.parametrize("name", CLAIMS)
@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("above", [-1, 0, 1])
def test_a_claim_holds_if_and_only_if_it_is_true(name: str, sign: str, above: int) -> None:
    value = TRUTH[name] + above
    refuted = found(f"{name} {sign} {value}")
    assert (refuted == ()) is SIGNS[sign](TRUTH[name], value)
    for diagnostic in refuted:
        assert diagnostic.severity == "error"
        assert diagnostic.code == ("Q701" if name in {"params", "macs", "memory"} else "Q702")
        assert f"fails: it is {TRUTH[name]:,}" in diagnostic.message


def test_the_lines_that_contribute_most_are_shown_with_what_they_do() -> None:
    (diagnostic,) = found("params < 500")
    assert diagnostic.message == "claim `params < 500` fails: it is 690"
    assert [(line, remark) for line, _, remark in diagnostic.excerpt] == [
        (2, "40 parameters"),
        (6, "650 parameters"),
        (8, ""),
    ]
    assert diagnostic.hints == ("94% of it is in line 6",)


def test_every_claim_that_fails_is_told() -> None:
    assert [diagnostic.code for diagnostic in found("params < 5; depth > 5; epochs > 50; no Pool")] == [
        "Q701",
        *["Q702"] * 3,
    ]


def test_memory_may_have_a_unit() -> None:
    assert TRUTH["memory"] == 5400
    assert found('memory < "5.401 kB"; memory > "5.399kb"; memory < "1 MiB"; memory == "5400 B"') == ()
    assert '`memory < "5 kB"` fails: it is 5,400' in found('memory < "5 kB"')[0].message


def test_an_output_may_be_a_shape() -> None:
    text = "input 2x8x8\nConv 3 3\n"
    assert found("output == 3x6x6; output == 108", text) == ()
    assert "it is 3x6x6" in found("output == 3x8x8", text)[0].message
    assert "it is 10" in found("output == 10x1x1")[0].message


@pytest.mark.parametrize("layer", ["Pool", "maxpool", "MaxPool"])
def test_a_layer_that_must_not_occur_is_found_under_any_name(layer: str) -> None:
    (diagnostic,) = found(f"no {layer}")
    assert diagnostic.message == "claim `no Pool` fails: there is one"
    assert (4, "Pool 2 2", "a Pool") in diagnostic.excerpt
    assert "there are 2" in found("no ReLU", NET.replace("ReLU\n", "ReLU\nReLU\n"))[0].message


def test_a_layer_that_does_not_occur_is_no_finding() -> None:
    text = NET.replace("Softmax\n", "")
    assert found("no Softmax", text) == ()


def test_claims_about_epochs_are_about_what_is_in_force() -> None:
    text = f"{NET}train {{ seed = 1; epochs = 30 }}\n"
    (diagnostic,) = found("epochs <= 20", text)
    assert (8, "train { seed = 1; epochs = 30 }", "") in diagnostic.excerpt
    assert found("epochs <= 30", text) == ()


def test_nothing_is_claimed_of_a_network_that_is_wrong() -> None:
    assert [diagnostic.code for diagnostic in found("params < 1", "input 1x8x8\nConv 4 9\nFC 10\n")] == ["S201"]


@given(models())
@thorough(30)
def test_the_figures_of_a_check_are_what_claims_are_compared_with(text: str) -> None:
    experiment = check_experiment(Source("m", text))
    figures, nodes = measure(experiment.graph), experiment.graph.nodes
    claims = (
        f"params == {figures.parameters}; macs == {figures.macs}; receptive_field == {figures.receptive_field}; "
        f"depth == {depth(experiment.graph)}; memory == {sum(map(memory, nodes))}"
    )
    assert [diagnostic for diagnostic in found(claims, text) if diagnostic.severity == "error"] == []
    assert depth(experiment.graph) <= len(nodes)
