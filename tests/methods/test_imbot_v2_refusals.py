"""imbot.v2.*, im.v2.*: whatever stands in a parameter or a field, the answer is no internal error."""

import json
from typing import Any

import pytest

from support.bots_v2 import Studio
from support.hostile import WORDS
from support.portal import Portal
from tieline.methods import registry

DEEP: Any = "x"
for _ in range(40):
    DEEP = {"a": [DEEP]}
WRONG = [
    *(None, "", "x", " ", "\0", 0, -1, 2**62, 2**70, 1e300, True, [], {}, [1], ["x"], [None], {"a": 1}, {"0": "x"}),
    *(DEEP, [DEEP], {"command": DEEP}, "a" * 70_000, "chat", "chat0", "sg1", "[b]" * 1_000, "ASC", "webhook", "Y"),
    *WORDS,
]
METHODS = sorted(method.name for method in registry() if method.name.startswith(("imbot.v2.", "im.v2.")))
FIELDS = {
    *(
        "code",
        "botToken",
        "properties",
        "type",
        "eventMode",
        "webhookUrl",
        "isHidden",
        "backgroundId",
        "title",
        "color",
    ),
    *(
        "avatar",
        "description",
        "userIds",
        "ownerId",
        "message",
        "attach",
        "keyboard",
        "system",
        "replyId",
        "templateId",
    ),
    *("forwardIds", "command", "params", "common", "name", "content", "urlPreview", "lastName", "gender"),
}


def usual(studio: Studio) -> dict[str, Any]:
    """Values with which methods work."""
    bot = studio.hire(type="supervisor")
    fields = {"command": "help", "title": {"en": "Help"}}
    command = studio.act("Command.register", bot, fields=fields).result["command"]["id"]
    circle = studio.circle(bot)
    message = studio.say(circle, "/help")
    file = {"name": "a.txt", "content": "YQ=="}
    sent = studio.act("File.upload", bot, dialogId=circle, fields=file).result
    return {
        "botId": bot, "dialogId": circle, "messageId": message, "commandId": command, "userId": studio.anna_id,
        "userIds": [studio.anna_id], "fileId": sent["file"]["id"], "reaction": "like", "fields": {"message": "Hello"},
        "context": {"a": 1}, "code": "support_bot",
    }  # fmt: skip


def send(studio: Studio, name: str, params: dict[str, Any]) -> None:
    """Call a method with whatever JSON can write; anything but an internal error will do."""
    body = json.dumps(studio.app.auth | params).encode()
    reply = studio.portal.request("POST", f"/rest/{name}", content=body, headers={"content-type": "application/json"})
    assert "result" in reply.body or isinstance(reply.body["error"], str)


@pytest.mark.parametrize("half", range(2))
@pytest.mark.parametrize("name", METHODS)
def test_wrong_value_of_any_parameter_is_answered(quick_portal: Portal, name: str, half: int) -> None:
    studio = Studio(quick_portal)
    method = registry().find(name)
    assert method is not None
    values = usual(studio)
    given = {param.wire_name: values[param.wire_name] for param in method.params if param.wire_name in values}
    for param in method.params:
        for wrong in WRONG[half::2]:
            send(studio, name, given | {param.wire_name: wrong})


@pytest.mark.parametrize(
    "name", [name for name in METHODS if any(one.wire_name == "fields" for one in registry().find(name).params)]
)
def test_wrong_value_of_any_field_is_answered(quick_portal: Portal, name: str) -> None:
    studio = Studio(quick_portal)
    method = registry().find(name)
    values = usual(studio)
    given = {param.wire_name: values[param.wire_name] for param in method.params if param.wire_name in values}
    usual_fields = {
        "code": "other",
        "properties": {"name": "A"},
        "command": "x",
        "hidden": True,
        "name": "a",
        "content": "YQ==",
    }
    for place, field in enumerate(sorted(FIELDS)):
        for wrong in WRONG[place % 3 :: 3]:
            fields = usual_fields | {"message": "Hello", field: wrong}
            if field in ("lastName", "gender", "avatar", "color"):
                fields["properties"] = {"name": "A", field: wrong}
            send(studio, name, given | {"fields": fields})
