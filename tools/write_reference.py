"""Writes the generated reference: methods and events, the events' schemas, the coverage ledger, the figures."""

import ast
import sys
from pathlib import Path

import msgspec

from tieline.api.coverage import ledger
from tieline.api.event_schemas import event_schemas
from tieline.api.reference import reference, statistics
from tieline.methods import registry

ROOT = Path(__file__).parents[1]


def shown_by(tests: Path) -> dict[int, list[str]]:
    """Return the tests that are marked `difference(number)`, by number."""
    found: dict[int, list[str]] = {}
    for path in sorted(tests.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            for mark in node.decorator_list if isinstance(node, ast.FunctionDef) else ():
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.difference":
                    named = f"{path.relative_to(tests.parent)}::{node.name}"  # type: ignore[union-attr]
                    for number in mark.args:
                        found.setdefault(ast.literal_eval(number), []).append(named)
    return found


def write(folder: Path) -> None:
    """Write all generated pages into a folder."""
    known = registry()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "methods.md").write_text(reference(known), "utf-8")
    (folder / "coverage.md").write_text(ledger(known, shown_by(ROOT / "tests")), "utf-8")
    (folder / "statistics.md").write_text(statistics(), "utf-8")
    schemas = msgspec.json.format(msgspec.json.encode(event_schemas(known)), indent=2)
    (folder / "events.json").write_bytes(schemas + b"\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
