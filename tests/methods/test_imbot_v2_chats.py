"""imbot.v2.Chat.*: group chats of bots, their members, managers and owners, indicators and the text field."""

from typing import Any

import pytest

from support.bots_v2 import FORBIDDEN, Studio, png, shape
from support.portal import Portal, refused
from support.waiting import until
from tieline.store.signals import Signal, WritingBegun

DONE = {"result": True}
CHAT = {
    "id",
    "dialogId",
    "name",
    "description",
    "type",
    "messageType",
    "owner",
    "color",
    "avatar",
    "extranet",
    "containsCollaber",
    "entityType",
    "entityId",
    "entityData1",
    "entityData2",
    "entityData3",
    "entityLink",
    "diskFolderId",
    "role",
    "permissions",
    "muteList",
    "parentChatId",
    "parentMessageId",
    "isNew",
    "textFieldEnabled",
    "backgroundId",
    "dateCreate",
    "lastMessageId",
    "lastMessageViews",
    "lastId",
    "managerList",
    "markedId",
    "messageCount",
    "public",
    "unreadId",
    "userCounter",
}
USER = {"id": "int", "active": "bool", "name": "str", "bot": "bool", "type": "str", "connector": "bool"}


@pytest.fixture
def studio(portal: Portal) -> Studio:
    return Studio(portal)


@pytest.fixture
def quick(quick_portal: Portal) -> Studio:
    return Studio(quick_portal)


def members(studio: Studio, dialog: str) -> list[int]:
    return studio.anna.call("im.chat.user.list", CHAT_ID=int(dialog[4:])).result


def test_chat_is_begun_as_documented(studio: Studio) -> None:
    bot, boris = studio.hire(), studio.portal.person("Boris")
    fields = {
        "title": "Support Chat",
        "userIds": [studio.anna_id, boris, 999],
        "color": "mint",
        "message": "Hello, all",
    }
    result = studio.act("Chat.add", bot, fields=fields).result
    chat = result["chat"]
    assert chat.keys() >= CHAT
    told = {name: chat[name] for name in ("name", "owner", "role", "color", "type", "messageType", "textFieldEnabled")}
    assert told == {"name": "Support Chat", "owner": bot, "role": "owner", "color": "#4ba984", "type": "chat",
                    "messageType": "C", "textFieldEnabled": "Y"}  # fmt: skip
    assert (chat["isNew"], chat["dialogId"], chat["messageCount"]) == (True, f"chat{chat['id']}", 1)
    assert isinstance(chat["lastMessageViews"], str)
    assert sorted(user["id"] for user in result["users"]) == sorted([studio.anna_id, boris, bot])
    assert shape(result["users"][0]) | USER == shape(result["users"][0])
    assert [m["text"] for m in studio.history(chat["dialogId"])][-1:] == ["Hello, all"]
    assert studio.history(chat["dialogId"])[-1]["author_id"] == bot
    again = studio.act("Chat.get", bot, dialogId=chat["dialogId"]).result["chat"]
    assert (again["isNew"], again["id"], again.keys()) == (False, chat["id"], chat.keys())


def test_chat_may_be_another_members(quick: Studio) -> None:
    bot = quick.hire()
    fields = {"ownerId": quick.anna_id, "avatar": png(9, 9), "color": "nonsense"}
    chat = quick.act("Chat.add", bot, fields=fields).result["chat"]
    assert (chat["owner"], chat["role"]) == (quick.anna_id, "member")
    assert "/files/" in chat["avatar"]
    assert quick.act("Chat.add", bot, fields={"ownerId": 999}).result["chat"]["owner"] == bot
    assert quick.act("Chat.add", bot).result["chat"]["owner"] == bot


def test_private_chat_is_named_by_who_the_bot_talks_with(quick: Studio) -> None:
    bot = quick.hire()
    quick.say(bot, "Hello")
    chat = quick.act("Chat.get", bot, dialogId=str(quick.anna_id)).result["chat"]
    assert (chat["dialogId"], chat["type"], chat["messageType"], chat["name"]) == (
        str(quick.anna_id), "private", "P", "Anna Weber",
    )  # fmt: skip


WITH_A_CHAT: list[tuple[str, dict[str, Any]]] = [
    ("Chat.get", {}),
    ("Chat.update", {"fields": {"title": "New"}}),
    ("Chat.leave", {}),
    ("Chat.setOwner", {"userId": 1}),
    ("Chat.Manager.add", {"userIds": [1]}),
    ("Chat.Manager.delete", {"userIds": [1]}),
    ("Chat.User.add", {"userIds": [1]}),
    ("Chat.User.delete", {"userId": 1}),
    ("Chat.User.list", {}),
    ("Chat.InputAction.notify", {}),
    ("Chat.TextField.enabled", {}),
]


