"""Types that understand PHP clients: what each takes for its value, and what it refuses."""

import datetime as dt
from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.api import wire
from tieline.api.wire import Wire, WrongValue, clean, is_empty, iso, iso_or_none, parse_iso, reader, yes_no

LARGEST = 2**63 - 1


class Point(Wire):
    """Something with fields of several types."""

    x: int
    label: str = ""
    ready: bool = False
    tags: list[str] = msgspec.field(default_factory=list)
    inner: Any = None


@pytest.mark.parametrize(
    ("given", "value"),
    [("text", "text"), ("", ""), (5, "5"), (-1, "-1"), (1.5, "1.5"), (True, "1"), (False, ""), (2**70, str(2**70))],
)
def test_text_is_read_from_scalars(given: Any, value: str) -> None:
    assert reader(str)(given) == value


@pytest.mark.parametrize("given", [None, [], {}, ["a"], {"a": "b"}])
def test_text_is_nothing_else(given: Any) -> None:
    with pytest.raises(WrongValue, match="string"):
        reader(str)(given)


@pytest.mark.parametrize(
    ("given", "value"),
    [
        (5, 5),
        ("5", 5),
        (" 5 ", 5),
        ("-5", -5),
        ("007", 7),
        (5.0, 5),
        (True, 1),
        (False, 0),
        (LARGEST, LARGEST),
        (str(LARGEST), LARGEST),
        (-(2**63), -(2**63)),
        (str(-(2**63)), -(2**63)),
    ],
)
def test_integer_is_read_from_text_too(given: Any, value: int) -> None:
    assert reader(int)(given) == value


@pytest.mark.parametrize(
    "given",
    [
        *("", "abc", "5.0", "+5", "--5", "-", "1e3", "0x1", "5 5", "²", "٣", "9" * 5000),
        *(5.5, float("inf"), float("nan"), 1e300),
        *(2**63, -(2**63) - 1, str(2**63), str(-(2**63) - 1), 2**70),
        *(None, [], {}, [5]),
    ],
)
def test_integer_is_nothing_that_64_bits_do_not_hold(given: Any) -> None:
    with pytest.raises(WrongValue, match="integer"):
        reader(int)(given)


@given(st.integers(-(2**63), LARGEST))
def test_every_integer_of_64_bits_is_read_from_its_text(number: int) -> None:
    assert reader(int)(str(number)) == reader(int)(number) == number


@pytest.mark.parametrize("given", [True, 1, "1", "Y", "y", "yes", "true", "TRUE", "on"])
def test_boolean_is_true_in_many_spellings(given: Any) -> None:
    assert reader(bool)(given) is True


@pytest.mark.parametrize("given", [False, 0, "0", "N", "n", "no", "false", "False", "off", ""])
def test_boolean_is_false_in_many_spellings(given: Any) -> None:
    assert reader(bool)(given) is False


@pytest.mark.parametrize("given", [None, 2, -1, "2", "maybe", 1.0, [], {}, [True]])
def test_boolean_is_nothing_else(given: Any) -> None:
    with pytest.raises(WrongValue, match="boolean"):
        reader(bool)(given)


@pytest.mark.parametrize(
    ("given", "value"),
    [([], []), ({}, []), ([1, "2"], [1, 2]), ({"0": "1", "1": "2"}, [1, 2]), ({"5": 1, "a": 2}, [1, 2])],
)
def test_list_is_read_from_an_object_of_numbers(given: Any, value: list[int]) -> None:
    assert reader(list[int])(given) == value


@pytest.mark.parametrize(("given", "depth"), [("abc", 0), (None, 0), (5, 0), (["x"], 1), ({"0": None}, 1)])
def test_list_says_how_deep_the_wrong_value_is(given: Any, depth: int) -> None:
    with pytest.raises(WrongValue) as refused:
        reader(list[int])(given)
    assert refused.value.problem.depth == depth


@pytest.mark.parametrize(("given", "value"), [({}, {}), ([], {}), ({"a": "1"}, {"a": 1}), (["1", 2], {"0": 1, "1": 2})])
def test_map_is_read_from_a_list_too(given: Any, value: dict[str, int]) -> None:
    assert reader(dict[str, int])(given) == value


@pytest.mark.parametrize("given", ["abc", 5, None, {"a": "b"}])
def test_map_is_nothing_else(given: Any) -> None:
    with pytest.raises(WrongValue):
        reader(dict[str, int])(given)


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ({"x": "5"}, Point(x=5)),
        ({"x": 5, "unknown": [1]}, Point(x=5)),
        ({"x": 5, "label": None, "ready": "", "tags": ""}, Point(x=5)),
        ({"x": 5, "label": "", "ready": "Y", "tags": {"0": "a"}}, Point(x=5, ready=True, tags=["a"])),
        ({"x": 5, "inner": {"deep": []}}, Point(x=5, inner={"deep": []})),
    ],
)
def test_structure_takes_its_fields_and_passes_over_the_rest(given: Any, value: Point) -> None:
    assert reader(Point)(given) == value


