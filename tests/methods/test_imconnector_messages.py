"""imconnector.send.messages: what comes from outside, and how it is answered."""

import pytest

from support.portal import Client, Desk, Portal

MAX_TEXT = 20_000
SHORTENED = "x" * (MAX_TEXT - 6) + " (...)"


@pytest.fixture
def group_desk(portal: Portal) -> Desk:
    return Desk(portal, CHAT_GROUP="Y")


def texts(desk: Desk, chat: int) -> list[str]:
    return [message["text"] for message in desk.history(chat)]


def refused(desk: Desk, messages: object, method: str = "send.messages") -> tuple[int, str, str]:
    reply = desk.app.call(f"imconnector.{method}", CONNECTOR=desk.code, LINE=desk.line, MESSAGES=messages)
    return *reply.error, reply.text


def customer_of(desk: Desk, chat: int) -> dict:
    answer = desk.operator.call("im.dialog.messages.get", DIALOG_ID=f"chat{chat}").result
    (customer,) = [user for user in answer["users"] if user["connector"]]
    return customer


def page_of(desk: Desk) -> Client:
    return desk.portal.page(desk.operator_id)


# send.messages: what it takes and what it answers

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


@pytest.mark.difference(14)
def test_documented_message_is_answered_as_documented(desk: Desk) -> None:
    (item,) = desk.send(SAMPLE)
    chat = desk.operator.call("im.recent.list").result["items"][0]
    customer = customer_of(desk, chat["chat_id"])
    assert item == {
        "user": str(customer["id"]),
        "message": {
            "id": "ext-msg-1001",
            "date": "2026-03-11T21:53:13+00:00",
            "text": "Good afternoon",
            "files": [],
        },
        "chat": {
            "id": "channel-123",
            "name": "Support Channel",
            "description": "Link to the original post: https://example.com/chats/123",
        },
        "extra": {"skip_phone_validate": "Y", "disable_tracker": "Y"},
        "SUCCESS": True,
        "session": {"ID": str(chat["lines"]["id"]), "CHAT_ID": str(chat["chat_id"])},
    }


def test_documented_message_makes_a_dialog_with_its_customer(desk: Desk) -> None:
    chat = int(desk.send(SAMPLE)[0]["session"]["CHAT_ID"])
    customer = customer_of(desk, chat)
    dialog = desk.operator.call("imopenlines.dialog.get", CHAT_ID=chat).result
    assert dialog["name"] == "Anna Schmidt - Support"
    assert dialog["description"] == "Link to the original post: https://example.com/chats/123"
    assert dialog["entity_id"] == f"myconnector|{desk.line}|channel-123|{customer['id']}"
    assert {name: customer[name] for name in ("name", "gender", "avatar", "website", "email", "phones")} == {
        "name": "Anna Schmidt",
        "gender": "F",
        "avatar": "https://example.com/u42.png",
        "website": "https://example.com/users/42",
        "email": "anna@example.com",
        "phones": {"personal_mobile": "+49301234567"},
    }
    (message,) = desk.history(chat)
    assert (message["author_id"], message["text"]) == (customer["id"], "Good afternoon")
    assert message["params"] == {"connectorMid": ["ext-msg-1001"]}


def test_form_of_a_php_client_is_taken_like_json(desk: Desk) -> None:
    body = (
        f"CONNECTOR=MyConnector&LINE={desk.line}"
        "&MESSAGES%5B0%5D%5Buser%5D%5Bid%5D=7&MESSAGES%5B0%5D%5Buser%5D%5Bname%5D=J%C3%BCrgen"
        "&MESSAGES[0][user][picture][url]=https%3A%2F%2Fexample.com%2F7.png&MESSAGES[0][message][id]=1001"
        "&MESSAGES[0][message][date]=1773265993&MESSAGES[0][message][text]=Gr%C3%BC%C3%9Fe+%5Bb%5D1%2B1%5B%2Fb%5D"
        "&MESSAGES[0][chat][id]=%2B49+30&MESSAGES[3][user][id]=7&MESSAGES[3][message][text]=Two"
        "&MESSAGES[3][chat][id]=%2B49+30"
    )
    first, second = desk.app.form("imconnector.send.messages", body).result["DATA"]["RESULT"]
    assert first["message"] == {
        "id": "1001",
        "date": "2026-03-11T21:53:13+00:00",
        "text": "Grüße [b]1+1[/b]",
        "files": [],
    }
    assert first["chat"] == second["chat"] == {"id": "+49 30"}
    assert texts(desk, int(first["session"]["CHAT_ID"])) == ["Grüße [b]1+1[/b]", "Two"]


