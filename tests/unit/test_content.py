"""Attachments, keyboards and texts of messages: what is taken, what is refused, what they say as plain text."""

import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.hostile import ADDRESSES, BOMBS, WORDS, nested
from tieline.domain.attachments import MAX_ATTACH
from tieline.domain.content import (
    AttachTooLarge,
    AttachWrong,
    ContentRefused,
    KeyboardTooLarge,
    KeyboardWrong,
    MenuTooLarge,
    MenuWrong,
    as_text,
    command_of,
    mentions,
    plain,
    pressed,
    read_attach,
    read_keyboard,
    read_menu,
    without_mention,
)

READERS = [read_attach, read_keyboard, read_menu]
SAFE = re.compile(r"(?:https?://[^\s/\\]|/(?![/\\]))[^\s\\\x00-\x20]*|/", re.IGNORECASE)
LINKS = ("LINK", "PREVIEW", "AVATAR")
NAMES = (
    "ID BLOCKS COLOR COLOR_TOKEN MESSAGE LINK USER GRID IMAGE FILE DELIMITER NAME VALUE DESC HTML DISPLAY WIDTH SIZE"
    " PREVIEW AVATAR BUTTONS ITEMS TEXT COMMAND COMMAND_PARAMS ACTION ACTION_VALUE TYPE DISABLED BOT_ID APP_ID"
)
KEYS = st.sampled_from(NAMES.split())
WORDS_OR_SO = st.sampled_from(
    [*ADDRESSES, *WORDS, "https://example.com/a?b=1", "/crm/", "ROW", "#fff", "NEWLINE", "PUT"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS_OR_SO | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(KEYS | KEYS.map(str.lower) | st.sampled_from(["0", "1"]) | st.integers(), inner, max_size=5)
    ),
    max_leaves=30,
)


def links_in(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [text for name, text in value.items() if name in LINKS and isinstance(text, str)]
        return own + [link for inner in value.values() for link in links_in(inner)]
    return [link for inner in value for link in links_in(inner)] if isinstance(value, list) else []


@pytest.mark.parametrize("read", READERS)
@given(value=VALUES)
def test_whatever_is_given_is_read_safely_or_refused(read: Callable[[Any], Any], value: Any) -> None:
    try:
        found = read(value)
    except ContentRefused:
        return
    assert read(found) == found, "reading twice is reading once"
    assert all(SAFE.fullmatch(link) for link in links_in(found)), found
    json.dumps(found).encode("ascii")


@given(text=st.text() | st.lists(WORDS_OR_SO | KEYS.map("[{}]".format) | st.sampled_from("[]/=>-\n*"), max_size=20))
def test_any_text_is_said_without_its_marks(text: str | list[str]) -> None:
    text = "".join(text)
    assert isinstance(plain(text), str)
    assert isinstance(plain(text, links=True), str)
    assert all(number >= 0 for number in mentions(text))
    command_of(text)


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb[:12])
def test_bombs_of_marks_are_read_at_once(bomb: str) -> None:
    begun = time.process_time()
    plain(bomb)
    mentions(bomb)
    without_mention(bomb, 5)
    command_of(bomb)
    assert time.process_time() - begun < 2


@pytest.mark.parametrize("nothing", ["", " ", "N", "n", [], {}, None, False, "[]", "null", "{}"])
@pytest.mark.parametrize("read", READERS)
def test_what_means_none_is_none(read: Callable[[Any], Any], nothing: Any) -> None:
    assert read(nothing) is None


@pytest.mark.parametrize("deep", [nested(100_000), nested(100_000, "BLOCKS"), nested(50, "BUTTONS")])
@pytest.mark.parametrize("read", READERS)
def test_deep_structures_are_refused(read: Callable[[Any], Any], deep: str) -> None:
    for value in [deep, [{"BLOCKS": deep}], {"MESSAGE": [deep]}]:
        with pytest.raises(ContentRefused):
            read(value)


