"""The house keeps its shape: who imports whom, what is imported late, who prints, and that every layer is known."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import cnndsl
from cnndsl.layers import REGISTRY

PACKAGE = Path(cnndsl.__file__).parent
FILES = sorted(path for path in PACKAGE.rglob("*.py"))

# Each part, and what it may import besides itself.
ARROWS: dict[str, set[str]] = {
    "errors": set(),
    "columns": {"errors"},
    "keys": set(),
    "layers": {"keys"},
    "optim": {"errors", "keys"},
    "schedule": {"errors", "keys"},
    "labels": set(),
    "loss": {"errors", "keys", "labels"},
    "data": {"errors", "keys"},
    "language": {"errors", "layers"},
    "settings": {"errors", "layers", "language", "data"},
    "augment": {"keys", "labels", "layers", "settings"},
    "compiler": {"augment", "errors", "keys", "labels", "layers", "language", "loss", "settings", "data"},
    "report": {"errors", "layers", "language", "settings", "compiler", "data"},
    "training": {
        *(
            "errors",
            "keys",
            "layers",
            "language",
            "compiler",
            "optim",
            "schedule",
            "loss",
            "data",
            "report",
            "settings",
            "labels",
            "augment",
        ),
    },
    "play": {"layers", "compiler", "report"},
    "exchange": {"errors", "layers", "language", "compiler", "data"},
    "diagnostics": {"errors", "layers", "language", "compiler", "data"},
    "highlight": set(),
    "gradcheck": {"errors", "keys", "layers", "language", "compiler", "loss", "columns"},
    "testing": {"layers", "language", "compiler", "gradcheck"},
    "extend": {"layers", "language"},
    "doctor": {
        *("columns", "errors", "keys", "layers", "language", "settings", "compiler", "optim", "data", "report"),
        "training",
    },
    "cli": {
        *("errors", "layers", "language", "settings", "compiler", "training", "data", "diagnostics", "report"),
        *("augment", "gradcheck", "exchange", "doctor", "play"),
    },
    "notebook": {"errors", "layers", "language", "compiler", "data", "report", "training", "cli"},
    "__main__": {"cli"},
}
HEAVY = {
    "PIL",
    "sklearn",
    "scipy",
    "matplotlib",
    "pooch",
    "requests",
    "safetensors",
    "rich",
    "onnx",
    "IPython",
    "jinja2",
}
SAYS_OR_ENDS = {"print", "input", "exit", "quit", "sys.exit", "os._exit", "sys.stdout.write", "sys.stderr.write"}
PHASES = [
    *(PACKAGE / "language").glob("*.py"),
    *(PACKAGE / "compiler" / f"{name}.py" for name in ("infer", "lower", "optimise", "program", "initialise")),
]

each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))


def part_of(path: Path) -> str:
    """``layers`` for ``layers/conv.py``, ``errors`` for ``errors.py``."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(node: ast.AST) -> Iterator[str]:
    """The modules that a statement imports; of ``from a import b`` both ``a`` and ``a.b``, which may be one."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are absolute"
        yield node.module or ""
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imports_of(path: Path) -> set[str]:
    """All that is imported anywhere in a file."""
    return {name for node in ast.walk(tree_of(path)) for name in imported(node)}


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def at_once(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run when a module is imported."""
    for node in body:
        if isinstance(node, ast.If) and _is_guard(node.test):
            yield from at_once(node.orelse)
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
            for inner in ("body", "orelse", "finalbody"):
                yield from at_once(getattr(node, inner, []))


def _is_guard(test: ast.expr) -> bool:
    """``TYPE_CHECKING`` or ``__name__ == "__main__"``."""
    return ast.unparse(test) in {"TYPE_CHECKING", "__name__ == '__main__'"}


def outside_guards(tree: ast.Module) -> Iterator[ast.AST]:
    for node in tree.body:
        if not (isinstance(node, ast.If) and _is_guard(node.test)):
            yield from ast.walk(node)


def parts_imported(path: Path) -> set[str]:
    names = imports_of(path)
    return {name.split(".")[1] for name in names if name.startswith("cnndsl.")} - {"__version__"}


