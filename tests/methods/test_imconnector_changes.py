"""imconnector.update.messages and delete.messages: what changes a message from outside."""

import pytest

from support.portal import Desk, Portal

SAMPLE = {
    "user": {
        "id": "user-42",
        "last_name": "Schmidt",
        "name": "Anna",
        "picture": {"url": "https://example.com/u42.png"},
        "url": "https://example.com/users/42",
        "gender": "female",
        "email": "anna@example.com",
        "phone": "+49301234567",
        "skip_phone_validate": "Y",
    },
    "message": {"id": "ext-msg-1001", "date": 1773265993, "text": "Good afternoon", "disable_crm": "Y"},
    "chat": {"id": "channel-123", "name": "Support Channel", "url": "https://example.com/chats/123"},
}


@pytest.fixture
def group_desk(portal: Portal) -> Desk:
    return Desk(portal, CHAT_GROUP="Y")


def texts(desk: Desk, chat: int) -> list[str]:
    return [message["text"] for message in desk.history(chat)]


def results(desk: Desk, method: str, *messages: dict) -> list[dict]:
    reply = desk.connector(method, MESSAGES=list(messages))
    assert reply.result.keys() == {"SUCCESS", "DATA"}
    assert reply.result["SUCCESS"] is True
    return reply.result["DATA"]["RESULT"]


# update.messages


def test_updated_message_is_answered_as_documented_and_reads_anew(desk: Desk) -> None:
    (sent,) = desk.send(SAMPLE)
    changed = {**SAMPLE, "message": {**SAMPLE["message"], "text": "Good afternoon, we clarified the details"}}
    assert results(desk, "update.messages", changed) == [
        {
            "user": sent["user"],
            "message": {
                "id": "ext-msg-1001",
                "date": "2026-03-11T21:53:13+00:00",
                "text": "Good afternoon, we clarified the details",
            },
            "chat": {
                "id": "channel-123",
                "name": "Support Channel",
                "description": "Link to the original post: https://example.com/chats/123",
            },
            "SUCCESS": True,
        }
    ]
    (message,) = desk.history(int(sent["session"]["CHAT_ID"]))
    assert message["text"] == "Good afternoon, we clarified the details"
    assert message["params"]["IS_EDITED"] == "Y"


def test_form_of_a_php_client_updates_and_deletes(desk: Desk) -> None:
    chat = desk.write_in("Hello", message={"id": "5"})
    body = (
        f"CONNECTOR=MyConnector&LINE={desk.line}&MESSAGES[0][user][id]=user-7&MESSAGES[0][message][id]=5"
        "&MESSAGES[0][message][text]=Changed&MESSAGES[0][chat][id]=channel-123"
    )
    assert desk.app.form("imconnector.update.messages", body).result["DATA"]["RESULT"][0]["SUCCESS"] is True
    assert texts(desk, chat) == ["Changed"]
    assert desk.app.form("imconnector.delete.messages", body).result["DATA"]["RESULT"][0]["SUCCESS"] is True
    assert desk.history(chat)[0]["params"]["IS_DELETED"] == "Y"


def test_update_finds_the_users_own_message_in_a_group(group_desk: Desk) -> None:
    chat = group_desk.write_in("One", message={"id": "5"})
    group_desk.write_in("Two", message={"id": "5"}, user={"id": "user-8"})
    (item,) = results(group_desk, "update.messages", group_desk.message("Changed", message={"id": "5"}))
    assert item["SUCCESS"] is True
    assert texts(group_desk, chat) == ["Changed", "Two"]


def test_update_of_a_managers_message_finds_it(desk: Desk) -> None:
    chat = desk.write_in("From my phone", message={"id": "5", "user_id": desk.operator_id})
    (item,) = results(desk, "update.messages", desk.message("Changed", message={"id": "5"}))
    assert item["SUCCESS"] is True
    assert texts(desk, chat) == ["Changed"]


def test_long_text_of_an_update_is_shortened(desk: Desk) -> None:
    chat = desk.write_in("Hello", message={"id": "5"})
    results(desk, "update.messages", desk.message("x" * (20_001), message={"id": "5"}))
    assert texts(desk, chat) == ["x" * 19_994 + " (...)"]


MISSING_IDS = "The ids of user, chat and message are needed"
NO_MESSAGE = "There is no such message"


def files(desk: Desk, chat: int) -> list[str]:
    """Return the names of the files of a chat's messages."""
    shown = desk.portal.page(desk.operator_id).call("tieline.dialog.get", CHAT_ID=chat).result["messages"]
    return [file["name"] for message in shown for file in message["files"]]


def named(*names: str) -> list[dict[str, str]]:
    return [{"url": f"https://files.example/{name}", "name": name} for name in names]