@pytest.mark.parametrize(
    ("given", "expected", "depth"),
    [
        ("abc", "array", 0),
        ([], "object with x", 1),
        ({"x": ""}, "object with x", 1),
        ({"x": "abc"}, "integer", 1),
        ({"x": 1, "tags": "abc"}, "array", 1),
        ({"x": 1, "tags": [{}]}, "string", 2),
    ],
)
def test_structure_says_what_it_misses(given: Any, expected: str, depth: int) -> None:
    with pytest.raises(WrongValue) as refused:
        reader(Point)(given)
    assert (refused.value.problem.expected, refused.value.problem.depth) == (expected, depth)


def test_choice_is_one_of_its_values() -> None:
    read = reader(Literal["online", "offline"])
    assert read("online") == "online"
    for wrong in ("ONLINE", "", None, [], {}):
        with pytest.raises(WrongValue, match="one of online, offline"):
            read(wrong)


@pytest.mark.parametrize("hint", [Annotated[int, "a mark"], int | None, Annotated[int | None, "a mark"]])
def test_marks_and_null_do_not_change_how_a_type_is_read(hint: Any) -> None:
    assert reader(hint)("5") == 5


def test_anything_is_left_as_it_is() -> None:
    assert reader(Any)({"a": [None]}) == {"a": [None]}


@pytest.mark.parametrize("hint", [float, bytes, set[int], tuple[int, int], int | str, object])
def test_type_that_the_wire_has_not_is_refused_at_declaration(hint: Any) -> None:
    with pytest.raises(TypeError, match="a request cannot carry"):
        reader(hint)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_no_value_makes_a_reader_fail_in_another_way(value: Any) -> None:
    for hint in (str, int, bool, list[int], dict[str, bool], Point, list[Point], Literal["a"], int | None):
        try:
            reader(hint)(value)
        except WrongValue as error:
            assert error.problem.expected  # noqa: PT017 - any other exception fails the test


@pytest.mark.parametrize(
    ("value", "empty"),
    [(None, True), ("", True), ([], True), ({}, True), (0, False), ("0", False), (False, False), (" ", False)],
)
def test_zero_is_a_value(value: Any, *, empty: bool) -> None:
    assert is_empty(value) is empty


def test_first_version_writes_booleans_as_letters() -> None:
    assert (yes_no(value=True), yes_no([]), yes_no([1])) == ("Y", "N", "Y")


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("UTC", "2027-01-15T08:00:00+00:00"),
        ("Europe/Berlin", "2027-01-15T09:00:00+01:00"),
        ("America/St_Johns", "2027-01-15T04:30:00-03:30"),
        ("Nowhere/Land", "2027-01-15T08:00:00+00:00"),
        ("../etc/passwd", "2027-01-15T08:00:00+00:00"),
    ],
)
def test_moment_is_written_with_its_zone(zone: str, text: str) -> None:
    assert iso(1_800_000_000_999, zone) == text
    assert iso_or_none(1_800_000_000_999, zone) == text
    assert iso_or_none(None, zone) is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2027-01-15T08:00:00+00:00", 1_800_000_000_000),
        ("2027-01-15T09:00:00+01:00", 1_800_000_000_000),
        ("2027-01-15T08:00:00Z", 1_800_000_000_000),
        ("2027-01-15T08:00:00", 1_800_000_000_000),
        ("2027-01-15", 1_799_971_200_000),
    ],
)
def test_moment_is_read_in_utc_unless_it_says_otherwise(text: str, moment: int) -> None:
    assert parse_iso(text) == moment


@pytest.mark.parametrize("text", ["", "yesterday", "2027-13-01", "15.01.2027", "2027-01-15T25:00:00", "9" * 100])
def test_text_that_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(WrongValue, match="datetime"):
        parse_iso(text)


@given(st.datetimes(timezones=st.just(dt.UTC)))
def test_reading_undoes_writing_of_seconds(moment: dt.datetime) -> None:
    second = int(moment.timestamp() // 1)
    assert parse_iso(iso(second * 1000)) == second * 1000


def test_nul_characters_are_taken_out_everywhere() -> None:
    assert clean({"a\0": ["\0b", {"c": "d\0\0"}], "n": 5}) == {"a": ["b", {"c": "d"}], "n": 5}


def test_limit_of_integers_is_that_of_the_databases() -> None:
    assert wire.INT_LIMIT == 2**63