def deep_object(levels: int) -> Any:
    value: Any = {}
    for _ in range(levels):
        value = {"BLOCKS": [value], "0": value, "DISABLED": value}
    return value


@given(st.integers(1, 50))
def test_deep_objects_are_refused(levels: int) -> None:
    for read in READERS:
        with pytest.raises(ContentRefused):
            read({"TEXT": "a", "ACTION": deep_object(levels * 100)})


# attachments

BLOCKS = [
    {"USER": {"NAME": "Anna", "AVATAR": "https://example.com/a.png", "LINK": "/company/1/", "AVATAR_TYPE": "BOT"}},
    {"LINK": {"NAME": "Ticket", "LINK": "https://example.com/t", "DESC": "Soon", "WIDTH": "100", "HEIGHT": 50}},
    {"MESSAGE": "The [B]text[/B]"},
    {"DELIMITER": {"SIZE": 300, "COLOR": "#c6c6c6"}},
    {"GRID": [{"NAME": "Who", "VALUE": "Anna", "DISPLAY": "LINE", "WIDTH": 100, "COLOR": "#f00"}]},
    {"IMAGE": [{"NAME": "P", "LINK": "https://example.com/p.png", "PREVIEW": "/p.png", "WIDTH": 9, "HEIGHT": 9}]},
    {"FILE": {"NAME": "a.pdf", "LINK": "https://example.com/a.pdf", "SIZE": "1500"}},
]
READ = [
    {
        "USER": [
            {"NAME": "Anna", "AVATAR": "https://example.com/a.png", "AVATAR_TYPE": "BOT", "LINK": "/company/1/"},
        ]
    },
    {"LINK": [{"NAME": "Ticket", "LINK": "https://example.com/t", "DESC": "Soon", "WIDTH": 100, "HEIGHT": 50}]},
    {"MESSAGE": "The [B]text[/B]"},
    {"DELIMITER": {"SIZE": 300, "COLOR": "#c6c6c6"}},
    {
        "GRID": [
            {"DISPLAY": "LINE", "NAME": "Who", "VALUE": "Anna", "COLOR_TOKEN": "base", "COLOR": "#f00", "WIDTH": 100}
        ]
    },
    {"IMAGE": [{"NAME": "P", "LINK": "https://example.com/p.png", "PREVIEW": "/p.png", "WIDTH": 9, "HEIGHT": 9}]},
    {"FILE": [{"NAME": "a.pdf", "LINK": "https://example.com/a.pdf", "SIZE": 1500}]},
]


def one_attachment(blocks: list[Any], **more: Any) -> list[dict[str, Any]]:
    return [{"ID": 1, "BLOCKS": blocks, "DESCRIPTION": "", "COLOR_TOKEN": "base"} | more]


@pytest.mark.parametrize(
    "spelled",
    [
        BLOCKS,
        {"BLOCKS": BLOCKS},
        {"blocks": BLOCKS},
        json.dumps(BLOCKS),
        json.dumps({"BLOCKS": BLOCKS}),
        {str(number): block for number, block in enumerate(BLOCKS)},
        [{"ID": "1", "BLOCKS": dict(enumerate(BLOCKS))}],
    ],
)
def test_attachment_is_read_from_all_its_spellings(spelled: Any) -> None:
    assert read_attach(spelled) == one_attachment(READ)


def test_attachment_has_a_number_a_colour_and_lower_case_names() -> None:
    found = read_attach({"id": "7", "colorToken": "PRIMARY", "color": "#29619b", "blocks": [{"message": "a"}]})
    assert found == one_attachment([{"MESSAGE": "a"}], ID=7, COLOR_TOKEN="primary", COLOR="#29619b")


def test_several_attachments_are_numbered() -> None:
    found = read_attach([{"BLOCKS": [{"MESSAGE": "a"}]}, {"BLOCKS": [{"MESSAGE": "b"}]}])
    assert [(one["ID"], one["BLOCKS"]) for one in found or []] == [(1, [{"MESSAGE": "a"}]), (2, [{"MESSAGE": "b"}])]