def test_numbers_as_ids_are_the_same_as_their_text(desk: Desk) -> None:
    numbers = {"user": {"id": 7}, "message": {"id": 1001, "text": 12}, "chat": {"id": 5}}
    words = {"user": {"id": "7"}, "message": {"id": "1002", "text": "Two"}, "chat": {"id": "5"}}
    first, second = desk.send(numbers, words)
    assert (first["message"]["id"], first["chat"]["id"]) == ("1001", "5")
    assert first["session"] == second["session"]
    assert texts(desk, int(first["session"]["CHAT_ID"])) == ["12", "Two"]


def test_plain_message_has_nothing_extra_and_no_description(quick_desk: Desk) -> None:
    (item,) = quick_desk.send(quick_desk.message(user={"skip_phone_validate": "N"}, message={"disable_crm": ""}))
    assert item["extra"] == []
    assert item["chat"] == {"id": "channel-123"}
    assert item.keys() == {"user", "message", "chat", "extra", "SUCCESS", "session"}


@pytest.mark.parametrize("date", [None, "", "yesterday", -1, 2**40, [1]])
def test_message_without_a_usable_date_has_the_present_one(quick_desk: Desk, date: object) -> None:
    (item,) = quick_desk.send(quick_desk.message(message={"date": date}))
    assert item["message"]["date"] == "2027-01-15T08:00:00+00:00"


def test_text_over_the_limit_is_shortened(desk: Desk) -> None:
    chat = desk.write_in("x" * MAX_TEXT, message={"id": "1"})
    item = desk.send(desk.message("x" * (MAX_TEXT + 1), message={"id": "2"}))[0]
    assert item["message"]["text"] == SHORTENED
    assert texts(desk, chat) == ["x" * MAX_TEXT, SHORTENED]


def test_nul_characters_are_left_out(desk: Desk) -> None:
    made = desk.message("a\0b", message={"id": "m\0"}, user={"id": "u\0", "name": "An\0na"}, chat={"id": "c\0"})
    (item,) = desk.send(made)
    assert (item["message"]["id"], item["message"]["text"], item["chat"]["id"]) == ("m", "ab", "c")
    assert texts(desk, int(item["session"]["CHAT_ID"])) == ["ab"]


def test_half_of_a_surrogate_pair_breaks_nothing(desk: Desk) -> None:
    path = f"/rest/imconnector.send.messages?auth={desk.app.facts['access_token']}"
    body = f'{{"CONNECTOR": "myconnector", "LINE": {desk.line}, "MESSAGES": [{{"user": {{"id": "u"}},'
    body += '"message": {"id": "m", "text": "a\\ud83d"}, "chat": {"id": "c"}}]}'
    reply = desk.portal.request("POST", path, content=body.encode(), headers={"content-type": "application/json"})
    assert reply.status in (200, 400)


# Customers

LONG = "Karl-Theodor Maria Nikolaus Johann"


@pytest.mark.parametrize(
    ("name", "last_name", "shown"),
    [
        (LONG, "", "Karl-Theodor Maria Nikola"),
        ("Anna", LONG, "Anna Karl-Theodor Maria Nikola"),
        ("Anna 2000!", "<Schmidt>", "Anna Schmidt"),
        ("D'Arcy", "O\u2019Neill", "D'Arcy O\u2019Neill"),
        ("Žofie-Ånna", "李雷", "Žofie-Ånna 李雷"),
        ("  Anna \n Lena ", "", "Anna Lena"),
        ("1_2", "", "Guest"),
        ("", "", "Guest"),
        (42, None, "Guest"),
    ],
)
def test_names_are_cleaned_and_cut_at_25_characters(quick_desk: Desk, name, last_name, shown: str) -> None:
    chat = quick_desk.write_in(user={"name": name, "last_name": last_name})
    assert customer_of(quick_desk, chat)["name"] == shown