def test_changed_files_take_the_place_of_the_former(desk: Desk) -> None:
    chat = desk.write_in("Hello", message={"id": "5", "files": named("a.txt", "b.txt")})
    changed = desk.message("", message={"id": "5", "files": named("b.txt", "c.txt")})
    (item,) = results(desk, "update.messages", changed)
    assert item["SUCCESS"] is True
    assert files(desk, chat) == ["b.txt", "c.txt"]
    assert texts(desk, chat) == ["Hello"]


def test_files_stay_where_a_change_names_none(desk: Desk) -> None:
    chat = desk.write_in("Hello", message={"id": "5", "files": named("a.txt")})
    results(desk, "update.messages", desk.message("Changed", message={"id": "5"}))
    assert (texts(desk, chat), files(desk, chat)) == (["Changed"], ["a.txt"])


def test_the_same_files_again_change_nothing(desk: Desk) -> None:
    chat = desk.write_in("Hello", message={"id": "5", "files": named("a.txt")})
    before = desk.portal.read(lambda tx: tx.all("select id, edited_at from messages"))
    results(desk, "update.messages", desk.message("Hello", message={"id": "5", "files": named("a.txt")}))
    assert desk.portal.read(lambda tx: tx.all("select id, edited_at from messages")) == before
    assert files(desk, chat) == ["a.txt"]


@pytest.mark.parametrize("method", ["update.messages", "delete.messages"])
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"message": {"id": ""}}, MISSING_IDS),
        ({"message": {"id": 0}}, MISSING_IDS),
        ({"user": {"id": ""}}, MISSING_IDS),
        ({"chat": {"id": ""}}, MISSING_IDS),
        ({"message": {"id": "another"}}, NO_MESSAGE),
        ({"user": {"id": "another"}}, NO_MESSAGE),
        ({"chat": {"id": "another"}}, NO_MESSAGE),
    ],
)
def test_message_that_is_not_found_is_refused_alone(desk: Desk, method: str, changes: dict, error: str) -> None:
    known = {"id": "5"}
    chat = desk.write_in("Hello", message=known)
    wrong = desk.message("Changed", **({"message": known} | changes))
    bad, good = results(desk, method, wrong, desk.message("Changed", message=known))
    assert (bad["SUCCESS"], bad["ERRORS"], good["SUCCESS"]) == (False, [error], True)
    assert texts(desk, chat) == [{"update.messages": "Changed", "delete.messages": ""}[method]]


@pytest.mark.parametrize(
    ("text", "error"), [("", "The message has neither text nor files"), ("Changed", "The message was deleted")]
)
def test_update_is_refused_when(desk: Desk, text: str, error: str) -> None:
    chat = desk.write_in("Hello", message={"id": "5"})
    if text:
        results(desk, "delete.messages", desk.message(message={"id": "5"}))
    (item,) = results(desk, "update.messages", desk.message(text, message={"id": "5"}))
    assert (item["SUCCESS"], item["ERRORS"]) == (False, [error])
    assert texts(desk, chat) == ["" if text else "Hello"]


# delete.messages


def test_deleted_message_is_answered_as_documented_and_leaves_its_place(desk: Desk) -> None:
    (sent,) = desk.send(SAMPLE, desk.message("Second", user={"id": "user-42"}))[:1]
    named = {"user": {"id": "user-42"}, "message": {"id": "ext-msg-1001"}, "chat": {"id": "channel-123"}}
    answer = [
        {
            "user": sent["user"],
            "message": {"id": "ext-msg-1001"},
            "chat": {"id": "channel-123"},
            "SUCCESS": True,
        }
    ]
    assert results(desk, "delete.messages", named) == answer
    assert results(desk, "delete.messages", named) == answer
    first, second = desk.history(int(sent["session"]["CHAT_ID"]))
    assert (first["text"], first["params"]["IS_DELETED"], second["text"]) == ("", "Y", "Second")


def test_deletion_tells_back_what_was_given(desk: Desk) -> None:
    desk.send(SAMPLE)
    (item,) = results(desk, "delete.messages", SAMPLE)
    assert item["message"] == {"id": "ext-msg-1001", "date": 1773265993, "text": "Good afternoon"}
    assert item["chat"]["description"] == "Link to the original post: https://example.com/chats/123"


def test_connector_registered_without_deleting_cannot_delete(portal: Portal) -> None:
    desk = Desk(portal, DEL_EXTERNAL_MESSAGES="N")
    chat = desk.write_in("Hello", message={"id": "5"})
    (item,) = results(desk, "delete.messages", desk.message(message={"id": "5"}))
    assert item["ERRORS"] == ["The connector was registered without deleting of its messages"]
    assert texts(desk, chat) == ["Hello"]