@pytest.mark.parametrize(("method", "params"), WITH_A_CHAT)
def test_bot_must_be_in_the_chat(quick: Studio, method: str, params: dict[str, Any]) -> None:
    bot, other = quick.hire(), quick.hire("other")
    group = f"chat{quick.group(other)}"
    for dialog in (group, "chat999", "999", str(quick.anna_id), "nonsense", "chat", "-5", f"chat{2**70}"):
        assert refused(quick.act(method, bot, dialogId=dialog, **params)) == FORBIDDEN
    assert quick.act(method, bot, **params).error == (400, "PARAMS_REQUIRED")
    assert quick.act(method, bot, dialogId=[1], **params).error == (400, "PARAMS_ERROR")


@pytest.mark.parametrize(
    ("method", "params"), [pair for pair in WITH_A_CHAT if pair[0] not in ("Chat.get", "Chat.User.list")][:-2]
)
def test_private_chat_has_no_looks_and_no_owner(quick: Studio, method: str, params: dict[str, Any]) -> None:
    bot = quick.hire()
    quick.say(bot, "Hello")
    assert refused(quick.act(method, bot, dialogId=str(quick.anna_id), **params)) == FORBIDDEN


LED = [pair for pair in WITH_A_CHAT if "User.list" not in pair[0] and ("User" in pair[0] or "Manager" in pair[0])]


@pytest.mark.parametrize(("method", "params"), [*LED, ("Chat.setOwner", {"userId": 1})])
def test_bot_must_lead_the_chat(quick: Studio, method: str, params: dict[str, Any]) -> None:
    bot = quick.hire()
    group = f"chat{quick.group(bot)}"
    assert refused(quick.act(method, bot, dialogId=group, **params)) == FORBIDDEN


def test_chat_is_changed(studio: Studio) -> None:
    bot = studio.hire()
    circle = studio.circle(bot, color="red")
    fields = {"title": "New title", "description": "About", "color": "red", "avatar": png(9, 9)}
    assert studio.act("Chat.update", bot, dialogId=circle, fields=fields).result == DONE
    chat = studio.act("Chat.get", bot, dialogId=circle).result["chat"]
    assert (chat["name"], chat["description"], chat["color"]) == ("New title", "About", "#df532d")
    assert "/files/" in chat["avatar"]
    assert studio.act("Chat.update", bot, dialogId=circle, fields={"color": "aqua", "description": ""}).result == DONE
    chat = studio.act("Chat.get", bot, dialogId=circle).result["chat"]
    assert (chat["name"], chat["description"], chat["color"]) == ("New title", "", "#1eb4aa")


def test_picture_that_is_none_is_refused(quick: Studio) -> None:
    bot = quick.hire()
    fields = {"avatar": "bm8gaW1hZ2U="}
    told = (400, "AVATAR_ERROR", "Avatar incorrect type")
    assert refused(quick.act("Chat.add", bot, fields=fields)) == told
    assert refused(quick.act("Chat.update", bot, dialogId=quick.circle(bot), fields=fields)) == told
    assert quick.act("Chat.add", bot, fields={"userIds": "x"}).error == (400, "PARAMS_ERROR")


def test_members_come_and_go(studio: Studio) -> None:
    bot, boris, clara = studio.hire(), studio.portal.person("Boris"), studio.portal.person("Clara")
    circle = studio.circle(bot)
    added = studio.act("Chat.User.add", bot, dialogId=circle, userIds=[boris, clara, studio.anna_id, 999])
    assert (added.result, members(studio, circle)) == (DONE, [studio.anna_id, bot, boris, clara])
    assert studio.act("Chat.User.add", bot, dialogId=circle, userIds=[999]).result == DONE
    for _ in range(2):
        assert studio.act("Chat.User.delete", bot, dialogId=circle, userId=boris).result == DONE
    assert members(studio, circle) == [studio.anna_id, bot, clara]
    assert refused(studio.act("Chat.User.delete", bot, dialogId=circle, userId=bot)) == FORBIDDEN


def test_members_are_listed_in_the_order_that_is_asked_for(studio: Studio) -> None:
    boris, bot = studio.portal.person("Boris"), studio.hire()
    circle = studio.circle(bot, boris)
    studio.reply(bot, circle, "First")
    studio.say(circle, "Last")

    def listed(**params: Any) -> list[int]:
        return [user["id"] for user in studio.act("Chat.User.list", bot, dialogId=circle, **params).result]

    anna = studio.anna_id
    assert listed() == listed(order={"id": "ASC"}) == members(studio, circle)
    assert listed(order={"id": "DESC"}) == members(studio, circle)[::-1]
    assert listed(order={"userId": "desc"}) == sorted([anna, boris, bot], reverse=True)
    assert listed(order={"lastSendMessageId": "DESC"}) == [anna, bot, boris]
    assert listed(order={"lastSendMessageId": "ASC"}, limit=2) == [boris, bot]
    assert len(listed(limit=-1)) == 1
    (user, *_) = studio.act("Chat.User.list", bot, dialogId=circle).result
    assert shape(user) | USER == shape(user)
    assert studio.act("Chat.User.list", bot, dialogId=circle, order={"id": "UP"}).error == (400, "PARAMS_ERROR")


