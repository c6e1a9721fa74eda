"""The code about itself: names once, everything used and documented, small, layered; the reference fresh."""

import ast
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tieline.api import faults
from tieline.api.faults import Fault
from tieline.domain.events import Fact
from tieline.methods import registry

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "tieline"
REGISTRY = registry()
MOST_LINES_OF_A_FILE = 500
MOST_LINES_OF_A_FUNCTION = 60
FILES = sorted(path for path in SOURCE.rglob("*.py") if "static" not in path.parts)
TREES = {path: ast.parse(path.read_text("utf-8")) for path in FILES}


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def literals() -> dict[str, list[str]]:
    """Every text in the source, by its small letters."""
    found = defaultdict(list)
    for tree in TREES.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found[node.value.lower()].append(node.value)
    return found


@cache
def used_names() -> Counter[str]:
    """How often each name is read in the source, but for the description of the errors itself."""
    return Counter(
        node.id if isinstance(node, ast.Name) else node.attr
        for path, tree in TREES.items()
        if path.name != "openapi.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load)
    )


def declarations() -> Iterator[str]:
    """What stands first in the decorators `@<family>.method(...)` and `@<family>.event(...)`."""
    for tree in TREES.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for decorator in node.decorator_list:
                    if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith((".method", ".event")):
                        yield ast.unparse(decorator.args[0])


def test_each_method_and_event_is_declared_by_its_full_name() -> None:
    declared = Counter(declarations())
    names = [*(method.name for method in REGISTRY), *(event.name for event in REGISTRY.events)]
    expected = {"BATCH" if name == "batch" else repr(name) for name in names}
    assert set(declared) == expected
    assert set(declared.values()) == {1}


@pytest.mark.parametrize("name", sorted(method.name for method in REGISTRY if "." in method.name))
def test_name_of_a_method_stands_nowhere_else(name: str) -> None:
    assert literals()[name.lower()] == [name]


@pytest.mark.parametrize("name", sorted(event.name for event in REGISTRY.events))
def test_name_of_an_event_stands_nowhere_else(name: str) -> None:
    assert literals()[name.lower()] == [name]


# What these tell of is the application itself: of many such events in a row a queue keeps the last.
OF_THE_APPLICATION = {"AppInstalled", "AppPaid", "AppRemoved", "AppUpdated", "OfflineQueueGrown", "TestFired"}


def test_each_fact_says_what_it_is_about() -> None:
    silent = {event.fact.__name__ for event in REGISTRY.events if event.fact.subject is Fact.subject}
    assert silent == OF_THE_APPLICATION


FAULTS = sorted(name for name, value in vars(faults).items() if isinstance(value, Fault))


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_of_the_catalogue_is_used(name: str) -> None:
    assert used_names()[name] >= 1


def module_faults(path: Path) -> list[str]:
    """Names of the faults that a family declares at its top."""
    return [
        target.id
        for node in TREES[path].body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "Fault"
        for target in node.targets
        if isinstance(target, ast.Name)
    ]


@pytest.mark.parametrize("path", sorted((SOURCE / "methods").glob("*.py")), ids=short)
def test_each_fault_of_a_family_is_used(path: Path) -> None:
    loaded = {
        node.id for node in ast.walk(TREES[path]) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    assert set(module_faults(path)) <= loaded


@pytest.mark.parametrize("path", FILES, ids=short)
def test_file_has_its_line_on_top(path: Path) -> None:
    docstring = ast.get_docstring(TREES[path])
    assert docstring, "says not what lives here"
    assert re.search(r"[.:]$", docstring.splitlines()[0]), "the first line is a sentence"


@pytest.mark.parametrize("path", FILES, ids=short)
def test_file_is_small(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= MOST_LINES_OF_A_FILE


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or 0) - node.lineno + 1


@pytest.mark.parametrize("path", [path for path in FILES if "migrations" not in path.parts], ids=short)
def test_functions_are_short(path: Path) -> None:
    """A migration is a list of statements and may be as long as the schema."""
    assert [name for name, lines in functions(path) if lines > MOST_LINES_OF_A_FUNCTION] == []


def test_floors_are_kept() -> None:
    program = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


@pytest.mark.parametrize("path", sorted((ROOT / "examples").rglob("*.py")), ids=short)
def test_examples_know_the_server_by_the_wire_alone(path: Path) -> None:
    assert [name for name in imports(path) if name.split(".")[0] == "tieline"] == []


def test_committed_reference_is_fresh(tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / "tools" / "write_reference.py", tmp_path], cwd=ROOT, check=True)
    written = {page.name: page.read_text("utf-8") for page in tmp_path.iterdir()}
    committed = ROOT / "docs" / "reference"
    assert {page.name for page in committed.iterdir()} == {*written, "README.md"}
    stale = [name for name, text in written.items() if (committed / name).read_text("utf-8") != text]
    assert stale == [], "run `make docs`"
