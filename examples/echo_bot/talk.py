"""What the bot says to what it is told: no network, no state."""

from dataclasses import dataclass, field
from typing import Any

HOURS, OPERATOR = "hours", "operator"
MOST_REPEATED = 500
COMMANDS = {
    HOURS: ("Opening hours", ""),
    OPERATOR: ("Talk to a person", ""),
}
KEYBOARD = [
    {"TEXT": "Opening hours", "COMMAND": HOURS, "DISPLAY": "LINE", "BG_COLOR_TOKEN": "primary"},
    {"TEXT": "Talk to a person", "COMMAND": OPERATOR, "DISPLAY": "LINE"},
]


@dataclass(frozen=True)
class Say:
    """A message into a chat."""

    bot: int
    dialog: str
    text: str
    keyboard: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class CallOperator:
    """Let a person take an open line's dialog over."""

    bot: int
    chat: int


Action = Say | CallOperator


def react(name: str, data: dict[str, Any]) -> list[Action]:
    """Return what to do about an event."""
    params = _part(data, "PARAMS")
    if name == "ONIMCOMMANDADD":
        given = [one for one in _part(data, "COMMAND").values() if isinstance(one, dict)]
        return [action for one in given for action in _obey(one, params)]
    bots = [int(number) for number in _part(data, "BOT") if str(number).isdecimal()]
    if name == "ONIMBOTJOINCHAT":
        return [_greet(bot, params) for bot in bots]
    if name == "ONIMBOTMESSAGEADD":
        return [_repeat(bot, params) for bot in bots]
    return []


def _greet(bot: int, params: dict[str, Any]) -> Say:
    if _in_open_line(params):
        return Say(bot, _dialog(params), "Hello! I am the bot at the front desk. What is it about?", KEYBOARD)
    return Say(bot, _dialog(params), "Hello! I repeat what I am told. Try [send=/hours]/hours[/send].")


def _repeat(bot: int, params: dict[str, Any]) -> Say:
    words = " ".join(str(params.get("MESSAGE", "")).split())[:MOST_REPEATED]
    text = f"You said: {words}" if words else "I can read text only."
    if _in_open_line(params):
        return Say(bot, _dialog(params), f"{text}\nShall I call a person?", KEYBOARD)
    return Say(bot, _dialog(params), text)


def _obey(command: dict[str, Any], params: dict[str, Any]) -> list[Action]:
    bot, dialog = _number(command.get("BOT_ID")), _dialog(params)
    word = str(command.get("COMMAND", ""))
    if word == HOURS:
        buttons = KEYBOARD[1:] if _in_open_line(params) else []
        return [Say(bot, dialog, "We are here Monday to Friday from nine to five.", buttons)]
    if word == OPERATOR and _in_open_line(params):
        calls = CallOperator(bot, _number(params.get("TO_CHAT_ID")))
        return [Say(bot, dialog, "One moment, please: I am calling a colleague."), calls]
    return [Say(bot, dialog, "There is nobody here but me.")]


def _in_open_line(params: dict[str, Any]) -> bool:
    return params.get("CHAT_ENTITY_TYPE") == "LINES"


def _dialog(params: dict[str, Any]) -> str:
    return str(params.get("DIALOG_ID", ""))


def _number(value: Any) -> int:
    return int(value) if str(value).isdecimal() else 0


def _part(data: dict[str, Any], name: str) -> dict[str, Any]:
    value = data.get(name)
    return value if isinstance(value, dict) else {}
