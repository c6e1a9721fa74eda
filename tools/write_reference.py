"""Writes the generated reference: methods and events, and the coverage ledger."""

import sys
from pathlib import Path

from tieline.api.reference import ledger, reference
from tieline.api.registry import Registry
from tieline.methods import FAMILIES


def write(folder: Path) -> None:
    """Write all generated pages into a folder."""
    registry = Registry(FAMILIES)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "methods.md").write_text(reference(registry), "utf-8")
    (folder / "coverage.md").write_text(ledger(registry), "utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
