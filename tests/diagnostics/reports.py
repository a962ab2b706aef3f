"""Reports to render: one of each sort, and drawn ones with whatever characters a file or its name may hold."""

from __future__ import annotations

from hypothesis import strategies as st

from cnndsl.compiler.measure import Figures
from cnndsl.compiler.sizes import LegalSizes, Misfit
from cnndsl.diagnostics.catalogue import ENTRIES
from cnndsl.diagnostics.report import FileReport, Network
from cnndsl.errors import Diagnostic, Edit, InputError, Repair, Span

SIZES = LegalSizes((), 28, illegal=27, misfit=Misfit("Conv kernel 5x5 does not fit its 4x4 input", 7))
NETWORK = Network("mnist", (1, 28, 28), (10,), Figures(33_078, 328_600, 32), SIZES)
ERROR = Diagnostic(
    "S201",
    "error",
    "Conv kernel 5x5 does not fit its 4x4 input",
    Span("models/small.txt", 5, 1, 5),
    ("a kernel of 4 or less",),
    ("shapes so far: 1x8x8",),
    ((4, "Pool 2 2", "-> 6x4x4"), (5, "Conv 12 5", "needs at least 5x5")),
    (
        Repair("`pad=1`", (Edit(Span("models/small.txt", 5, 10, 10), " pad=1"),)),
        Repair("remove the Pool on line 4", (Edit(Span("models/small.txt", 4, 1, 9), whole_line=True),)),
    ),
)
NOTE = Diagnostic("S208", "note", "Flatten inserted", Span("ok.txt", 3, 1, 3), excerpt=((3, "FC 10", ""),))
BAD = FileReport("models/small.txt", (ERROR,))
OK = FileReport("ok.txt", (NOTE,), (NETWORK,))
MISSING = FileReport("gone.txt", failure=InputError("gone.txt: there is no such file", code="D503", hint="check"))

# With what each format has its own sign for, line ends, controls, and bytes of a name that are no UTF-8.
_SIGNS = st.sampled_from("<>&\"'%:,\r\n\t\x1b\0`|*é√\U0001f600\udcff")
TEXTS = st.one_of(st.text(max_size=8), st.lists(_SIGNS, max_size=4).map("".join))
NAMES = TEXTS.map(lambda text: text or "model.txt")


def edits(file: str) -> st.SearchStrategy[Edit]:
    spans = st.builds(lambda line, column: Span(file, line, column, column + 2), st.integers(1, 9), st.integers(1, 9))
    return st.builds(Edit, spans, TEXTS, st.booleans())


@st.composite
def diagnostics(draw: st.DrawFn, file: str) -> Diagnostic:
    line, column = draw(st.integers(1, 99)), draw(st.integers(1, 99))
    end = draw(st.one_of(st.none(), st.integers(column + 1, column + 9)))
    lines = st.tuples(st.sampled_from((line, line + 1)), TEXTS, TEXTS)
    return Diagnostic(
        draw(st.sampled_from([entry.code for entry in ENTRIES] + ["X999"])),
        draw(st.sampled_from(("error", "warning", "note", "style"))),
        draw(TEXTS),
        Span(file, line, column, end),
        tuple(draw(st.lists(TEXTS, max_size=2))),
        tuple(draw(st.lists(TEXTS, max_size=2))),
        tuple(draw(st.lists(lines, max_size=2, unique_by=lambda row: row[0]))),
        tuple(draw(st.lists(st.builds(Repair, TEXTS, st.tuples(edits(file))), max_size=2))),
    )


@st.composite
def reports(draw: st.DrawFn) -> FileReport:
    file = draw(NAMES)
    if draw(st.integers(0, 4)) == 0:
        return FileReport(file, failure=InputError(draw(TEXTS), code="D503", hint=draw(TEXTS)))
    found = tuple(draw(st.lists(diagnostics(file), max_size=3)))
    errors = any(diagnostic.severity == "error" for diagnostic in found)
    return FileReport(file, found, () if errors else (NETWORK,))


def many() -> st.SearchStrategy[list[FileReport]]:
    return st.lists(reports(), min_size=1, max_size=3)
