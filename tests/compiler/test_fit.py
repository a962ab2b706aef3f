"""Settings that name parts of a network, against the network; and programs that do what their file says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cnndsl import loss
from cnndsl.compiler import check, check_experiment, compile_model
from cnndsl.compiler.fit import parameter_names
from cnndsl.errors import ModelError
from cnndsl.language.source import Source
from tests.compiler.networks import random_batch, same_bits

README = Path(__file__).parents[2] / "README.md"
MODEL = """input 1x6x6
stem: Conv 2 3 bias=false
BatchNorm
ReLU
repeat 2 {
  Conv 2 3 pad=1; ReLU
}
Flatten
FC 3
Softmax
"""


def with_train(text: str) -> Source:
    return Source("m", f"{MODEL}train {{ seed = 1; {text} }}\n")


def test_every_trained_array_has_a_name_and_the_names_are_those_of_the_parameters() -> None:
    graph, _ = check(Source("m", MODEL))
    params, _ = compile_model(MODEL).init()
    names = tuple(f"{path}/{name}" for path, own in params.items() for name in own)
    assert parameter_names(graph) == names


@pytest.mark.parametrize(
    "text",
    [
        'paths = [frozen("stem/*")]',
        'paths = [frozen("*/1/*"), lr("*/W", 2), lr("FC.?/b", 0.5)]',
        "loss = cross_entropy(weights=[1, 2, 3])",
        "loss = focal",
        "metrics = [top_2, loss]; select = best(valid.top_2)",
    ],
)
def test_what_fits_is_not_reported(text: str) -> None:
    _, found = check(with_train(text))
    assert not [diagnostic for diagnostic in found if diagnostic.code == "C409"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('paths = [frozen("stem")]', 'no parameter is called "stem"'),
        ('paths = [frozen("STEM/*")]', 'no parameter is called "STEM/*"'),
        ('paths = [lr("stem/W", 2), lr("stem/mean", 2)]', 'no parameter is called "stem/mean"'),
        ("metrics = [loss, top_2, top_5]", "top_5 of 3 outputs is always 1"),
        ("select = max(valid.top_3)", "top_3 of 3 outputs is always 1"),
        ("stop = patience(valid.top_10, 2)", "top_10 of 3 outputs is always 1"),
        ("schedule = plateau(valid.top_3)", "top_3 of 3 outputs is always 1"),
        ("loss = cross_entropy(weights=[1, 2])", "2 weights of classes, the network gives 3 outputs"),
    ],
)
def test_what_does_not_is_told_in_its_line_with_what_there_is(text: str, words: str) -> None:
    with pytest.raises(ModelError) as error:
        compile_model(f"{MODEL}train {{ seed = 1; {text} }}\n")
    (found,) = (each for each in error.value.diagnostics if each.severity == "error")
    assert (found.code, found.span.line) == ("C409", 11)
    assert words in found.message
    assert found.hints


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("loss = focal(gamma=1)", loss.focal(1)),
        ("loss = mse", loss.mse()),
        ("loss = hinge(margin=0.5)", loss.hinge(0.5)),
        ("loss = cross_entropy(0.1, [1, 2, 3])", loss.cross_entropy(0.1, (1, 2, 3))),
    ],
)
def test_a_program_has_the_loss_of_its_file(text: str, expected: loss.Loss) -> None:
    program = compile_model(with_train(text).text)
    batch = random_batch(program.graph, 0, images=4)
    scores = program.scores(batch.params, batch.state, batch.x)
    values, _ = expected.each(np.ascontiguousarray(scores.T), batch.labels)
    np.testing.assert_array_equal(program.losses(scores, batch.labels), values)


def test_a_program_starts_as_its_file_says_but_for_layers_that_choose() -> None:
    text = MODEL.replace("FC 3", "FC 3 init=zeros")
    plain, _ = compile_model(text).init()
    other, _ = compile_model(f"{text}train {{ init = lecun_uniform; seed = 1 }}\n").init()
    assert not same_bits(plain, other)
    assert not other["FC.0"]["W"].any()
    assert abs(other["stem"]["W"]).max() <= np.sqrt(3 / 9)


def test_what_the_readme_shows_of_training_can_be_trained() -> None:
    text = README.read_text(encoding="utf-8")
    section = text[text.index("\ntrain {") :].partition("```")[0]
    source = Source("README.md", f"input 1x6x6\nstem: Conv 2 3\nReLU\nFlatten\nhead: FC 10\nSoftmax\n{section}")
    experiment = check_experiment(source)
    assert not [found for found in experiment.diagnostics if found.severity != "note"]
    assert compile_model(source.text).loss.each is not loss.cross_entropy().each
