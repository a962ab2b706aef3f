"""Reading sections: what is accepted in which spelling, and every error at once, in its place."""

from __future__ import annotations

import pytest

from cnndsl.settings import Settings
from cnndsl.settings.augment import Pad, RandomCrop, Rotate
from cnndsl.settings.losses import CrossEntropy
from cnndsl.settings.optimizers import Adam, Adamw, Sgd
from cnndsl.settings.rules import Best, Norm, Patience
from cnndsl.settings.schedules import Constant, Cosine, Multistep
from tests.settings.samples import error_of, read, settings_of, underlined

FULL = """
data {
  name = mnist
  train = 5000; valid = 0.1; test = all
  balance = false
  scale = standardise
  dir = "data/mnist"
}
augment {
  Pad 2
  randomcrop size=28
  Rotate 10 p=0.5
}
train {
  loss = cross_entropy(label_smoothing=0.05)
  optimiser = adamw(lr=3e-3, weight_decay=1e-4)
  schedule = cosine(warmup=1, floor=1e-5)
  Batch = 64
  epochs = 12
  clip = norm(1.0)
  seed = 7
  metrics = [loss, accuracy, macro_f1]
  select = best(valid.macro_f1)
  stop = patience(valid.loss, epochs=3)
  ema = 0.999
  drop_last = true
}
"""


def test_every_form_of_a_value_is_read() -> None:
    settings = settings_of(FULL)
    data, train = settings.data, settings.train
    assert (data.train, data.valid, data.test, data.balance) == (5000, 0.1, "all", False)
    assert (data.scale, data.dir) == ("standardize", "data/mnist")
    assert settings.augment == (Pad(2), RandomCrop(28), Rotate(10, p=0.5))
    assert train.loss == CrossEntropy(0.05)
    assert train.optimizer == Adamw(3e-3, 1e-4)
    assert train.schedule == Cosine(1, 1e-5)
    assert (train.batch, train.epochs, train.seed) == (64, 12, 7)
    assert (train.clip, train.select, train.stop) == (Norm(1), Best("valid.macro_f1"), Patience("valid.loss", 3))
    assert (train.ema, train.drop_last) == (0.999, True)


def test_every_key_that_is_set_has_its_place() -> None:
    places = settings_of(FULL).places
    assert places["data.valid"].span.line == 4
    assert places["train.optimizer"].span.line == 16
    assert str(places["augment.2"]) == "m:12"
    assert "train.init" not in places


@pytest.mark.parametrize("text", ["adam", "Adam", "adam()", "adam(lr=0.001)", "adam(0.001)"])
def test_a_constructor_needs_no_brackets_and_its_arguments_come_by_place_or_by_name(text: str) -> None:
    assert settings_of(f"train {{ optimizer = {text}; seed = 1 }}").train.optimizer == Adam()


@pytest.mark.parametrize("key", ["optimizer", "optimiser", "Optimiser"])
def test_both_spellings_are_one_key(key: str) -> None:
    settings = settings_of(f"train {{ {key} = sgd(0.1) }}")
    assert settings.train.optimizer == Sgd(0.1)
    assert list(settings.places) == ["train.optimizer"]
    twice = error_of(f"train {{ optimizer = adam; {key} = sgd }}")
    assert twice.code == "C402"


def test_a_word_takes_a_value_away() -> None:
    train = settings_of("train { clip = none; ema = none; stop = none; seed = random; schedule = constant }").train
    assert (train.clip, train.ema, train.stop, train.seed, train.schedule) == (None, None, None, None, Constant())


def test_a_file_that_says_how_to_train_and_names_no_seed_is_warned_and_has_one_drawn() -> None:
    settings, (warning,) = read("train { epochs = 3 }")
    assert (warning.code, warning.severity, underlined(warning)) == ("C405", "warning", "train")
    assert settings.train.seed is None
    assert settings_of("data { train = 10 }").train.seed == 0
    assert read("train { seed = random }")[1] == ()


