"""Statistics and the report: medians, bars, what is printed and what is written."""

import json
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which a share of the values lies, by the nearest rank."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(len(ranked) * share))]


@dataclass(frozen=True)
class Bar:
    """A limit that a figure has to keep: on its ratio, or on its value where there is nothing to compare."""

    sign: str
    limit: float

    def __str__(self) -> str:
        return f"{self.sign} {self.limit:g}"

    def met(self, value: float) -> bool:
        """Say whether a value keeps the limit."""
        return {">=": value >= self.limit, "<=": value <= self.limit, "<": value < self.limit}[self.sign]


@dataclass(frozen=True)
class Figure:
    """One line of the result; `against` is the bare side's value in the same unit."""

    figure: str
    value: float
    unit: str
    ratio: float | None = None
    against: float | None = None
    bar: str | None = None
    met: bool | None = None


def compare(
    figure: str, unit: str, pairs: Sequence[tuple[float, float]], bar: Bar | None = None, *, digits: int = 3
) -> Figure:
    """Make a figure of (tieline, bare) pairs, one a round: medians of each side and of the ratios."""
    value, against = median(ours for ours, _ in pairs), median(bare for _, bare in pairs)
    ratio = median(ours / bare for ours, bare in pairs)
    met = bar.met(ratio) if bar else None
    text = str(bar) if bar else None
    return Figure(figure, round(value, digits), unit, round(ratio, 3), round(against, digits), text, met)


def alone(figure: str, unit: str, value: float, bar: Bar | None = None) -> Figure:
    """Make a figure that is compared with nothing."""
    met = bar.met(value) if bar else None
    return Figure(figure, round(value, 3), unit, bar=str(bar) if bar else None, met=met)


def show(figure: Figure) -> str:
    """Lay a figure out as a line of the table."""
    bare = f"{figure.against:12,.2f}" if figure.against is not None else f"{'':12}"
    ratio = f"{figure.ratio:7.2f}" if figure.ratio is not None else f"{'':7}"
    verdict = {True: "met", False: "NOT MET", None: ""}[figure.met]
    return f"{figure.figure:52}{figure.value:12,.2f}{bare} {figure.unit:8}{ratio}  {figure.bar or '':8}{verdict}"


def table(figures: Iterable[Figure]) -> str:
    """Lay all figures out."""
    rows = list(figures)
    ours, bare = ("tieline", "bare") if any(row.against for row in rows) else ("value", "")
    head = f"{'':52}{ours:>12}{bare:>12} {'':8}{'ratio':>7}  {'bar':8}"
    return "\n".join([head, *map(show, rows)])


def write(figures: Iterable[Figure], file: Path) -> None:
    """Write the figures as a list of JSON objects."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps([asdict(figure) for figure in figures], indent=2) + "\n")


def machine() -> str:
    """Name the processor and the interpreter."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")
    return f"{model or platform.machine()}, Linux {platform.release()}, Python {platform.python_version()}"
