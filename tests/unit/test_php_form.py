"""PHP's form encoding: what PHP makes of a field's name, and that encoding and decoding undo each other."""

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.api.php_form import MAX_DEPTH, MAX_FIELDS, FormTooComplex, decode, encode, from_pairs

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
LETTERS = st.sampled_from(string.ascii_letters + "_ä")
NAMES = st.builds(str.__add__, LETTERS, st.text(st.characters(exclude_categories=["Cs"], exclude_characters=". []")))
KEYS = st.builds(str.__add__, LETTERS, st.text(st.characters(exclude_categories=["Cs"], exclude_characters="]")))
VALUES = st.recursive(
    TEXT,
    lambda inner: st.lists(inner, min_size=1, max_size=4) | st.dictionaries(KEYS, inner, min_size=1, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(NAMES, VALUES, max_size=6))
def test_decoding_undoes_encoding(data: dict[str, Any]) -> None:
    assert decode(encode(data)) == data


@given(st.dictionaries(NAMES, TEXT))
def test_decoding_undoes_encoding_of_flat_fields_one_by_one(data: dict[str, str]) -> None:
    assert from_pairs(data.items()) == data


def assert_plain(value: Any) -> None:
    """A decoded form holds texts, lists and maps with text keys, nothing else."""
    if isinstance(value, dict):
        assert all(type(key) is str for key in value)
        for inner in value.values():
            assert_plain(inner)
    elif isinstance(value, list):
        for inner in value:
            assert_plain(inner)
    else:
        assert type(value) is str


@given(st.binary(max_size=300) | st.text("ab01[]=&%.+ -", max_size=60).map(str.encode))
def test_no_bytes_make_decoding_fail(body: bytes) -> None:
    for text in (body.decode("utf-8", "replace"), body.decode("latin-1")):
        try:
            assert_plain(decode(text))
        except FormTooComplex:
            assert "[" in text or "%5" in text


@pytest.mark.parametrize(
    ("form", "decoded"),
    [
        ("", {}),
        ("a=1", {"a": "1"}),
        ("a=1&b=2", {"a": "1", "b": "2"}),
        ("&&a=1&", {"a": "1"}),
        ("a", {"a": ""}),
        ("a=", {"a": ""}),
        ("a=b=c", {"a": "b=c"}),
        ("=lost", {}),
        ("a=1+2", {"a": "1 2"}),
        ("a=1%2B2", {"a": "1+2"}),
        ("%61=%62", {"a": "b"}),
        ("a=%zz%2", {"a": "%zz%2"}),
        ("a=%C3%A4", {"a": "ä"}),
        ("a=ä", {"a": "ä"}),
        ("a=%FF", {"a": "\ufffd"}),
    ],
)
def test_fields_are_read_as_php_reads_them(form: str, decoded: dict[str, Any]) -> None:
    assert decode(form) == decoded


@pytest.mark.parametrize(
    ("form", "decoded"),
    [
        ("a=1&a=2", {"a": "2"}),
        ("a[b]=1&a[b]=2", {"a": {"b": "2"}}),
        ("a=1&a[b]=2", {"a": {"b": "2"}}),
        ("a[b]=1&a=2", {"a": "2"}),
        ("a[b]=1&a[b][c]=2", {"a": {"b": {"c": "2"}}}),
        ("a[b][c]=1&a[b]=2", {"a": {"b": "2"}}),
    ],
)
def test_later_duplicate_wins(form: str, decoded: dict[str, Any]) -> None:
    assert decode(form) == decoded


@pytest.mark.parametrize(
    ("form", "decoded"),
    [
        ("a[]=x&a[]=y", {"a": ["x", "y"]}),
        ("a%5B%5D=x&a%5B%5D=y", {"a": ["x", "y"]}),
        ("a[]=", {"a": [""]}),
        ("a[]", {"a": [""]}),
        ("a[0]=x&a[1]=y", {"a": ["x", "y"]}),
        ("a[0]=x&a[]=y", {"a": ["x", "y"]}),
        ("a[][b]=1&a[][b]=2", {"a": [{"b": "1"}, {"b": "2"}]}),
        ("a[0][b]=1&a[0][c]=2", {"a": [{"b": "1", "c": "2"}]}),
        ("a[b][]=1&a[b][]=2", {"a": {"b": ["1", "2"]}}),
        ("a[][]=1&a[][]=2", {"a": [["1"], ["2"]]}),
    ],
)
def test_numbers_from_zero_make_a_list(form: str, decoded: dict[str, Any]) -> None:
    assert decode(form) == decoded


@pytest.mark.parametrize(
    ("form", "decoded"),
    [
        ("a[1]=x", {"a": {"1": "x"}}),
        ("a[0]=x&a[2]=y", {"a": {"0": "x", "2": "y"}}),
        ("a[1]=y&a[0]=x", {"a": {"1": "y", "0": "x"}}),
        ("a[5]=x&a[]=y", {"a": {"5": "x", "6": "y"}}),
        ("a[b]=x&a[]=y", {"a": {"b": "x", "0": "y"}}),
        ("a[-5]=x&a[]=y", {"a": {"-5": "x", "0": "y"}}),
        ("a[00]=x", {"a": {"00": "x"}}),
        ("a[01]=x&a[]=y", {"a": {"01": "x", "0": "y"}}),
        ("a[²]=x", {"a": {"²": "x"}}),
        ("a[99999999999999999999]=x&a[]=y", {"a": {"99999999999999999999": "x", "0": "y"}}),
        ("0=x&1=y", {"0": "x", "1": "y"}),
    ],
)
def test_gaps_and_names_make_an_object(form: str, decoded: dict[str, Any]) -> None:
    assert decode(form) == decoded


@pytest.mark.parametrize(
    ("form", "decoded"),
    [
        ("a.b=1", {"a_b": "1"}),
        ("a b=1", {"a_b": "1"}),
        ("a+b=1", {"a_b": "1"}),
        ("%20%20a=1", {"a": "1"}),
        ("a.b[c.d e]=1", {"a_b": {"c.d e": "1"}}),
        ("a[ b ]=1", {"a": {" b ": "1"}}),
        ("a]=1", {"a]": "1"}),
        ("a[b]c=1", {"a": {"b": "1"}}),
        ("a[b]c[d]=1", {"a": {"b": "1"}}),
    ],
)
def test_dots_and_blanks_become_underscores_outside_brackets(form: str, decoded: dict[str, Any]) -> None:
    assert decode(form) == decoded


@pytest.mark.parametrize(
    ("form", "decoded"),
    [
        ("a[=1", {"a_": "1"}),
        ("a[b=1", {"a_b": "1"}),
        ("a[b.c=1", {"a_b_c": "1"}),
        ("a[b[c]=1", {"a": {"b[c": "1"}}),
        ("a[b][c=1", {"a": {"b": "1"}}),
    ],
)
def test_bracket_that_is_never_closed_is_no_bracket(form: str, decoded: dict[str, Any]) -> None:
    assert decode(form) == decoded


def test_nesting_is_limited() -> None:
    deepest = "a" + "[b]" * (MAX_DEPTH - 1)
    value = decode(f"{deepest}=x")
    for _ in range(MAX_DEPTH):
        assert len(value) == 1
        (value,) = value.values()
    assert value == "x"
    with pytest.raises(FormTooComplex, match="deeper than 64"):
        decode(f"{deepest}[b]=x")
    with pytest.raises(FormTooComplex):
        decode("a" + "[]" * 100_000 + "=x")


def test_number_of_fields_is_limited() -> None:
    assert len(decode("&".join(f"a{number}" for number in range(MAX_FIELDS)))) == MAX_FIELDS
    with pytest.raises(FormTooComplex, match="more than 20000 fields"):
        decode("a&" * (MAX_FIELDS + 1))


def test_long_names_are_not_remembered() -> None:
    from tieline.api import php_form  # noqa: PLC0415 - looks into the module's cache

    php_form._path.cache_clear()
    assert decode("a" * 100_000 + "[b]=1&c=2") == {"a" * 100_000: {"b": "1"}, "c": "2"}
    assert php_form._path.cache_info().currsize == 1


@pytest.mark.parametrize(
    ("data", "form"),
    [
        ({"a": None}, "a="),
        ({"a": True, "b": False}, "a=1&b=0"),
        ({"a": 5, "b": -1}, "a=5&b=-1"),
        ({"a": []}, ""),
        ({"a": {}, "b": "x"}, "b=x"),
        ({"a": ["x", "y"]}, "a%5B0%5D=x&a%5B1%5D=y"),
        ({"a": {"b": {"c": "d e"}}}, "a%5Bb%5D%5Bc%5D=d+e"),
        ({"a": ("x",)}, "a%5B0%5D=x"),
    ],
)
def test_values_are_written_as_php_writes_them(data: dict[str, Any], form: str) -> None:
    assert encode(data) == form