# What is wrong, its code, what is underlined, and words of the message or the hint.
WRONG = {
    "unknown key": ("train { epoch = 3 }", "C401", "epoch", "did you mean `epochs`?"),
    "a key that is an argument": ("train { learning_rate = 1 }", "C401", "learning_rate", "`lr` inside `sgd(...)`"),
    "of the optimiser that is there": (
        "train { optimizer = adam; lr = 1 }",
        "C401",
        "lr",
        "did you mean `lr` inside `adam(...)`?",
    ),
    "an argument of one constructor": (
        "train { label_smoothing = 0.1 }",
        "C401",
        "label_smoothing",
        "`cross_entropy(...)`",
    ),
    "another program's key": ("train { batch_size = 8 }", "C401", "batch_size", "did you mean `batch`?"),
    "another section's key": ("train { balance = true }", "C401", "balance", "it belongs in `data`"),
    "a key like no other": ("train { zzz = true }", "C401", "zzz", "known: loss, optimizer"),
    "unknown data": ("data { name = mnits }", "C401", "mnits", "did you mean `mnist`?"),
    "unknown constructor": ("train { optimizer = adm(lr=1) }", "C401", "adm", "did you mean `adam`?"),
    "unknown argument": ("train { optimizer = sgd(momentun=0.9) }", "C401", "momentun", "did you mean `momentum`?"),
    "an argument of none": ("train { schedule = constant(1) }", "A101", "1", "constant takes 0 values at most, got 1"),
    "unknown word beside constructors": ("train { clip = nne }", "C401", "nne", "did you mean `none`?"),
    "unknown operation": ("augment { Rotat 10 }", "C401", "Rotat", "did you mean `Rotate`?"),
    "unknown metric": ("train { stop = patience(valid.los, 3) }", "C401", "valid.los", "did you mean `valid.loss`?"),
    "the test split decides": ("train { select = best(test.loss) }", "C401", "test.loss", "valid.loss"),
    "a key twice": ("train { batch = 1; epochs = 1; batch = 2 }", "C402", "batch", "(lines 1 and 1)"),
    "an argument twice": ("train { optimizer = sgd(0.1, lr=0.1) }", "A104", "lr", "keep one"),
    "an item twice": ("train { metrics = [loss, loss] }", "C407", "[loss, loss]", "has `loss` twice"),
    "a section twice": ("train { batch = 1 }\ntrain { epochs = 1 }", "C402", "train", "first on line 1"),
    "the worst epoch": ("train { select = min(valid.macro_f1) }", "C403", "select", "`best(valid.macro_f1)`"),
    "the highest loss": ("train { select = max(valid.loss) }", "C403", "select", "`best(valid.loss)`"),
    "a step too late": ("train { schedule = step(every=10) }", "C404", "schedule", "epoch 10 is not before the end"),
    "one of the steps": (
        "train { epochs = 7; schedule = multistep([2, 7]) }",
        "C404",
        "schedule",
        "step after epoch 7",
    ),
    "warm-up to the end": ("train { schedule = cosine(warmup=10) }", "C404", "schedule", "warm-up until epoch 10"),
    "too large for adam": ("train { optimizer = adam(lr=10) }", "C406", "optimizer", "did you mean 0.001?"),
    "a number where a word belongs": ("data { scale = 5 }", "A106", "5", "data.scale takes standardize"),
    "text where weights should start": ('train { init = "he" }', "A106", '"he"', "train.init takes he_normal"),
    "a number in quotes": ('train { batch = "32" }', "A105", '"32"', "`32` is a number here"),
    "in an argument too": ('train { optimizer = adam(lr="1e-3") }', "A105", '"1e-3"', '`lr = "1e-3"` is text'),
    "a word in quotes": ('train { init = "he_normal" }', "A106", '"he_normal"', "remove the quotes"),
    "text without quotes": ("data { dir = here }", "A106", "here", "text in quotes"),
    "not whole": ("train { batch = 32.0 }", "A106", "32.0", "write `32`"),
    "no list": ("train { metrics = loss }", "A106", "loss", "write `[loss]`"),
    "no switch": ("data { balance = yes }", "A106", "yes", "data.balance takes true, false or `stratified`, got `yes`"),
    "a call for a number": ("train { batch = adam(1) }", "A106", "adam", "train.batch takes a whole number, 1 or more"),
    "a number for a call": (
        "train { clip = 5 }",
        "A106",
        "5",
        "train.clip takes `norm` or `value`, or `none`, got `5`",
    ),
    "a size": ("train { batch = 3x3 }", "A106", "3x3", "got `3x3`"),
    "too few images": ("data { train = 0 }", "C407", "0", "data.train must be 1 or more, got 0"),
    "no fraction": ("data { valid = 1.5 }", "C407", "1.5", "a fraction between 0 and 1"),
    "per cent": ("augment { FlipX p=50 }", "C407", "50", "did you mean 0.5?"),
    "not positive": ("train { optimizer = sgd(lr=0) }", "C407", "0", "sgd lr = 0 is not in (0, inf)"),
    "an empty list": ("train { metrics = [] }", "C407", "[]", "train.metrics must have at least one value"),
    "a missing argument": ("train { clip = norm }", "A101", "norm", "norm needs `largest`"),
    "what an operation needs": ("augment { RandomCrop }", "A101", "RandomCrop", "it is `RandomCrop size`"),
    "too many values": ("augment { RandomCrop 1 2 }", "A101", "2", "RandomCrop takes 1 value at most, got 2"),
    "test images changed": ("augment { RandomCrop 28 split=test }", "D506", "split", "listed for `test`"),
    "a layer line in train": ("train { batch 32 }", "P001", "batch", "write `batch = 32`"),
    "a claim in train": ("train { batch < 32 }", "P001", "batch", "write `batch = 32`"),
    "a setting in require": ("require { params = 5 }", "P001", "params", "write `params == 5`"),
    "a setting in augment": ("augment { RandomCrop = 28 }", "P001", "RandomCrop", "an operation such as"),
    "unknown claim": ("require { parameters < 5 }", "C401", "parameters", "did you mean `params`?"),
    "a claim of another sort": ('require { params < "5" }', "A106", '"5"', "params < takes a number"),
    "a shape that is smaller": ("require { output < 10x3 }", "A106", "10x3", "output < takes a number"),
    "a claim below zero": ("require { depth > -1 }", "C407", "-1", "depth is never below 0"),
    "no unit": ('require { memory < "2 pounds" }', "A106", '"2 pounds"', "units of memory: B, kB"),
    "an unknown layer": ("require { no Sftmax }", "N010", "Sftmax", "did you mean `Softmax`?"),
    "nothing to sweep": ("sweep { v = [1] }", "C401", "v", "there is no variable or setting `v` to sweep"),
    "half a name": ("sweep { batch = [1] }", "C401", "batch", "did you mean `train.batch`?"),
    "no list to sweep": ("sweep { w = 5 }", "A106", "5", "write `[5]`"),
    "an empty sweep": ("sweep { w = [] }", "C407", "[]", "w must have at least one value"),
    "a value that cannot be": ("sweep { train.batch = [32, 0] }", "C407", "0", "train.batch must be 1 or more"),
    "a swept argument": (
        "sweep { train.optimizer.lr = [0.1, x] }",
        "A106",
        "x",
        "adam lr takes a number in (0, inf)",
    ),
    "a value twice": ("sweep { train.batch = [32, 32] }", "C402", "32", "train.batch is to be `32` twice"),
    "an axis twice": ("sweep { w = [1]; w = [2] }", "C402", "w", "put all values into one list"),
    "a variable as a call": ("sweep { w = [f(1)] }", "A106", "f", "variable w takes a number"),
    "too many cells": (
        f"sweep {{ w = {list(range(40))}; train.batch = {list(range(1, 41))} }}",
        "C407",
        "w",
        "1,600 cells, 1,000 is the limit",
    ),
}