def test_customer_changes_with_what_comes_and_keeps_what_does_not(desk: Desk) -> None:
    known = {"phone": "+491", "email": "a@example.com", "gender": "female"}
    chat = desk.write_in(user=known)
    desk.write_in(user={"name": "", "last_name": ""})
    assert customer_of(desk, chat)["phones"] == {"personal_mobile": "+491"}
    desk.write_in(user={"name": "Berta", "phone": "+492", "gender": "unknown", "url": "javascript:alert(1)"})
    customer = customer_of(desk, chat)
    assert (customer["name"], customer["phones"]) == ("Berta Schmidt", {"personal_mobile": "+492"})
    assert (customer["email"], customer["gender"], customer["website"]) == ("a@example.com", "F", "")


def test_one_user_with_several_chats_has_a_dialog_in_each(desk: Desk) -> None:
    first, second = desk.send(desk.message("One"), desk.message("Two", chat={"id": "channel-456"}))
    assert first["user"] == second["user"]
    assert first["session"]["CHAT_ID"] != second["session"]["CHAT_ID"]
    assert texts(desk, int(second["session"]["CHAT_ID"])) == ["Two"]


def test_two_users_of_one_chat_have_a_dialog_each(desk: Desk) -> None:
    first, second = desk.send(desk.message("One"), desk.message("Two", user={"id": "user-8"}))
    assert first["user"] != second["user"]
    assert first["session"]["CHAT_ID"] != second["session"]["CHAT_ID"]


def test_group_mode_gathers_the_users_of_a_chat_in_one_dialog(group_desk: Desk) -> None:
    named = {"id": "group-1", "name": "Neighbours"}
    first, second = group_desk.send(
        group_desk.message("One", chat=named), group_desk.message("Two", user={"id": "user-8"}, chat=named)
    )
    assert first["user"] != second["user"]
    assert first["session"] == second["session"]
    history = group_desk.history(int(first["session"]["CHAT_ID"]))
    assert [(str(m["author_id"]), m["text"]) for m in history] == [(first["user"], "One"), (second["user"], "Two")]
    (recent,) = group_desk.operator.call("im.recent.list").result["items"]
    assert recent["title"] == "Neighbours - Support"


def test_group_mode_keeps_chats_apart(group_desk: Desk) -> None:
    assert group_desk.write_in() != group_desk.write_in(chat={"id": "channel-456"})


# Managers and files


def test_message_of_a_manager_is_posted_in_their_name(desk: Desk) -> None:
    (item,) = desk.send(desk.message("From my phone", message={"id": "m", "user_id": desk.operator_id}))
    chat = int(item["session"]["CHAT_ID"])
    (message,) = desk.history(chat)
    assert (message["author_id"], message["text"]) == (desk.operator_id, "From my phone")
    assert message["params"] == {"connectorMid": ["m"]}
    dialog = page_of(desk).call("tieline.dialog.get", CHAT_ID=chat).result
    assert (dialog["messages"][0]["kind"], dialog["dialog"]["operator"]["name"]) == ("operator", "Klaus Weber")
    assert item["user"] == str(dialog["dialog"]["customer"]["id"])


def test_message_of_a_manager_takes_a_dialog_that_waits_but_none_from_a_colleague(desk: Desk) -> None:
    colleague = desk.portal.person("Eva Braun-Meyer")
    chat = desk.write_in()
    desk.answer(chat)
    desk.write_in("From my phone", message={"user_id": colleague})
    dialog = page_of(desk).call("tieline.dialog.get", CHAT_ID=chat).result["dialog"]
    assert (dialog["operator"]["name"], dialog["waitingSince"]) == ("Klaus Weber", None)
    waiting = desk.write_in("From my phone", message={"user_id": colleague}, chat={"id": "channel-456"})
    taken = desk.portal.page(colleague).call("tieline.dialog.get", CHAT_ID=waiting).result["dialog"]
    assert taken["operator"]["name"] == "Eva Braun-Meyer"


