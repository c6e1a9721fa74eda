"""What the example of a website chat makes of attachments and buttons."""

import json
import sqlite3
import sys
from pathlib import Path

import pytest

from support.hostile import attachments, keyboard
from tieline.domain.content import read_attach, read_keyboard

sys.path.append(str(Path(__file__).parents[2] / "examples"))
from site_chat.content import attach_rows, keyboard_buttons
from site_chat.store import SCHEMA, Store


def test_attachment_becomes_rows() -> None:
    attach = read_attach(
        [
            {"MESSAGE": "[b]Two[/b] parcels"},
            {
                "GRID": [
                    {"NAME": "Price", "VALUE": "5 €"},
                    {"NAME": "See", "VALUE": "it", "LINK": "https://example.com/"},
                ]
            },
            {"DELIMITER": True},
            {"LINK": {"NAME": "Order", "LINK": "https://example.com/1", "DESC": "Paid"}},
            {"FILE": {"LINK": "https://example.com/a.pdf"}},
            {"LINK": {"NAME": "Inside", "LINK": "/crm/"}},
            {"DELIMITER": True},
        ]
    )
    assert attach_rows(attach) == [
        {"text": "Two parcels"},
        {"title": "Price", "text": "5 €"},
        {"title": "See", "text": "it", "url": "https://example.com/"},
        {},
        {"text": "Order", "url": "https://example.com/1", "note": "Paid"},
        {"text": "https://example.com/a.pdf", "url": "https://example.com/a.pdf"},
        {"text": "Inside"},
    ]


def test_keyboard_becomes_buttons() -> None:
    given = read_keyboard(
        [
            {"TEXT": "Yes", "COMMAND": "yes"},
            {"TYPE": "NEWLINE"},
            {"TEXT": "Site", "LINK": "https://example.com/"},
            {"TEXT": "Inside", "LINK": "/crm/"},
            {"TEXT": "Call", "ACTION": "CALL", "ACTION_VALUE": "+49 30"},
            {"TEXT": "Say", "ACTION": "SEND", "ACTION_VALUE": "hello", "DISABLED": "Y"},
            {"TEXT": "Write", "ACTION": "PUT", "ACTION_VALUE": "x"},
            {"TEXT": "Chat", "ACTION": "DIALOG", "ACTION_VALUE": "5"},
        ]
    )
    assert keyboard_buttons({str(number): one for number, one in enumerate(given or [])}) == [
        {"label": "Yes", "say": "Yes"},
        {"newline": "yes"},
        {"label": "Site", "url": "https://example.com/"},
        {"label": "Call", "call": "+49 30"},
        {"label": "Say", "off": "yes", "say": "hello"},
        {"label": "Write", "put": "x"},
    ]


def test_hostile_ones_leave_texts_and_web_addresses() -> None:
    rows, buttons = attach_rows(attachments()), keyboard_buttons(keyboard())
    assert rows
    assert buttons
    assert all(row["url"].startswith(("https://", "http://")) for row in [*rows, *buttons] if "url" in row)
    json.dumps([rows, buttons]).encode()


@pytest.mark.parametrize(
    "nothing", [None, "", [], {}, 5, "x", [None], [[]], {"BLOCKS": 5}, [{"BLOCKS": [{"GRID": 5}]}]]
)
def test_nothing_is_made_of_what_is_none(nothing: object) -> None:
    assert attach_rows(nothing) == []
    assert keyboard_buttons(nothing) == []


def test_conversation_kept_by_a_former_version_is_read(tmp_path: Path) -> None:
    former = "\n".join(line for line in SCHEMA.splitlines() if "extras" not in line)
    with sqlite3.connect(tmp_path / "chat.db") as base:
        base.executescript(former)
    base.close()
    store = Store(tmp_path / "chat.db")
    visitor, _ = store.add_visitor("Anna")
    button = {"label": "Yes", "say": "Yes"}
    store.add_from_operator(visitor.id, "1", "Well?", [], {"keyboard": [button]}, line="1", chat="2")
    assert store.history(visitor.id, 0)[0][0].extras == {"keyboard": [button]}
    store.edit_from_operator(visitor.id, "1", "Well", {})
    assert store.history(visitor.id, 0)[0][0].extras == {}
    store.close()