@each_file
def test_the_arrows_point_down(path: Path) -> None:
    if path == PACKAGE / "__init__.py":
        assert parts_imported(path) <= {"compiler", "optim", "notebook"}
        return
    part = part_of(path)
    assert part in ARROWS, "give the new part its arrows"
    assert parts_imported(path) - {part} <= ARROWS[part]


def test_the_arrows_have_no_cycle() -> None:
    done: set[str] = set()
    for part, below in ARROWS.items():
        assert below <= done, part
        done.add(part)


@each_file
def test_lark_is_imported_by_the_parser_alone(path: Path) -> None:
    if path != PACKAGE / "language" / "parse.py":
        assert not {name for name in imports_of(path) if name.split(".")[0] == "lark"}


@each_file
def test_hypothesis_is_imported_by_what_tests_alone(path: Path) -> None:
    if part_of(path) != "testing":
        assert not {name for name in imports_of(path) if name.split(".")[0] == "hypothesis"}


@each_file
def test_what_is_slow_to_import_is_imported_where_it_is_used(path: Path) -> None:
    names = {name.split(".")[0] for node in at_once(tree_of(path).body) for name in imported(node)}
    assert not names & HEAVY


@each_file
def test_only_the_command_line_prints_and_exits(path: Path) -> None:
    if part_of(path) in {"cli", "__main__"}:
        return
    assert not {name for name in imports_of(path) if name.split(".")[0] == "click"}
    called = {ast.unparse(node.func) for node in outside_guards(tree_of(path)) if isinstance(node, ast.Call)}
    assert not called & SAYS_OR_ENDS
    raised = {ast.unparse(node) for node in ast.walk(tree_of(path)) if isinstance(node, ast.Raise) and node.exc}
    assert not {text for text in raised if "SystemExit" in text}


@pytest.mark.parametrize("path", PHASES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_phase_knows_a_layer(path: Path) -> None:
    kinds = {f"cnndsl.layers.{file.stem}" for file in (PACKAGE / "layers").glob("[a-z]*.py")}
    names = {kind.name for kind in REGISTRY}
    tree = tree_of(path)
    assert not imports_of(path) & kinds
    assert not {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} & names
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert not texts & names


@pytest.mark.parametrize("path", sorted((PACKAGE / "layers").glob("[a-z]*.py")), ids=lambda path: path.stem)
def test_every_layer_file_is_in_the_registry(path: Path) -> None:
    assert f"cnndsl.layers.{path.stem}" in {kind.spec.__module__ for kind in REGISTRY}


@each_file
def test_a_module_says_what_it_is_for(path: Path) -> None:
    if path.stat().st_size:
        assert ast.get_docstring(tree_of(path))


SCRIPTS = {
    "the package": "import cnndsl",
    "a check": "import sys\nfrom cnndsl import cli\nassert cli._run(['check', sys.argv[1]]) == 0",
    "the version": "from cnndsl import cli\nassert cli._run(['--version']) == 0",
}
LATE = {
    "the package": {"numpy", "lark", "attrs", "click", "cnndsl.language", "cnndsl.layers"},
    "a check": {
        *("cnndsl.training", "cnndsl.settings", "cnndsl.compiler.program", "cnndsl.report", "threadpoolctl"),
        *("cnndsl.layers.gelu", "cnndsl.layers.batch_norm"),  # the file has none
        *("cnndsl.diagnostics.catalogue", "cnndsl.diagnostics.reference", "cnndsl.highlight", "pygments"),
        *(f"cnndsl.diagnostics.renderers.{name}" for name in ("json", "sarif", "junit", "github")),
    },
    "the version": {"numpy", "lark", "cnndsl.language", "cnndsl.layers"},
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_start_imports_nothing_that_is_not_needed(name: str) -> None:
    script = f"{SCRIPTS[name]}\nimport sys\nprint('\\n', *sys.modules, file=sys.stderr)"
    command = [sys.executable, "-c", script, "inputdir/model.txt"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    assert not set(done.stderr.split()) & (HEAVY | LATE[name])