@pytest.mark.parametrize(
    ("block", "read"),
    [
        ({"DELIMITER": True}, {"DELIMITER": {"SIZE": 200}}),
        ({"DELIMITER": {"SIZE": "wide", "COLOR": "red;}"}}, {"DELIMITER": {"SIZE": 200}}),
        ({"MESSAGE": 5}, {"MESSAGE": "5"}),
        ({"MESSAGE": "a\x00\r\nb\ud800", "SCRIPT": "x"}, {"MESSAGE": "a\nb"}),
        (
            {"LINK": {"LINK": "/a", "HTML": "<b>Bold</b><br>and <script>alert(1)</script> &lt;i&gt;"}},
            {"LINK": [{"LINK": "/a", "DESC": "Bold\nand alert(1) <i>"}]},
        ),
        ({"LINK": {"NAME": "Chat", "CHAT_ID": "5", "LINK": ""}}, {"LINK": [{"NAME": "Chat", "CHAT_ID": 5}]}),
    ],
)
def test_block_keeps_what_it_may_have(block: Any, read: Any) -> None:
    assert read_attach([block]) == one_attachment([read])


@pytest.mark.parametrize(
    "nothing", [[{"MESSAGE": " "}], {"BLOCKS": []}, {"BLOCKS": ""}, [{"GRID": [{"DISPLAY": "ROW"}]}]]
)
def test_attachment_that_says_nothing_is_none(nothing: Any) -> None:
    assert read_attach(nothing) is None


@pytest.mark.parametrize(
    "wrong",
    [
        "text",
        "{",
        5,
        True,
        ["text"],
        [{}],
        [{"VIDEO": {}}],
        {"ID": 1},
        {"BLOCKS": "text"},
        [{"BLOCKS": [{"MESSAGE": "a"}]}, {"MESSAGE": "b"}],
        [{"MESSAGE": ["a"]}],
        [{"MESSAGE": 10**400}],
        [{"LINK": {"NAME": "a"}}],
        [{"USER": {"LINK": "/a"}}],
        [{"IMAGE": {"NAME": "a"}}],
        [{"FILE": ["a"]}],
        [{"GRID": 5}],
    ],
)
def test_attachment_of_another_shape_is_wrong(wrong: Any) -> None:
    with pytest.raises(AttachWrong):
        read_attach(wrong)


@pytest.mark.parametrize("address", ADDRESSES)
def test_dangerous_address_is_refused_wherever_it_stands(address: str) -> None:
    for block in [
        {"LINK": {"NAME": "a", "LINK": address}},
        {"LINK": {"LINK": "/a", "PREVIEW": address}},
        {"USER": {"NAME": "a", "LINK": address}},
        {"USER": {"NAME": "a", "AVATAR": address}},
        {"GRID": {"NAME": "a", "LINK": address}},
        {"IMAGE": {"LINK": address}},
        {"IMAGE": {"LINK": "/a", "PREVIEW": address}},
        {"FILE": {"LINK": address}},
    ]:
        with pytest.raises(AttachWrong):
            read_attach([block])
    with pytest.raises(KeyboardWrong):
        read_keyboard([{"TEXT": "a", "LINK": address}])
    with pytest.raises(MenuWrong):
        read_menu([{"TEXT": "a", "LINK": address}])


@pytest.mark.parametrize(
    "address",
    ["https://example.com/a?b[]=1#c", "HTTP://example.com:8080", "/", "/crm/deal/1/", "https://bücher.example/ä"],
)
def test_address_of_the_web_or_the_portal_is_kept(address: str) -> None:
    found = read_attach([{"LINK": {"LINK": f" {address} "}}])
    assert found == one_attachment([{"LINK": [{"LINK": address}]}])


