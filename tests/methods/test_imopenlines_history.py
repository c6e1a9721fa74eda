"""imopenlines.session.history.get: one session with everything that belongs to it."""

import json
from typing import Any

import pytest

from support.portal import Desk, Portal, refused
from support.receiver import Receiver

MISSING = (400, "MISSING_REQUIRED_PARAM", "Session ID or Chat ID must be provided")
INVALID = (400, "INVALID_SESSION_ID", "Unable to determine session ID from provided parameters")
DENIED = (400, "ACCESS_DENIED", "You cannot open this conversation as you do not have sufficient rights")
KEYS = """chatId canJoin canVoteHead sessionId sessionVoteHead sessionCommentHead userId message usersMessage users
openlines userInGroup woUserInGroup chat userBlockChat userInChat files"""
MESSAGE = "id chatid senderid recipientid date text textlegacy params"
USER = """id name active firstName lastName workPosition color avatar avatarId birthday gender phoneDevice phones
extranet network bot connector profile externalAuthId status idle lastActivityDate mobileLastDate desktopLastDate
departments absent type services botData"""
CHAT = """id parentChatId parentMessageId name owner color extranet avatar call callNumber entityType entityId
entityData1 entityData2 entityData3 messageCount public muteList managerList dateCreate type entityLink permissions
textFieldEnabled backgroundId messageType isNew"""
PERMISSIONS = "manageUsersAdd manageUsersDelete manageUi manageSettings manageMessages canPost"
FILE = """id chatid date type name extension size image status progress authorid authorname urlpreview urlshow
urldownload viewerattrs mediaurl istranscribable isvideonote isvoicenote"""


def history(desk: Desk, **params: Any) -> dict[str, Any]:
    return desk.operator.call("imopenlines.session.history.get", **params).result


def finish(desk: Desk, chat: int) -> None:
    assert desk.operator.call("imopenlines.operator.finish", CHAT_ID=chat).result is True


def test_history_has_every_documented_key(desk: Desk, receiver: Receiver) -> None:
    receiver.answer = lambda _: (200, {"content-type": "image/png"}, b"\x89PNG\r\n\x1a\n")
    item = desk.send(
        desk.message("A [b]picture[/b]", message={"files": [{"url": f"{receiver.url}/a", "name": "plan.png"}]})
    )[0]
    chat = int(item["session"]["CHAT_ID"])
    answer = desk.answer(chat, "One\n<two> & [i]three[/i]")
    desk.connector(
        "send.status.delivery",
        MESSAGES=[{"im": {"chat_id": chat, "message_id": answer}, "message": {"id": ["out-1", "out-2"]}}],
    )
    told = history(desk, CHAT_ID=chat)
    assert set(told) == set(KEYS.split())
    assert (told["chatId"], told["sessionId"], told["userId"]) == (chat, int(item["session"]["ID"]), f"chat{chat}")
    customer, operator = item["user"], str(desk.operator_id)
    question = told["usersMessage"][f"chat{chat}"][1]
    assert told["usersMessage"] == {f"chat{chat}": [str(answer), question]}
    assert list(told["message"]) == [str(answer), question]
    [file] = told["files"].values()
    assert told["message"][question] == {
        "id": question,
        "chatid": str(chat),
        "senderid": customer,
        "recipientid": f"chat{chat}",
        "date": "2027-01-15T08:00:00+00:00",
        "text": "A [b]picture[/b]",
        "textlegacy": "A <b>picture</b>",
        "params": {"connectorMid": ["ext-1"], "fileId": [file["id"]]},
    }
    assert told["message"][str(answer)]["textlegacy"] == "One<br />&lt;two&gt; &amp; <i>three</i>"
    assert told["message"][str(answer)]["params"] == {"connectorMid": ["out-1", "out-2"]}
    assert set(file) == set(FILE.split())
    assert (file["name"], file["type"], file["authorid"]) == ("plan.png", "image", int(customer))
    assert {number: set(user) for number, user in told["users"].items()} == {
        number: set(USER.split()) for number in (operator, customer)
    }
    assert (told["users"][operator]["name"], told["users"][operator]["connector"]) == ("Klaus Weber", False)
    assert (told["users"][customer]["firstName"], told["users"][customer]["externalAuthId"]) == ("Anna", "imconnector")
    shown = told["chat"][str(chat)]
    assert set(shown) == set(CHAT.split())
    assert set(shown["permissions"]) == set(PERMISSIONS.split())
    assert (shown["owner"], shown["entityId"]) == (operator, f"{desk.code}|{desk.line}|channel-123|{customer}")
    assert (shown["messageCount"], shown["managerList"]) == (2, [desk.operator_id])
    assert shown["muteList"] == {operator: False, customer: False}
    assert told["userBlockChat"] == {str(chat): {operator: False, customer: False}}
    assert told["userInChat"] == {str(chat): [desk.operator_id, int(customer)]}
    [(department, group)] = told["userInGroup"].items()
    assert group == {"id": int(department), "users": [operator]}
    assert told["woUserInGroup"] == []
    assert told["openlines"] == {"canvoteashead": {str(desk.line): False}}