@pytest.mark.parametrize(("text", "code", "place", "words"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_in_its_place_with_what_would_mend_it(
    text: str, code: str, place: str, words: str
) -> None:
    diagnostic = error_of(text, variables=("w",))
    assert diagnostic.code == code
    assert underlined(diagnostic).startswith(place.partition(",")[0])
    assert words in str(diagnostic)
    assert diagnostic.severity == "error"


def test_all_errors_are_told_in_one_run_and_in_order() -> None:
    text = "train {\nepoch = 1\nbatch = 0\nclip = nrm(1)\nselect = min(valid.accuracy)\n}"
    _, found = read(text)
    assert [(diagnostic.code, diagnostic.span.line) for diagnostic in found] == [
        ("C405", 1),
        ("C401", 2),
        ("C407", 3),
        ("C401", 4),
        ("C403", 5),
    ]


def test_what_cannot_be_read_has_its_default_and_the_rest_its_value() -> None:
    settings, _ = read("train { batch = 0; epochs = 3 }")
    assert (settings.train.batch, settings.train.epochs) == (Settings().train.batch, 3)


def test_a_schedule_is_not_compared_with_epochs_that_could_not_be_read() -> None:
    assert error_of("train { epochs = 0; schedule = step(every=12) }").code == "C407"
    assert settings_of("train { epochs = 13; schedule = step(every=12) }").train.epochs == 13
    assert settings_of("train { epochs = 13; schedule = multistep([2, 12]) }").train.schedule == Multistep((2, 12))


def test_the_lines_of_both_are_shown_where_two_settings_clash() -> None:
    diagnostic = error_of("train {\nbatch = 1\nbatch = 2\n}")
    assert [line for line, _, _ in diagnostic.excerpt] == [2, 3]