def test_attachment_may_have_60000_characters() -> None:
    spare = MAX_ATTACH - len('[{"ID":1,"BLOCKS":[{"MESSAGE":""}]}]')
    assert read_attach([{"MESSAGE": "ä" * spare}])
    with pytest.raises(AttachTooLarge):
        read_attach([{"MESSAGE": "a" * (spare + 1)}])


@pytest.mark.parametrize(
    "large",
    [
        [{"MESSAGE": "a"}] * 201,
        [{"GRID": [{"NAME": "a"}] * 201}],
        [{"BLOCKS": [{"MESSAGE": "a"}]}] * 21,
        "[" * 1_000_000,
        [{"MESSAGE": "a" * 10_000_000}],
    ],
)
def test_attachment_with_too_much_is_too_large(large: Any) -> None:
    with pytest.raises(AttachTooLarge):
        read_attach(large)


# keyboards

BUTTON = {"BLOCK": "N", "DISPLAY": "BLOCK", "BG_COLOR_TOKEN": "base", "DISABLED": "N", "CONTEXT": "ALL"}


@pytest.mark.parametrize(
    ("button", "read"),
    [
        ({"TEXT": "a", "LINK": "/a"}, {"LINK": "/a"}),
        ({"text": " a\n", "link": "/a"}, {"LINK": "/a"}),
        ({"TEXT": "a", "COMMAND": "/echo", "COMMAND_PARAMS": "x y"}, {"COMMAND": "echo", "COMMAND_PARAMS": "x y"}),
        ({"TEXT": "a", "command": "e", "botId": 5, "block": "Y"}, {"COMMAND": "e", "BOT_ID": 5, "BLOCK": "Y"}),
        ({"TEXT": "a", "action": "put", "actionValue": "x"}, {"ACTION": "PUT", "ACTION_VALUE": "x"}),
        ({"TEXT": "a", "ACTION": "CALL", "ACTION_VALUE": "+49 30 1"}, {"ACTION": "CALL", "ACTION_VALUE": "+49 30 1"}),
        ({"TEXT": "a", "ACTION": "DIALOG", "ACTION_VALUE": 5}, {"ACTION": "DIALOG", "ACTION_VALUE": "5"}),
        ({"TEXT": "a", "APP_ID": "5", "APP_PARAMS": "x"}, {"APP_ID": 5, "APP_PARAMS": "x"}),
        (
            {"TEXT": "a", "LINK": "/a", "DISPLAY": "line", "WIDTH": "99", "BG_COLOR": "#ABC", "TEXT_COLOR": "red"},
            {"LINK": "/a", "DISPLAY": "LINE", "WIDTH": 99, "BG_COLOR": "#ABC"},
        ),
        (
            {
                "TEXT": "a",
                "LINK": "/a",
                "DISABLED": True,
                "CONTEXT": "mobile",
                "bgColorToken": "alert",
                "FUNCTION": "f()",
            },
            {"LINK": "/a", "DISABLED": "Y", "CONTEXT": "MOBILE", "BG_COLOR_TOKEN": "alert"},
        ),
    ],
)
def test_button_keeps_what_it_may_have(button: Any, read: Any) -> None:
    assert read_keyboard([button]) == [{"TYPE": "BUTTON", "TEXT": "a"} | BUTTON | read]


@pytest.mark.parametrize("root", ["BUTTONS", "buttons"])
def test_buttons_with_a_command_carry_their_bot(root: str) -> None:
    buttons = [{"TEXT": "a", "COMMAND": "a"}, {"TYPE": "NEWLINE"}, {"TEXT": "b", "COMMAND": "b", "BOT_ID": 9}]
    for keyboard, bot in [({"BOT_ID": "7", root: buttons}, 7), ({root: buttons}, 3), (buttons, 3)]:
        for spelled in [keyboard, json.dumps(keyboard)]:
            found = read_keyboard(spelled, 3) or []
            assert [one.get("BOT_ID") for one in found] == [bot, None, 9]
            assert found[1] == {"TYPE": "NEWLINE"}


