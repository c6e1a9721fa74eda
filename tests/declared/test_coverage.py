"""The coverage ledger: every difference has a number and a test, and nothing in it is stale."""

import runpy
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import pytest

from tieline.api.coverage import (
    DIFFERS,
    EXTENSION,
    NOT_YET,
    SAME,
    cover_events,
    cover_methods,
    differences,
    documented,
    ledger,
    stale,
)
from tieline.api.differences import Difference
from tieline.api.faults import Fault
from tieline.api.method import Doc, Family
from tieline.api.registry import Registry
from tieline.methods import registry

ROOT = Path(__file__).parents[2]
REGISTRY = registry()
DIFFERENCES = differences(REGISTRY)
SHOWN_BY = runpy.run_path(str(ROOT / "tools" / "write_reference.py"))["shown_by"](ROOT / "tests")
ROWS = [*cover_methods(REGISTRY), *cover_events(REGISTRY)]


def test_every_documented_name_stands_once_with_one_of_three_words() -> None:
    methods, events = cover_methods(REGISTRY), [row for row in cover_events(REGISTRY) if row.state != EXTENSION]
    assert [row.name for row in methods] == list(documented()["methods"])
    assert [row.name for row in events] == list(documented()["events"])
    assert (len(methods), len(events)) == (316, 54)
    assert {row.state for row in (*methods, *events)} <= {SAME, DIFFERS, NOT_YET}


def test_method_that_is_documented_nowhere_says_so() -> None:
    told = {name.lower() for name in documented()["methods"]}
    assert [method.name for method in REGISTRY if method.documented is not (method.name.lower() in told)] == []


def test_each_number_means_one_difference() -> None:
    assert [number for number, count in Counter(one.number for one in DIFFERENCES).items() if count > 1] == []


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda difference: str(difference.number))
def test_each_difference_is_a_sentence_that_a_test_shows(difference: Difference) -> None:
    assert difference.text[0].isupper()
    assert difference.text.endswith(".")
    assert SHOWN_BY.get(difference.number), "mark a test with difference(number)"


def test_each_marked_test_shows_a_difference_that_is_declared() -> None:
    assert set(SHOWN_BY) - {difference.number for difference in DIFFERENCES} == set()


@pytest.mark.parametrize("row", [row for row in ROWS if row.state != NOT_YET], ids=lambda row: row.name)
def test_what_is_missing_has_a_number(row: Any) -> None:
    assert row.unexplained == (), "declare a Difference that names it, or why it is unreachable"
    assert all(why and not why.endswith(".") for why in row.unreachable.values())


def test_nothing_is_called_missing_that_is_here() -> None:
    assert stale(REGISTRY) == []


def add(call: Any, *, dialog_id: Annotated[str, Doc("A chat.")]) -> int:
    """Write into a chat."""
    return 0


def declared(*, scope: str = "im", **options: Any) -> Registry:
    """Declare a documented method anew."""
    family = Family(scopes=(scope,))
    family.method("im.message.add", **options)(add)
    return Registry([family])


def standing(**options: Any) -> Any:
    return next(row for row in cover_methods(declared(**options)) if row.state != NOT_YET)


def test_missing_parameters_and_errors_are_found() -> None:
    row = standing()
    assert (row.name, row.state) == ("im.message.add", DIFFERS)
    assert {"MESSAGE", "ATTACH", "ATTACH_ERROR", "MESSAGE_EMPTY"} <= set(row.unexplained)
    assert "DIALOG_ID" not in row.unexplained


def test_difference_explains_what_it_names() -> None:
    row = standing(differs=(Difference(1, "No files.", params=("ATTACH",), errors=("ATTACH_ERROR",)),))
    assert not {"ATTACH", "ATTACH_ERROR"} & set(row.unexplained)
    assert "MESSAGE" in row.unexplained


def test_error_with_another_status_is_a_difference() -> None:
    assert "MESSAGE_EMPTY" not in standing(faults=(Fault("MESSAGE_EMPTY", "Empty"),)).unexplained
    assert "MESSAGE_EMPTY" in standing(faults=(Fault("MESSAGE_EMPTY", "Empty", 422),)).unexplained


def test_stale_declarations_are_found() -> None:
    told = Difference(1, "None.", params=("DIALOG_ID", "NOWHERE"), errors=("MESSAGE_EMPTY",))
    faults = (Fault("MESSAGE_EMPTY", "Empty"),)
    registry = declared(differs=(told,), faults=faults, unreachable={"NEVER": "nobody knows", "ATTACH_ERROR": "no"})
    assert stale(registry) == ["im.message.add: NEVER", "1: DIALOG_ID", "1: NOWHERE", "1: MESSAGE_EMPTY"]


def test_missing_scope_is_a_difference() -> None:
    assert "scope im" in standing(scope="crm").unexplained


def test_ledger_names_the_tests_and_what_has_no_number() -> None:
    registry = declared(differs=(Difference(77, "No files."),), unreachable={"X": "never"})
    page = ledger(registry, {77: ["tests/test_a.py::test_b"]})
    assert "| 77 | `im.message.add` | No files. | `tests/test_a.py::test_b` |" in page
    assert "| `im.message.add` | differs | 77, without a number: `ACCESS_ERROR`" in page
    assert "| `X` | `im.message.add` | never |" in page
    assert "| `im.message.update` | not yet |  |" in page