def test_managers_are_named_by_the_owner_alone(studio: Studio) -> None:
    bot, other, boris = studio.hire(), studio.hire("other"), studio.portal.person("Boris")
    circle = studio.circle(bot, other)
    added = studio.act("Chat.Manager.add", bot, dialogId=circle, userIds=[studio.anna_id, other, boris, 999])
    assert added.result == DONE
    chat = studio.act("Chat.get", bot, dialogId=circle).result["chat"]
    assert set(chat["managerList"]) == {studio.anna_id, other}
    assert refused(studio.act("Chat.Manager.add", other, dialogId=circle, userIds=[other])) == FORBIDDEN
    assert studio.act("Chat.User.add", other, dialogId=circle, userIds=[boris]).result == DONE
    assert studio.act("Chat.Manager.delete", bot, dialogId=circle, userIds=[other]).result == DONE
    assert studio.act("Chat.get", bot, dialogId=circle).result["chat"]["managerList"] == [studio.anna_id]
    assert refused(studio.act("Chat.User.delete", other, dialogId=circle, userId=boris)) == FORBIDDEN


@pytest.mark.parametrize("method", ["Chat.Manager.add", "Chat.Manager.delete"])
@pytest.mark.parametrize("users", [None, [], "x", ["x"]])
def test_managers_must_be_named(quick: Studio, method: str, users: Any) -> None:
    bot = quick.hire()
    reply = quick.act(method, bot, dialogId=quick.circle(bot), userIds=users)
    assert refused(reply) == (400, "EMPTY_USER_IDS", "Empty user IDs")


def test_owner_hands_the_chat_on_before_it_leaves(studio: Studio) -> None:
    bot = studio.hire()
    circle = studio.circle(bot)
    assert refused(studio.act("Chat.leave", bot, dialogId=circle)) == FORBIDDEN
    assert refused(studio.act("Chat.setOwner", bot, dialogId=circle, userId=999)) == FORBIDDEN
    assert studio.act("Chat.setOwner", bot, dialogId=circle, userId=studio.anna_id).result == DONE
    assert studio.act("Chat.get", bot, dialogId=circle).result["chat"]["owner"] == studio.anna_id
    assert refused(studio.act("Chat.setOwner", bot, dialogId=circle, userId=bot)) == FORBIDDEN
    assert studio.act("Chat.leave", bot, dialogId=circle).result == DONE
    assert members(studio, circle) == [studio.anna_id]


def test_owner_that_a_manager_would_put_out_stays(quick: Studio) -> None:
    bot = quick.hire()
    circle = quick.circle(bot)
    quick.act("Chat.Manager.add", bot, dialogId=circle, userIds=[bot])
    quick.act("Chat.setOwner", bot, dialogId=circle, userId=quick.anna_id)
    assert refused(quick.act("Chat.User.delete", bot, dialogId=circle, userId=quick.anna_id)) == FORBIDDEN


def test_bot_shows_what_it_is_about(quick: Studio) -> None:
    bot = quick.hire()
    quick.say(bot, "Hello")
    heard: list[Signal] = []
    quick.portal.bus.listen(heard.append)
    dialog = {"dialogId": str(quick.anna_id)}
    thinking = "IMBOT_AGENT_ACTION_THINKING"
    for more in ({}, {"statusMessageCode": thinking, "duration": 30}, {"statusMessageCode": "x", "duration": 10**9}):
        assert quick.act("Chat.InputAction.notify", bot, **dialog, **more).result == DONE
    begun = until(lambda: [one for one in heard if isinstance(one, WritingBegun)][2:] and heard, "all are told")
    shown = [(one.user_id, one.status, one.seconds) for one in begun if isinstance(one, WritingBegun)]
    assert shown == [(bot, "", 0), (bot, thinking, 30), (bot, "", 600)]


def test_text_field_is_turned_off_and_on(studio: Studio) -> None:
    bot = studio.hire()
    studio.say(bot, "Hello")
    circle = studio.circle(studio.hire("leader"), bot)
    for dialog, named in ((str(studio.anna_id), str(bot)), (circle, circle)):
        assert studio.act("Chat.TextField.enabled", bot, dialogId=dialog, enabled=False).result == DONE
        assert studio.anna.call("im.message.add", DIALOG_ID=named, MESSAGE="?").error == (400, "ACCESS_ERROR")
        assert studio.act("Chat.get", bot, dialogId=dialog).result["chat"]["textFieldEnabled"] == "N"
        assert studio.reply(bot, dialog, "Press a button")
        assert studio.act("Chat.TextField.enabled", bot, dialogId=dialog).result == DONE
        assert studio.say(named, "Thank you")