def test_keyboard_of_line_breaks_is_none() -> None:
    assert read_keyboard([{"TYPE": "NEWLINE"}]) is None


WRONG_ENTRIES = [
    5,
    "text",
    [5],
    [{"TEXT": "a"}],
    [{"LINK": "/a"}],
    [{"TEXT": "", "LINK": "/a"}],
    [{"TEXT": ["a"], "LINK": "/a"}],
    [{"TEXT": "a", "ACTION": "EVAL", "ACTION_VALUE": "x"}],
    [{"TEXT": "a", "ACTION": "PUT"}],
    [{"TEXT": "a", "ACTION": "CALL", "ACTION_VALUE": "javascript:1"}],
    [{"TEXT": "a", "ACTION": "DIALOG", "ACTION_VALUE": "../1"}],
    [{"TEXT": "a", "COMMAND": "/"}],
    {"WRONG": 1},
]


@pytest.mark.parametrize("wrong", WRONG_ENTRIES)
def test_keyboard_or_menu_of_another_shape_is_wrong(wrong: Any) -> None:
    with pytest.raises(KeyboardWrong):
        read_keyboard(wrong)
    with pytest.raises(MenuWrong):
        read_menu(wrong)


def test_menu_is_read_from_all_its_spellings() -> None:
    entry = {"TEXT": "a", "LINK": "/a", "DISABLED": "N", "CONTEXT": "ALL"}
    for spelled in [[entry], {"ITEMS": [entry]}, {"items": {"0": entry}}, json.dumps([entry])]:
        assert read_menu(spelled) == [entry]
    commands = read_menu({"ITEMS": [{"TEXT": "a", "COMMAND": "a"}]}, 3)
    assert commands == [{"TEXT": "a", "BOT_ID": 3, "COMMAND": "a", "DISABLED": "N", "CONTEXT": "ALL"}]


def test_limit_is_of_what_was_sent() -> None:
    button = {"TEXT": "a" * 275, "LINK": "/a"}
    assert len(json.dumps([button] * 100)) < 30 * 1024
    assert len(json.dumps(read_keyboard([button] * 100))) > 30 * 1024


@pytest.mark.parametrize("large", [[{"TEXT": "a", "LINK": "/a"}] * 101, [{"TEXT": "ä" * 15_400, "LINK": "/a"}]])
def test_keyboard_or_menu_of_more_than_30_kb_is_too_large(large: Any) -> None:
    with pytest.raises(KeyboardTooLarge):
        read_keyboard(large)
    with pytest.raises(MenuTooLarge):
        read_menu(large)


# as words

KEYBOARD = read_keyboard(
    [
        {"TEXT": "Our site", "LINK": "https://example.com/"},
        {"TEXT": "Yes, please", "COMMAND": "yes"},
        {"TYPE": "NEWLINE"},
        {"TEXT": "Not now", "COMMAND": "no", "DISABLED": "Y"},
        {"TEXT": "STRASSE", "ACTION": "SEND", "ACTION_VALUE": "street"},
        {"TEXT": "Call us", "ACTION": "CALL", "ACTION_VALUE": "+4930123456"},
        {"TEXT": "Inside", "LINK": "/crm/"},
        {"TEXT": "1", "COMMAND": "one"},
    ]
)


def test_attachments_and_buttons_are_told_in_lines() -> None:
    assert as_text(read_attach(BLOCKS), KEYBOARD).split("\n") == [
        "Anna",
        "Ticket: https://example.com/t",
        "Soon",
        "The text",
        "———",
        "Who: Anna",
        "P: https://example.com/p.png",
        "a.pdf: https://example.com/a.pdf",
        "Our site: https://example.com/",
        "1. Yes, please",
        "2. STRASSE",
        "Call us: +4930123456",
        "3. 1",
    ]
    assert "Inside: https://portal.example/crm/" in as_text(None, KEYBOARD, address="https://portal.example")
    assert as_text(None) == ""