@pytest.mark.parametrize("user_id", [999_999, -5])
def test_unknown_manager_refuses_the_message_and_leaves_nothing_behind(desk: Desk, user_id: int) -> None:
    (item,) = desk.send(desk.message(message={"user_id": user_id}))
    assert (item["SUCCESS"], item["ERRORS"]) == (False, ["There is no manager with this user_id"])
    code = f"myconnector|{desk.line}|channel-123|user-7"
    assert desk.operator.call("im.chat.get", ENTITY_TYPE="LINES", ENTITY_ID=code).result is None


def test_customer_is_no_manager(desk: Desk) -> None:
    customer = int(desk.send(desk.message())[0]["user"])
    (item,) = desk.send(desk.message(message={"user_id": customer}))
    assert (item["SUCCESS"], item["ERRORS"]) == (False, ["There is no manager with this user_id"])


@pytest.mark.parametrize("user_id", [0, "0", "", None])
def test_empty_user_id_of_a_message_is_none(quick_desk: Desk, user_id: object) -> None:
    (item,) = quick_desk.send(quick_desk.message(message={"user_id": user_id}))
    assert str(quick_desk.history(int(item["session"]["CHAT_ID"]))[0]["author_id"]) == item["user"]


def test_files_are_visible_at_once_as_pending(desk: Desk, receiver) -> None:
    receiver.answer = lambda _: (503, {}, b"")
    sent = [{"url": f"{receiver.url}/a.png", "name": "a.png"}, {"link": f"{receiver.url}/b.pdf"}]
    (item,) = desk.send(desk.message("", message={"files": sent}))
    assert item["message"]["files"] == [
        {"url": f"{receiver.url}/a.png", "name": "a.png"},
        {"url": f"{receiver.url}/b.pdf", "name": ""},
    ]
    answer = desk.operator.call("im.dialog.messages.get", DIALOG_ID=f"chat{item['session']['CHAT_ID']}").result
    assert [(file["name"], file["status"]) for file in answer["files"]] == [("a.png", "upload"), ("", "upload")]
    assert answer["messages"][0]["params"]["FILE_ID"] == [file["id"] for file in answer["files"]]
    assert {request.path for request in receiver.wait(2)} == {"/a.png", "/b.pdf"}


# Refusals of single messages and of whole requests


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"user": {"id": ""}}, "The user's id is missing"),
        ({"user": {"id": None}}, "The user's id is missing"),
        ({"chat": {"id": ""}}, "The chat's id is missing"),
        ({"user": {"id": "u" * 256}}, "An id is longer than 255 characters"),
        ({"chat": {"id": "c" * 256}}, "An id is longer than 255 characters"),
        ({"message": {"id": "m" * 256}}, "An id is longer than 255 characters"),
        ({"user": {"id": "a|b"}}, "An id of a user or a chat cannot contain |"),
        ({"chat": {"id": "a|b"}}, "An id of a user or a chat cannot contain |"),
        ({"message": {"text": ""}}, "The message has neither text nor files"),
        ({"message": {"text": " \n"}}, "The message has neither text nor files"),
        ({"message": {"text": None, "files": []}}, "The message has neither text nor files"),
        ({"message": {"files": [{"url": "https://a.example/"}] * 21}}, "The message has more than 20 files"),
    ],
)
def test_one_bad_message_is_refused_alone_and_in_its_place(desk: Desk, changes: dict, error: str) -> None:
    first, bad, last = desk.send(desk.message("One"), desk.message("Bad", **changes), desk.message("Two"))
    assert (first["SUCCESS"], bad["SUCCESS"], last["SUCCESS"]) == (True, False, True)
    assert bad["ERRORS"] == [error]
    assert "session" not in bad
    assert "ERRORS" not in first
    assert texts(desk, int(first["session"]["CHAT_ID"])) == ["One", "Two"]


def test_ids_of_255_characters_are_taken(desk: Desk) -> None:
    odd = "".join(chr(0x1F300 + number) for number in range(255))
    made = desk.message(user={"id": odd}, message={"id": odd}, chat={"id": odd})
    first, again = desk.send(made)[0], desk.send(made)[0]
    assert first["SUCCESS"] is True
    assert first["session"] == again["session"]
    assert desk.history(int(first["session"]["CHAT_ID"]))[0]["params"] == {"connectorMid": [odd]}


