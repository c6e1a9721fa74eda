"""What hostile people put into messages: scripts in every field, bombs of marks, odd letters, endless structures."""

import itertools
from typing import Any

SCRIPT = "<script>alert(1)</script>"
MARKUP = "<img src=x onerror=alert(1)>"
QUOTES = "\"'`><svg onload=alert(1)>{{constructor.constructor('alert(1)')()}}${alert(1)}"
OUTSIDE = "https://tracker.invalid/pixel.png"

ADDRESSES = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "\x01javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:image/svg+xml,<svg onload=alert(1)>",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "blob:https://example.com/1",
    "//tracker.invalid/x",
    "/\\tracker.invalid/x",
    "\\\\tracker.invalid\\x",
    "/\t/tracker.invalid/x",
    "https:///x",
    "https://",
    "https://[::1",
    "https://example.com:99999999/",
    "https://exa mple.com/",
    "https://example.com/\u202egpj.exe",
    "https://example.com/\u200b",
    "mailto:a@example.com",
    "tel:+4930123456",
    "relative/path",
    "http:example.com",
    "/a b",
    "/" + "a" * 5_000,
]
"""None of these may become a link or a picture of an attachment or a button."""

RTL = "\u202egnp.exe \u202dleft \u2066isolated\u2069 \u200f\u0639\u0631\u0628\u064a"
ZALGO = "Z" + "\u0300\u0316\u0334\u0489" * 60 + "algo"
WORDS = [
    SCRIPT,
    MARKUP,
    QUOTES,
    RTL,
    ZALGO,
    "W" * 3_000,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466" * 50,
    "\u0000\u0007\ufffe\ufeff",
    "\ud800 half a pair",
    "\u2028line\u2029paragraph\u0085next",
    "__proto__",
    "constructor",
]

BOMBS = [
    "[b]" * 6_000,
    "[b][i][u][s]" * 1_600,
    "[b]" * 3_000 + "x" + "[/b]" * 3_000,
    "[quote]" * 2_500,
    "[list][*]" * 2_000,
    "[url=https://example.com/]x[/url]" * 600,
    "https://example.com/x " * 900,
    "[url=" * 4_000,
    "[url=[[[[" * 2_000,
    "[b=" + "[x]" * 6_000,
    "[code]" * 3_000,
    "[url]" * 4_000,
    "[USER=1]" * 2_400,
    "[USER=1][/USER]" * 1_300,
    "[send=x]y[/send]" * 1_200,
    "[img size=large]" + OUTSIDE + " [/img]",
    f"[icon={OUTSIDE} size=30 title=x]" * 300,
    ">>x\ny\n" * 2_500,
    "------\nx\n" * 2_000,
    "[size=30]" * 2_000,
    "[color=#f00][size=8]" * 900,
    "[timestamp=1645844720 format=X]" * 600,
    "[*]" * 6_000,
    "\n" * 19_000 + "x",
    "[/b]" * 5_000,
    "[" * 20_000,
    "]" * 20_000,
    "W" * 20_000,
    "/" + "a" * 19_000,
]
"""Texts of a message's greatest length that are many times as much work if they are read carelessly."""

TEXTS = [
    *WORDS,
    *(f"[url={address}]click[/url]" for address in ADDRESSES),
    *(f"[img size=large]{address} [/img]" for address in [*ADDRESSES, OUTSIDE]),
    *(f"[icon={address} size=900 title={MARKUP}]" for address in [*ADDRESSES, OUTSIDE]),
    f"[url]{ADDRESSES[0]}[/url] [url=https://example.com/{MARKUP}]{MARKUP}[/url]",
    f"[b]{SCRIPT}[/b] [code]{SCRIPT}[/code] [quote]{MARKUP}[/quote]",
    f"[user=1 onclick=alert(1)]{MARKUP}[/user] [user={SCRIPT}]x[/user] [chat=../../x]y[/chat] [chat=1]z[/chat]",
    f"[send={MARKUP}]send[/send] [put={QUOTES}]put[/put] [call=javascript:alert(1)]call[/call]",
    "[color=red;background:url(https://tracker.invalid/)]x[/color] [color=#fff]white[/color] [color=#000]black[/color]",
    "[size=9999]huge[/size] [size=0]none[/size] [size=-1]x[/size] [size=expression(alert(1))]y[/size]",
    "[context=chat1/../../x]y[/context] [disk=../1] [timestamp=9999999999999] [timestamp=x]",
    "[b onclick=alert(1)]a[/b] [b style=position:fixed]b[/b]",
]


def nested(levels: int, name: str = "") -> str:
    """Return JSON of a structure that goes down without end."""
    opened, closed = (f'{{"{name}":[', "]}") if name else ("[", "]")
    return opened * levels + closed * levels


def attachments() -> list[Any]:
    """Return attachments in the stored form with everything hostile, as if nothing had been checked."""
    blocks: list[Any] = [{"MESSAGE": text} for text in [*WORDS, *TEXTS[-10:]]]
    for address, word in zip(ADDRESSES, itertools.cycle(WORDS), strict=False):
        named = {"NAME": word, "LINK": address, "PREVIEW": address, "AVATAR": address, "DESC": word, "HTML": MARKUP}
        wide = {"WIDTH": 10**9, "HEIGHT": -5, "SIZE": "big", "COLOR": f"red;background:url({OUTSIDE})"}
        grid = {"DISPLAY": "ROW", "VALUE": f"[url={address}]{word}[/url]", "COLOR_TOKEN": MARKUP}
        blocks += [{kind: [named | wide]} for kind in ("LINK", "USER", "IMAGE", "FILE")]
        blocks += [{"GRID": [named | wide | grid]}, {"DELIMITER": wide}]
    odd: list[Any] = [None, 5, "x", [], {"GRID": 5}, {"GRID": [None, 5, {"VALUE": {}}]}, {"IMAGE": {"LINK": OUTSIDE}}]
    odd += [{"__proto__": {"x": 1}}, {"constructor": [{}]}, {"LINK": None}, {"MESSAGE": {"a": 1}}, {"USER": [{}]}]
    return [{"ID": SCRIPT, "COLOR": QUOTES, "COLOR_TOKEN": MARKUP, "BLOCKS": blocks + odd}, None, 5, {"BLOCKS": "x"}]


def keyboard() -> list[Any]:
    """Return a keyboard in the stored form with everything hostile, as if nothing had been checked."""
    buttons: list[Any] = [{"TYPE": "BUTTON", "TEXT": word, "COMMAND": "x", "BOT_ID": "y"} for word in WORDS]
    buttons += [{"TYPE": "BUTTON", "TEXT": address, "LINK": address} for address in ADDRESSES]
    colors = {"BG_COLOR": f"url({OUTSIDE})", "TEXT_COLOR": "#fff", "OFF_BG_COLOR": QUOTES, "WIDTH": 10**9}
    buttons += [{"TEXT": word, "ACTION": "CALL", "ACTION_VALUE": ADDRESSES[0]} | colors for word in WORDS[:3]]
    buttons += [{"TEXT": "x", "ACTION": "DIALOG", "ACTION_VALUE": "../../x"}, {"TEXT": "y", "ACTION": MARKUP}]
    return [*buttons, None, 5, "x", [], {}, {"TYPE": "NEWLINE"}, {"TEXT": {}}, {"TEXT": "z"}]


def menu() -> list[Any]:
    """Return a menu in the stored form with everything hostile, as if nothing had been checked."""
    entries = [{"TEXT": word, "LINK": address} for word, address in zip(WORDS, ADDRESSES, strict=False)]
    return [*entries, None, {"TEXT": {}}]