@pytest.mark.parametrize(
    ("answer", "command"),
    [
        ("Yes, please", "yes"),
        (" yes,  PLEASE ", "yes"),
        ("straße", "street"),
        ("2", "street"),
        ("2.", "street"),
        ("#2)", "street"),
        ("1", "one"),
        ("0", None),
        ("4", None),
        ("²", None),
        ("Our site", None),
        ("Not now", None),
        ("Call us", None),
        ("yes", None),
        ("", None),
    ],
)
def test_answer_presses_a_button_by_its_text_or_number(answer: str, command: str | None) -> None:
    found = pressed(KEYBOARD, answer)
    assert (found and (found.get("COMMAND") or found["ACTION_VALUE"])) == command
    assert pressed(None, answer) is None


@pytest.mark.parametrize(
    ("text", "said", "linked"),
    [
        ("[b]a[/b] [I]b[/I] [size=20]c[/size]", "a b c", None),
        ("a[br]b", "a\nb", None),
        ("[USER=5]Anna[/USER], see [CHAT=7]Team[/CHAT]", "Anna, see Team", None),
        ("[url=https://example.com/?a[b]=1]Site[/url]", "Site", "Site (https://example.com/?a[b]=1)"),
        ("[url]https://example.com[/url]", "https://example.com", None),
        ("[url=https://example.com][/url]", "https://example.com", None),
        ("[send=/help]Help[/send] [put=/a][/put]", "Help /a", None),
        ("[call=+4930]Call[/call] [call]+49[/call]", "Call +49", "Call (+4930) +49"),
        ("[icon=https://example.com/i.png size=20 title=smile]", "smile", None),
        ("[img size=medium]https://example.com/p.png [/img]", "https://example.com/p.png", None),
        ("[code][b]x[/b][/code]", "[b]x[/b]", None),
        ("[quote]a\nb[/quote]c", "> a\n> b\nc", None),
        (">>quoted\nanswer", "> quoted\nanswer", None),
        ("------\nAnna\nquoted\n------\nanswer", "Anna\nquoted\n\nanswer", None),
        ("[list][*]a[*]b[/list]", "• a\n• b", None),
        ("[timestamp=1645844720 format=SHORT_TIME_FORMAT]", "2022-02-26 03:05 UTC", None),
        ("[timestamp=99999999999999999999]x", "x", None),
        ("[unknown] a[0] [b", "[unknown] a[0] [b", None),
        ("[disk=12][attach=3]x", "x", None),
    ],
)
def test_text_is_said_without_its_marks(text: str, said: str, linked: str | None) -> None:
    assert plain(text) == said
    assert plain(text, links=True) == (linked or said)


def test_mentions_are_found_once_each() -> None:
    text = "[USER=571]Bot[/USER] [user=5 REPLACE]A[/user] [USER=571]Bot[/USER] [USER=all]All[/USER]"
    assert mentions(text + "[code][USER=9]x[/USER][/code]") == [571, 5]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("[USER=571]Bot[/USER] hello", "hello"),
        ("[USER=571]Bot[/USER], hello", "hello"),
        ("[user=571]Bot[/user]: hello", "hello"),
        ("hello [USER=571]Bot[/USER]", "hello"),
        ("[USER=571]Bot[/USER]\nhello", "hello"),
        ("[USER=5710]Other[/USER] hello", "[USER=5710]Other[/USER] hello"),
        ("[USER=571]Bot[/USER]", ""),
    ],
)
def test_mention_is_cut_away_with_what_is_behind_it(text: str, left: str) -> None:
    assert without_mention(text, 571) == left


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/echo a b", ("echo", "a b")),
        ("/help", ("help", "")),
        ("/do-it_2  x\ny ", ("do-it_2", "x\ny")),
        ("say /echo", None),
        (" /echo", None),
        ("/usr/bin", None),
        ("/", None),
        ("/ a", None),
        ("", None),
    ],
)
def test_command_stands_at_the_start(text: str, command: tuple[str, str] | None) -> None:
    assert command_of(text) == command
