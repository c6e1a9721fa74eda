"""Names on the disk, and bodies that are sifted."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tieline.domain.disk import MAX_NAME, Kind, is_name, name_key, numbered, safe_name
from tieline.domain.files import Received
from tieline.http import large
from tieline.store.files import Folder


@given(st.text(max_size=600))
def test_any_text_makes_a_name(text: str) -> None:
    assert is_name(safe_name(text, "file"))


@given(st.text(min_size=1, max_size=MAX_NAME).filter(is_name), st.integers(1, 9_999), st.sampled_from(Kind))
def test_numbered_name_is_another_name(name: str, number: int, kind: Kind) -> None:
    changed = numbered(name, number, kind)
    assert is_name(changed)
    assert name_key(changed) != name_key(name) or f"({number})" in name
    assert f"({number})" in changed


@pytest.mark.parametrize(
    ("name", "kind", "changed"),
    [
        ("file.docx", Kind.FILE, "file (1).docx"),
        ("a.tar.gz", Kind.FILE, "a.tar (1).gz"),
        (".profile", Kind.FILE, ".profile (1)"),
        ("Makefile", Kind.FILE, "Makefile (1)"),
        ("v1.2", Kind.FOLDER, "v1.2 (1)"),
        ("x" * 255, Kind.FOLDER, "x" * 251 + " (1)"),
    ],
)
def test_number_stands_before_the_extension(name: str, kind: Kind, changed: str) -> None:
    assert numbered(name, 1, kind) == changed


# Sizes about those at which a run of Base64 is long enough to leave.
CONTENT = st.builds(lambda seed, size: (seed * size)[:size], st.binary(max_size=7), st.integers(0, 60_000))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    contents=st.lists(CONTENT, max_size=4),
    notes=st.lists(st.text(max_size=50), max_size=4),
    size=st.integers(1_000, 50_000),
)
def test_sifted_body_says_what_was_sent(tmp_path: Path, contents: list[bytes], notes: list[str], size: int) -> None:
    sent: dict[str, Any] = {"notes": notes, "contents": [base64.b64encode(content).decode() for content in contents]}
    body, runs = json.dumps(sent).encode(), []
    sieve = large._Sieve(Folder(tmp_path), runs, lambda: None)
    for place in range(0, len(body), size):
        sieve.add(body[place : place + size])
    params = large._replace(json.loads(sieve.end()), {run.name: run for run in runs})
    assert params["notes"] == notes
    for told, content in zip(params["contents"], contents, strict=True):
        if isinstance(told, Received):
            assert (told.path.read_bytes(), told.size, told.broken) == (content, len(content), False)
        else:
            assert base64.b64decode(told) == content
    for run in runs:
        run.forget()
    assert list(tmp_path.iterdir()) == []
