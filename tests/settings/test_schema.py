"""What holds of every setting: it says what it is, and its default is one of its values."""

from __future__ import annotations

from inspect import getdoc

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.layers._fields import domain_of
from cnndsl.settings import Data, Settings, Train, effective
from cnndsl.settings._fields import fields_of
from cnndsl.settings._names import constructors_of, targets
from cnndsl.settings.text import write_setting, write_signature
from tests.settings.samples import all_settings, every_class, read, specs, values, written
from tests.strategies import thorough

CLASSES = every_class()
each_class = pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)


@each_class
def test_every_class_and_every_field_has_help(cls: type) -> None:
    assert (getdoc(cls) or "").endswith(".")
    for field in fields_of(cls).values():
        doc = field.metadata["doc"]
        assert doc
        assert not doc.endswith(".")
        assert domain_of(field).expected


@each_class
def test_every_default_is_legal_and_stored_as_it_is(cls: type) -> None:
    for field in fields_of(cls).values():
        if field.default is attrs.NOTHING:
            continue
        default = field.default.factory() if isinstance(field.default, attrs.Factory) else field.default  # type: ignore[arg-type]
        assert domain_of(field).coerce(field.name, default) == default
        assert type(domain_of(field).coerce(field.name, default)) is type(default)


@each_class
def test_values_are_immutable_and_equal_by_value(cls: type) -> None:
    @given(st.data())
    @thorough(5)
    def check(data: st.DataObject) -> None:
        value = data.draw(specs(cls))
        assert value == attrs.evolve(value)
        assert hash(value) == hash(attrs.evolve(value))
        for name in fields_of(cls):
            with pytest.raises(attrs.exceptions.FrozenInstanceError):
                setattr(value, name, None)

    check()


def test_the_defaults_are_the_protocol_of_a_file_without_sections() -> None:
    assert read("") == (Settings(), ())
    data, train = Data(), Train()
    assert (data.name, data.train, data.valid, data.test, data.balance) == ("mnist", 5000, 500, 500, True)
    assert (train.batch, train.epochs, train.seed, train.init) == (32, 10, 0, "he_normal")
    assert write_setting(domain_of(fields_of(Train)["optimizer"]), train.optimizer).startswith("adam(lr=0.001,")
    assert {row.origin for row in effective(Settings()).rows} == {"default"}


@given(all_settings())
@thorough(60)
def test_what_is_written_reads_as_the_same_settings(settings: Settings) -> None:
    again, found = read(written(settings))
    assert {diagnostic.code for diagnostic in found} <= {"C402", "C403", "C404", "C406"}  # what clashes is drawn too
    assert again == settings
    assert written(again) == written(settings)


@given(st.data())
@thorough(60)
def test_every_value_is_idempotent_under_its_domain(data: st.DataObject) -> None:
    field = data.draw(st.sampled_from([field for cls in CLASSES for field in fields_of(cls).values()]))
    domain = domain_of(field)
    value = data.draw(values(domain))
    assert domain.coerce(field.name, value) == value


def test_a_signature_names_every_argument_with_its_default() -> None:
    cosine = constructors_of(targets(Settings())["train.schedule"].domain)
    assert cosine is not None
    assert write_signature(cosine, cosine.find("schedule", "cosine")) == "cosine(warmup=0.0, floor=0.0)"
    assert write_signature(cosine, cosine.find("schedule", "multistep")) == "multistep(at, factor=0.1)"
