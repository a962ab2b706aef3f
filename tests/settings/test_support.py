"""What cannot be trained yet is refused, in its line, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given

from cnndsl.language.source import Source
from cnndsl.settings import Settings, unsupported
from cnndsl.settings._names import keys
from cnndsl.settings.optimizers import OPTIMIZERS
from cnndsl.settings.sections import KEYED
from cnndsl.settings.support import LIMITS
from tests.settings.samples import all_settings, settings_of, underlined
from tests.strategies import thorough

NAMES = {target.name for section in KEYED for target in keys(section).values()}


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)
def test_a_limit_is_about_a_setting_and_lets_its_default_pass(limit: object) -> None:
    assert limit.name in NAMES  # type: ignore[attr-defined]
    assert limit.runs(Settings())  # type: ignore[attr-defined]


RUNS = [
    "data { train = 10; valid = 10; test = all; balance = false }",
    "data { train = 0.5; valid = all; test = 0.1; scale = unit }",
    *(f"train {{ optimizer = {name} }}" for name in OPTIMIZERS.known),
    *(f"train {{ schedule = {text} }}" for text in ("cosine(warmup=1)", "onecycle", "plateau(valid.accuracy)")),
    *(f"train {{ loss = {text} }}" for text in ("cross_entropy(label_smoothing=0.1)", "focal", "mse", "hinge")),
    "train { batch = 3; accumulate = 2; epochs = 5; seed = random; drop_last = true; ema = 0.9; init = orthogonal }",
    "train { metrics = [macro_f1, loss, accuracy]; select = max(valid.macro_f1); stop = patience(valid.loss, 3) }",
    'train { clip = norm(1); paths = [frozen("a/*"), lr("b/*", 2)] }',
]


@pytest.mark.parametrize("text", RUNS)
def test_what_can_be_trained_is_not_refused(text: str) -> None:
    assert unsupported(settings_of(text)) == ()


REFUSED = [
    ("train { metrics = [loss] }", "metrics", "all three"),
]


@pytest.mark.parametrize(("text", "place", "words"), REFUSED)
def test_what_cannot_be_trained_is_refused_in_its_line(text: str, place: str, words: str) -> None:
    (refusal,) = unsupported(settings_of(text), Source("m", text))
    assert (refusal.code, refusal.severity, underlined(refusal)) == ("C408", "error", place)
    assert words in str(refusal)


@given(all_settings())
@thorough(40)
def test_every_refusal_says_what_can_be_done_instead(settings: Settings) -> None:
    found = unsupported(settings)
    assert len(found) == sum(not limit.runs(settings) for limit in LIMITS)
    assert all(diagnostic.hints for diagnostic in found)