def test_each_session_has_its_own_messages(desk: Desk) -> None:
    chat = desk.write_in("First")
    first = history(desk, CHAT_ID=chat)["sessionId"]
    desk.answer(chat, "Bye")
    finish(desk, chat)
    desk.write_in("Again")
    again = history(desk, CHAT_ID=chat)
    texts = [[one["text"] for one in told["message"].values()] for told in (history(desk, SESSION_ID=first), again)]
    assert texts == [["Bye", "First"], ["Again"]]
    assert again["sessionId"] > first


def test_session_id_counts_where_both_are_given(quick_desk: Desk) -> None:
    chat, other = quick_desk.write_in("One"), quick_desk.write_in("Two", user={"id": "user-8"})
    session = history(quick_desk, CHAT_ID=chat)["sessionId"]
    assert history(quick_desk, SESSION_ID=session, CHAT_ID=other)["chatId"] == chat


def test_vote_of_a_head_is_told(quick_desk: Desk) -> None:
    chat = quick_desk.write_in()
    session = history(quick_desk, CHAT_ID=chat)["sessionId"]
    assert (history(quick_desk, CHAT_ID=chat)["sessionVoteHead"], history(quick_desk, CHAT_ID=chat)["canVoteHead"]) == (
        0,
        "N",
    )
    admin = quick_desk.portal.webhook()
    admin.call("imopenlines.session.head.vote", SESSION_ID=session, RATING=4, COMMENT="Fine")
    told = admin.call("imopenlines.session.history.get", SESSION_ID=session).result
    assert (told["sessionVoteHead"], told["sessionCommentHead"], told["canVoteHead"]) == (4, "Fine", "Y")
    assert told["openlines"] == {"canvoteashead": {str(quick_desk.line): True}}


def test_who_may_join_is_told_so(quick_desk: Desk) -> None:
    chat = quick_desk.write_in()
    admin = quick_desk.portal.webhook()
    assert history(quick_desk, CHAT_ID=chat)["canJoin"] == "N"
    assert admin.call("imopenlines.session.history.get", CHAT_ID=chat).result["canJoin"] == "Y"


def test_changes_of_messages_are_told(quick_desk: Desk) -> None:
    chat = quick_desk.write_in()
    edited, deleted = quick_desk.answer(chat, "Onw"), quick_desk.answer(chat, "Two")
    reply = quick_desk.operator.call("im.message.add", DIALOG_ID=f"chat{chat}", MESSAGE="Yes", REPLY_ID=edited).result
    quick_desk.operator.call("im.message.update", MESSAGE_ID=edited, MESSAGE="One")
    quick_desk.operator.call("im.message.delete", MESSAGE_ID=deleted)
    told = history(quick_desk, CHAT_ID=chat)["message"]
    assert told[str(edited)]["params"] == {"isEdited": "Y"}
    assert told[str(deleted)]["params"] == {"isDeleted": "Y"}
    assert told[str(reply)]["params"] == {"replyId": edited}


def test_empty_parts_are_lists(quick_desk: Desk) -> None:
    chat = quick_desk.write_in("Hello", message={"id": ""})
    told = history(quick_desk, CHAT_ID=chat)
    assert [one["params"] for one in told["message"].values()] == [[]]
    assert told["files"] == []
    quick_desk.operator.call("imopenlines.session.start", CHAT_ID=chat)
    assert history(quick_desk, CHAT_ID=chat)["message"] == []
    json.dumps(told)


@pytest.mark.parametrize(
    ("params", "answer"),
    [
        ({}, MISSING),
        ({"SESSION_ID": "", "CHAT_ID": ""}, MISSING),
        ({"SESSION_ID": 0}, INVALID),
        ({"SESSION_ID": "abc"}, INVALID),
        ({"SESSION_ID": [1]}, INVALID),
        ({"CHAT_ID": 999}, INVALID),
        ({"CHAT_ID": "abc"}, INVALID),
        ({"CHAT_ID": -1}, INVALID),
        ({"SESSION_ID": 999}, DENIED),
    ],
)
def test_history_of_nothing_is_refused(quick_desk: Desk, params: dict[str, Any], answer: tuple[int, str, str]) -> None:
    assert refused(quick_desk.operator.call("imopenlines.session.history.get", **params)) == answer


def test_history_is_for_those_who_may_read(quick_portal: Portal, quick_desk: Desk) -> None:
    chat = quick_desk.write_in()
    session = history(quick_desk, CHAT_ID=chat)["sessionId"]
    stranger = quick_portal.webhook(quick_portal.person())
    for params in ({"CHAT_ID": chat}, {"SESSION_ID": session}):
        assert refused(stranger.call("imopenlines.session.history.get", **params)) == DENIED
