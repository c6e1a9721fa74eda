"""How the documented methods and events stand here: same, differs or not yet, and the ledger that says so."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any

import msgspec

from tieline.api.differences import PROTOCOL, Difference
from tieline.api.method import Method
from tieline.api.openapi import SYSTEM, faults_of
from tieline.api.registry import Registry

SAME, DIFFERS, NOT_YET, EXTENSION = "same", "differs", "not yet", "extension"


@lru_cache(maxsize=1)
def documented() -> dict[str, Any]:
    """Return the names, parameters and error codes of the documentation: facts, kept with the project."""
    text = resources.files("tieline.api").joinpath("documented.json").read_text("utf-8")
    data: dict[str, Any] = msgspec.json.decode(text)
    return data


@dataclass(frozen=True, slots=True)
class Standing:
    """How a documented method or event stands here; `unexplained` is what of the `missing` has no number."""

    name: str
    state: str
    scopes: tuple[str, ...] = ()
    differs: tuple[Difference, ...] = ()
    missing: frozenset[str] = frozenset()
    unexplained: tuple[str, ...] = ()
    unreachable: Mapping[str, str] = field(default_factory=dict)


def cover_methods(registry: Registry) -> list[Standing]:
    """Compare every documented method with what is declared."""
    return [_method(registry.find(name), name, told) for name, told in documented()["methods"].items()]


def _parameter(told: str) -> str:
    """Return the parameter that a documented name means: `TITLE (LANG)` is a field of LANG's."""
    return told.partition(" (")[2].removesuffix(")") or told


def _method(method: Method | None, name: str, told: dict[str, Any]) -> Standing:
    scopes = tuple(told["scopes"])
    if method is None:
        return Standing(name, NOT_YET, scopes)
    here = {param.wire_name.upper() for param in method.params}
    missing = {p for p in told["params"] if _parameter(p).upper() not in here and not method.rest}
    missing |= set(_missing_errors(method, told["errors"]))
    missing |= {f"scope {scope}" for scope in scopes if scope not in method.scopes}
    explained = {name for difference in method.differs for name in difference.leaves_out}
    unexplained = sorted(missing - explained - set(method.unreachable))
    return Standing(
        name,
        DIFFERS if method.differs or unexplained else SAME,
        scopes,
        method.differs,
        frozenset(missing),
        tuple(unexplained),
        method.unreachable,
    )


def _missing_errors(method: Method, told: Mapping[str, Sequence[int]]) -> Iterator[str]:
    """Return documented codes that the method has not, or has only with other statuses."""
    found = [*faults_of(method), *SYSTEM]
    for code, statuses in told.items():
        here = {fault.status for fault in found if fault.code == code}
        if not here or (statuses and not here.intersection(statuses)):
            yield code


def cover_events(registry: Registry) -> list[Standing]:
    """Compare every documented event with what is declared; ours that nobody documents stand last."""
    told = documented()["events"]
    declared = {event.wire_name: event for event in registry.events}
    rows = []
    for name, facts in told.items():
        event = declared.get(name)
        scopes = tuple(facts["scopes"])
        if event is None:
            rows.append(Standing(name, NOT_YET, scopes))
            continue
        unexplained = tuple(f"scope {scope}" for scope in scopes if scope not in event.scopes)
        state = DIFFERS if event.differs or unexplained else SAME
        rows.append(Standing(name, state, scopes, event.differs, frozenset(unexplained), unexplained))
    return rows + [Standing(n, EXTENSION, declared[n].scopes) for n in sorted(declared) if n not in told]


def differences(registry: Registry) -> list[Difference]:
    """Return every difference that is declared anywhere, by number."""
    declared = {difference for item in (*registry, *registry.events) for difference in item.differs}
    return sorted({*PROTOCOL, *declared}, key=lambda difference: difference.number)


def stale(registry: Registry) -> list[str]:
    """Return what declarations call missing or unreachable, and is neither."""
    rows = cover_methods(registry)
    found = [f"{row.name}: {code}" for row in rows for code in row.unreachable if code not in row.missing]
    for difference in differences(registry):
        missing = {name for row in rows if difference in row.differs for name in row.missing}
        found += [f"{difference.number}: {name}" for name in difference.leaves_out if name not in missing]
    return found


def ledger(registry: Registry, shown_by: Mapping[int, Sequence[str]]) -> str:
    """Write the coverage ledger as Markdown; `shown_by` names the tests of each difference."""
    methods, events = cover_methods(registry), cover_events(registry)
    lines = [
        "# Coverage ledger",
        "",
        "Generated from the declarations by `make docs`; a test keeps it fresh.",
        "",
        f"- {len(documented()['methods'])} documented methods: {_counts(methods)}.",
        f"- {len(documented()['events'])} documented events: {_counts(events)}.",
        "",
        "*Same* is what has every documented name, parameter, error and status, and no difference below. Errors that",
        "cannot be reached here are listed last, with the reason.",
        "",
        "## Differences",
        "",
        "| number | where | what differs | shown by |",
        "|---|---|---|---|",
    ]
    for difference in differences(registry):
        where = [row.name for row in (*methods, *events) if difference in row.differs]
        tests = shown_by.get(difference.number, ())
        lines.append(
            f"| {difference.number} | {_codes(where) or 'the protocol'} | {difference.text} | {_codes(tests)} |"
        )
    lines += ["", "## Methods", "", "| method | state | differences |", "|---|---|---|", *map(_row, methods)]
    lines += ["", "## Events", "", "| event | state | differences |", "|---|---|---|", *map(_row, events)]
    lines += ["", "## Methods beside these", ""]
    lines += [f"- `{method.name}`: {method.doc.splitlines()[0]}" for method in registry if not method.documented]
    lines += ["", "## Documented errors that cannot be reached", "", "| error | methods | why |", "|---|---|---|"]
    reasons: dict[tuple[str, str], list[str]] = {}
    for row in methods:
        for code, why in row.unreachable.items():
            reasons.setdefault((code, why), []).append(row.name)
    lines += [f"| `{code}` | {_codes(names)} | {why} |" for (code, why), names in sorted(reasons.items())]
    return "\n".join(lines) + "\n"


def _counts(rows: Iterable[Standing]) -> str:
    states = [row.state for row in rows]
    return ", ".join(f"{states.count(state)} {state}" for state in (SAME, DIFFERS, NOT_YET))


def _row(row: Standing) -> str:
    numbers = [str(difference.number) for difference in row.differs]
    numbers += [f"without a number: `{name}`" for name in row.unexplained]
    return f"| `{row.name}` | {row.state} | {', '.join(numbers)} |"


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
