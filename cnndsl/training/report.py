"""The report of a run's folder: what its files say, as one page."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from cnndsl.errors import InputError
from cnndsl.report.findings import FINDINGS, Findings, read_findings, write_findings
from cnndsl.report.page import Network, page_of, write_page
from cnndsl.training.files import write_durably
from cnndsl.training.manifest import MANIFEST
from cnndsl.training.saved import load_saved

#: The name of the page in a run's folder.
REPORT = "report.html"
T = TypeVar("T")


def write_report(folder: Path, findings: Findings) -> None:
    """Keep what was found about a run whose other files are there, and write its page."""
    write_durably(folder / FINDINGS, write_findings(findings).encode())
    write_durably(folder / REPORT, report_of(folder).encode())


def report_of(folder: Path) -> str:
    """The page of a run, as HTML: a function of the files in its folder.

    Raises
    ------
    InputError
        It is no folder of a run, or of one that did not come to its end (D503); a file is damaged (D510).
    """
    network, header = load_network(folder)
    findings = _read(folder / FINDINGS, read_findings)
    manifest = _read(folder / MANIFEST, _manifest)
    try:
        page = page_of(findings, network, manifest, str(header["model"]))
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        raise InputError(f"the files in {folder} are not of one run ({error})", code="D510") from None
    return write_page(page)


def load_network(path: Path) -> tuple[Network, Mapping[str, Any]]:
    """The network of a run's folder, or of a file of weights, and what that file says besides.

    Raises ``InputError`` as :func:`~cnndsl.training.saved.load_saved` does.
    """
    saved = load_saved(path)
    mean, std = (np.array(saved.header[name], np.float32) for name in ("mean", "std"))
    return Network(saved.graph, saved.params, saved.state, mean, std), saved.header


def _manifest(text: bytes) -> Mapping[str, Any]:
    """A manifest that says what the page asks of it; ``ValueError`` where it does not."""
    given = json.loads(text)
    try:
        sizes = given["data"]["images"]
        known = all(isinstance(sizes[part], int) for part in ("train", "valid", "test")) and given["model"]["file"]
    except (TypeError, KeyError):
        known = False
    if not known:
        raise ValueError("it does not say what the data and the model were")
    found: Mapping[str, Any] = given
    return found


def _read(path: Path, parse: Callable[[bytes], T]) -> T:
    try:
        return parse(path.read_bytes())
    except FileNotFoundError:
        hint = "a run writes it at its end; train again, with this version"
        raise InputError(f"{path}: there is no such file", code="D503", hint=hint) from None
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path} is damaged: {error}", code="D510") from None
