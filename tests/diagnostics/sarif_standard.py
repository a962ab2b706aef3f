"""The part of SARIF 2.1.0 that documents of this project are made of: which objects have which properties.

``check(document)`` fails on a property that the standard does not have, on one that is missing or of another type, and
on a value that it does not allow. Sections in brackets are those of the standard.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

Checker = Callable[[Any, str], None]


def check(document: Any) -> None:
    """Assert that a parsed document keeps to the standard."""
    _log(document, "log")
    for run in document["runs"]:
        _rules_are_found(run)


def _text(value: Any, at: str) -> None:
    assert isinstance(value, str), at


def _number(least: int) -> Checker:
    def whole(value: Any, at: str) -> None:
        assert type(value) is int, at
        assert value >= least, at

    return whole


def _flag(value: Any, at: str) -> None:
    assert isinstance(value, bool), at


def _one_of(*allowed: str) -> Checker:
    def listed(value: Any, at: str) -> None:
        assert value in allowed, f"{at}: {value}"

    return listed


def _relative_or_absolute_uri(value: Any, at: str) -> None:
    _text(value, at)
    assert re.fullmatch(r"(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*", value), f"{at}: {value}"
    urlsplit(value)


def _list(item: Checker) -> Checker:
    def items(value: Any, at: str) -> None:
        assert isinstance(value, list), at
        for index, each in enumerate(value):
            item(each, f"{at}[{index}]")

    return items


def _bag(value: Any, at: str) -> None:
    assert isinstance(value, dict), at


def _object(required: Mapping[str, Checker], optional: Mapping[str, Checker] | None = None) -> Checker:
    known = {**required, **(optional or {}), "properties": _bag}

    def shaped(value: Any, at: str) -> None:
        assert isinstance(value, dict), at
        assert required.keys() <= value.keys(), f"{at} lacks {required.keys() - value.keys()}"
        for name, inner in value.items():
            assert name in known, f"{at}.{name} is not in the standard"
            known[name](inner, f"{at}.{name}")

    return shaped


_level = _one_of("none", "note", "warning", "error")
_rich_text = _object({"text": _text}, {"markdown": _text})  # [3.12]
_message = _object({"text": _text}, {"markdown": _text, "id": _text, "arguments": _list(_text)})  # [3.11]
_artifact_location = _object({}, {"uri": _relative_or_absolute_uri, "uriBaseId": _text, "index": _number(-1)})  # [3.4]
_region = _object(  # [3.30]
    {"startLine": _number(1)},
    {
        "startColumn": _number(1),
        "endLine": _number(1),
        "endColumn": _number(1),
        "snippet": _object({}, {"text": _text}),
    },
)
_physical_location = _object({"artifactLocation": _artifact_location}, {"region": _region})  # [3.29]
_location = _object({}, {"id": _number(-1), "physicalLocation": _physical_location, "message": _message})  # [3.28]
_rule = _object(  # [3.49]
    {"id": _text},
    {
        "name": _text,
        "shortDescription": _rich_text,
        "fullDescription": _rich_text,
        "help": _rich_text,
        "defaultConfiguration": _object({}, {"enabled": _flag, "level": _level}),
    },
)
_driver = _object({"name": _text}, {"version": _text, "rules": _list(_rule)})  # [3.19]
_replacement = _object({"deletedRegion": _region}, {"insertedContent": _object({}, {"text": _text})})  # [3.57]
_artifact_change = _object(  # [3.56]
    {"artifactLocation": _artifact_location, "replacements": _list(_replacement)}
)
_fix = _object({"artifactChanges": _list(_artifact_change)}, {"description": _message})  # [3.55]
_result = _object(  # [3.27]
    {"message": _message},
    {
        "ruleId": _text,
        "ruleIndex": _number(-1),
        "level": _level,
        "locations": _list(_location),
        "relatedLocations": _list(_location),
        "fixes": _list(_fix),
    },
)
_artifact = _object({}, {"location": _artifact_location, "roles": _list(_one_of("analysisTarget"))})  # [3.24]
_run = _object(  # [3.14]
    {"tool": _object({"driver": _driver})},
    {
        "invocations": _list(_object({"executionSuccessful": _flag}, {"exitCode": _number(0)})),
        "columnKind": _one_of("utf16CodeUnits", "unicodeCodePoints"),
        "artifacts": _list(_artifact),
        "results": _list(_result),
    },
)
_log = _object({"version": _one_of("2.1.0"), "runs": _list(_run)}, {"$schema": _relative_or_absolute_uri})  # [3.13]


def _rules_are_found(run: Any) -> None:
    """Each result's index is that of the rule it names, and no rule stands twice."""
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(ids) == len(set(ids))
    for result in run["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"]