NOT_ARRAYS = "The MESSAGES parameter must be an array of messages (arrays)"
WRONG_STRUCTURE = "The incorrect structure of a message inside MESSAGES parameter"
GOOD = {"user": {"id": "u"}, "message": {"text": "Hello"}, "chat": {"id": "c"}}


@pytest.mark.parametrize("method", ["send.messages", "update.messages", "delete.messages"])
@pytest.mark.parametrize(
    ("messages", "text"),
    [
        ("Hello", "The value of an argument 'MESSAGES' must be of type array"),
        (5, "The value of an argument 'MESSAGES' must be of type array"),
        (["Hello"], NOT_ARRAYS),
        ([GOOD, 5], NOT_ARRAYS),
        ([GOOD, None], NOT_ARRAYS),
        (GOOD, WRONG_STRUCTURE),
        ([{}], WRONG_STRUCTURE),
        ([GOOD, {**GOOD, "user": None}], WRONG_STRUCTURE),
        ([{"user": {"id": "u"}, "message": {"text": "a"}}], WRONG_STRUCTURE),
        ([{"user": {"id": "u"}, "chat": {"id": "c"}}], WRONG_STRUCTURE),
        ([{**GOOD, "chat": "c"}], WRONG_STRUCTURE),
        ([{**GOOD, "message": {"text": ["a"]}}], WRONG_STRUCTURE),
        ([{**GOOD, "message": {"text": "a", "user_id": "Klaus"}}], WRONG_STRUCTURE),
        ([{**GOOD, "message": {"text": "a", "user_id": 2**70}}], WRONG_STRUCTURE),
        ([GOOD] * 501, "Argument 'MESSAGES' has more than 500 messages"),
    ],
)
@pytest.mark.difference(13)
def test_malformed_messages_refuse_the_whole_request(quick_desk: Desk, method: str, messages, text: str) -> None:
    assert refused(quick_desk, messages, method) == (400, "ERROR_ARGUMENT", text)
    assert quick_desk.operator.call("im.recent.list").result["items"] == []


def test_500_messages_are_taken_in_order(quick_desk: Desk) -> None:
    items = quick_desk.send(*(quick_desk.message(str(number)) for number in range(500)))
    assert [item["message"]["text"] for item in items] == [str(number) for number in range(500)]
    assert len({item["session"]["ID"] for item in items}) == 1


def test_answers_stand_in_the_order_of_the_messages_of_several_dialogs(desk: Desk) -> None:
    made = [desk.message(f"{chat} {turn}", chat={"id": chat}) for turn in range(3) for chat in ("z", "a", "m")]
    items = desk.send(*made)
    assert [item["message"]["text"] for item in items] == [one["message"]["text"] for one in made]
    for chat, item in zip(("z", "a", "m"), items, strict=False):
        assert texts(desk, int(item["session"]["CHAT_ID"])) == [f"{chat} 0", f"{chat} 1", f"{chat} 2"]


def test_users_of_a_group_keep_the_order_in_which_they_wrote(group_desk: Desk) -> None:
    made = [group_desk.message(f"{user} {turn}", user={"id": user}) for turn in range(3) for user in ("z", "a")]
    items = group_desk.send(*made)
    assert texts(group_desk, int(items[0]["session"]["CHAT_ID"])) == [one["message"]["text"] for one in made]


# Sessions


def test_customer_who_writes_after_the_close_opens_a_new_session_in_the_same_chat(desk: Desk) -> None:
    (first,) = desk.send(desk.message())
    desk.answer(int(first["session"]["CHAT_ID"]))
    assert desk.operator.call("imopenlines.operator.finish", CHAT_ID=first["session"]["CHAT_ID"]).result is True
    (second,) = desk.send(desk.message("Once more"))
    assert second["session"]["CHAT_ID"] == first["session"]["CHAT_ID"]
    assert second["session"]["ID"] > first["session"]["ID"]
    assert texts(desk, int(first["session"]["CHAT_ID"])) == ["Good afternoon", "Guten Tag!", "Once more"]
