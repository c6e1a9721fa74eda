"""im.notify*: telling people something beside all dialogs, and what they do about it."""

import json
from typing import Any

import pytest

from support.portal import Client, Desk, Portal, refused
from tieline.domain.clock import DAY, HOUR, SECOND

SENDING = ["im.notify", "im.notify.personal.add", "im.notify.system.add"]
NOTIFICATION = """id chat_id author_id date notify_type notify_module notify_event notify_tag notify_sub_tag
notify_title setting_name text notify_read params"""
USER_ID_EMPTY = (400, "USER_ID_EMPTY", "User ID can't be empty")
ATTACH_ERROR = (400, "ATTACH_ERROR", "Incorrect attach params")
ATTACH_OVERSIZE = (400, "ATTACH_OVERSIZE", "You have exceeded the maximum allowable size of attach")
SHORT = (400, "SEARCH_TEXT_ERROR", "SEARCH_TEXT can't be less than 3 symbols")
BLOCKS = [{"MESSAGE": "[B]New request[/B]"}, {"LINK": {"NAME": "Open", "LINK": "https://example.com"}}]
CARD = {"ID": 1, "COLOR_TOKEN": "primary", "BLOCKS": BLOCKS}
KEPT = CARD | {"BLOCKS": [BLOCKS[0], {"LINK": [BLOCKS[1]["LINK"]]}], "DESCRIPTION": ""}


class Post:
    """Somebody who sends, and somebody who is told."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.sender_id, self.reader_id = portal.person("Ada Admin"), portal.person("Klaus Weber")
        self.sender = portal.webhook(self.sender_id, scopes="im")
        self.reader = portal.webhook(self.reader_id, scopes="im")
        self.app = portal.app("im")

    def send(self, message: str = "Reminder", *, by: Client | None = None, **params: Any) -> int:
        """Send a notification; returns its id."""
        params = {"USER_ID": self.reader_id, "MESSAGE": message} | params
        sent = (by or self.sender).call("im.notify", **params).result
        assert isinstance(sent, int)
        assert sent > 0
        return sent

    def told(self, client: Client | None = None, **params: Any) -> list[dict[str, Any]]:
        """Return what somebody was told, the reader by default."""
        return (client or self.reader).call("im.notify.get", **params).result["notifications"]

    def ids(self, **params: Any) -> list[int]:
        """Return the ids of what the reader was told."""
        return [one["id"] for one in self.told(**params)]

    @property
    def unread(self) -> list[int]:
        """Ids of what the reader has not read."""
        return [one["id"] for one in self.told() if one["notify_read"] == "N"]


@pytest.fixture
def post(portal: Portal) -> Post:
    """Two people, on each engine."""
    return Post(portal)


@pytest.fixture
def quick_post(quick_portal: Portal) -> Post:
    """Two people on SQLite alone."""
    return Post(quick_portal)


def test_sample_of_the_documentation_is_sent_and_told(post: Post) -> None:
    sent = post.send(TYPE="USER", MESSAGE_OUT="Reminder (email)", TAG="TASK_42", SUB_TAG="TASK|42", by=post.app)
    told = post.reader.call("im.notify.get").result
    assert (told["total_count"], told["total_unread_count"]) == (1, 1)
    (one,) = told["notifications"]
    assert set(one) == set(NOTIFICATION.split())
    expected = {
        "id": sent,
        "chat_id": told["chat_id"],
        "author_id": 1,
        "date": "2027-01-15T08:00:00+00:00",
        "notify_type": 2,
        "notify_module": "rest",
        "notify_event": "rest_notify",
        "notify_tag": "MP|1|TASK_42",
        "notify_sub_tag": "MP|1|TASK|42",
        "notify_title": "",
        "setting_name": "rest|rest_notify",
        "text": "Reminder",
        "notify_read": "N",
        "params": {"CAN_ANSWER": "Y"},
    }
    assert one == expected
    assert [user["id"] for user in told["users"]] == [1]
    assert {"id", "name", "status", "departments", "phones", "type", "email"} <= set(told["users"][0])


def test_notification_of_the_system_has_no_author(post: Post) -> None:
    for method, params in (("im.notify", {"TYPE": "SYSTEM"}), ("im.notify.system.add", {})):
        post.sender.call(method, USER_ID=post.reader_id, MESSAGE=f" By {method} \n", **params)
    told = post.reader.call("im.notify.get").result
    assert [one["text"] for one in told["notifications"]] == ["By im.notify.system.add", "By im.notify"]
    assert {(one["author_id"], one["notify_type"], one["params"]) for one in told["notifications"]} == {(0, 4, None)}
    assert told["users"] == []


def test_personal_notification_comes_from_the_caller(post: Post) -> None:
    params = {"USER_ID": post.reader_id, "MESSAGE": "Lunch?", "MESSAGE_OUT": "Lunch?"}
    assert post.sender.call("im.notify.personal.add", **params).result == post.ids()[0]
    (one,) = post.told()
    assert (one["author_id"], one["notify_type"]) == (post.sender_id, 2)


def test_number_of_the_chat_is_that_of_no_chat(post: Post) -> None:
    post.send()
    chat_id = post.told()[0]["chat_id"]
    post.send(USER_ID=post.sender_id)
    assert post.told(post.sender)[0]["chat_id"] not in (0, chat_id)
    admin = post.portal.webhook(scopes="im")
    assert admin.call("im.dialog.messages.get", DIALOG_ID=f"chat{chat_id}").error == (403, "ACCESS_ERROR")


def test_who_was_told_nothing_has_two_lists(quick_post: Post) -> None:
    assert quick_post.reader.call("im.notify.get").result == {"notifications": [], "users": []}


@pytest.mark.parametrize("method", SENDING)
@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({"USER_ID": None}, USER_ID_EMPTY),
        ({"USER_ID": 0}, USER_ID_EMPTY),
        ({"USER_ID": -1}, USER_ID_EMPTY),
        ({"USER_ID": "x"}, USER_ID_EMPTY),
        ({"USER_ID": [1]}, USER_ID_EMPTY),
        ({"MESSAGE": None}, (400, "MESSAGE_EMPTY", "Message can't be empty")),
        ({"MESSAGE": " \n "}, (400, "MESSAGE_EMPTY", "Message can't be empty")),
        ({"MESSAGE": {"a": "b"}}, (400, "MESSAGE_EMPTY", "Message can't be empty")),
        ({"ATTACH": "text"}, ATTACH_ERROR),
        ({"ATTACH": 7}, ATTACH_ERROR),
        ({"ATTACH": {"BLOCKS": [7]}}, ATTACH_ERROR),
        ({"ATTACH": {"BLOCKS": "text"}}, ATTACH_ERROR),
        ({"ATTACH": [1, 2]}, ATTACH_ERROR),
        ({"ATTACH": "[" * 5_000 + "]" * 5_000}, ATTACH_ERROR),
        ({"ATTACH": [{"MESSAGE": "a" * 60_000}]}, ATTACH_OVERSIZE),
        ({"ATTACH": "[" + " " * 400_000 + "]"}, ATTACH_OVERSIZE),
        ({"TAG": ["a"]}, (400, "ERROR_ARGUMENT", "The value of an argument 'TAG' must be of type string")),
    ],
)  # fmt: skip
def test_what_cannot_be_sent_is_refused(
    quick_post: Post, method: str, params: dict[str, Any], refusal: tuple[int, str, str]
) -> None:
    whole = {"USER_ID": quick_post.reader_id, "MESSAGE": "Reminder"} | params
    assert refused(quick_post.sender.call(method, **whole)) == refusal
    assert quick_post.ids() == []


@pytest.mark.parametrize("method", SENDING)
def test_pages_of_the_portal_send_none(quick_post: Post, method: str) -> None:
    page = quick_post.portal.page(quick_post.sender_id)
    reply = page.call(method, USER_ID=quick_post.reader_id, MESSAGE="Hello")
    assert refused(reply) == (
        403,
        "WRONG_AUTH_TYPE",
        "Access for this method not allowed by session authorization.",
    )


def test_nobody_is_told_who_is_not_there(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.write_in("Hello")
    (message,) = desk.history(1)
    gone = desk.portal.person("Gone")
    admin = desk.portal.webhook(scopes="im,user")
    assert admin.call("user.update", ID=gone, ACTIVE="N").result is True
    for user_id in (gone, message["author_id"], 999, 2**62):
        assert admin.call("im.notify", USER_ID=user_id, MESSAGE="Hello").result is False


def test_text_ends_where_a_message_does(quick_post: Post) -> None:
    quick_post.send("a" * 20_001)
    text = quick_post.told()[0]["text"]
    assert (len(text), text[-8:]) == (20_000, "aa (...)"[-8:])


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (CARD, [KEPT]),
        (json.dumps(CARD), [KEPT]),
        (BLOCKS, [KEPT | {"COLOR_TOKEN": "base"}]),
        ([CARD, CARD], [KEPT, KEPT]),
        ({"0": {"MESSAGE": "a"}}, [KEPT | {"COLOR_TOKEN": "base", "BLOCKS": [{"MESSAGE": "a"}]}]),
    ],
)
def test_attachments_come_in_several_forms(post: Post, given: Any, told: list[Any]) -> None:
    post.send(TYPE="SYSTEM", ATTACH=given)
    assert post.told()[0]["params"] == {"ATTACH": told}


@pytest.mark.parametrize("given", ["", [], {}])
def test_empty_attachment_is_none(quick_post: Post, given: Any) -> None:
    quick_post.send(TYPE="SYSTEM", ATTACH=given)
    assert quick_post.told()[0]["params"] is None


@pytest.mark.difference(100)
def test_text_for_mail_goes_nowhere(quick_post: Post) -> None:
    quick_post.send("By hand", MESSAGE_OUT="By mail")
    assert "By mail" not in str(quick_post.reader.call("im.notify.get").result)


def test_newer_one_of_a_tag_replaces_the_older(post: Post) -> None:
    other = post.portal.app("im")
    first = post.send(TAG="TASK_42", by=post.app)
    foreign = post.send(TAG="TASK_42", by=other)
    of_another = post.send(TAG="TASK_42", USER_ID=post.sender_id, by=post.app)
    second = post.send(TAG="TASK_42", by=post.app)
    untagged = [post.send(by=post.app), post.send(by=post.app)]
    assert post.ids() == [*reversed(untagged), second, foreign]
    assert first not in post.ids()
    assert [one["id"] for one in post.told(post.sender)] == [of_another]


def test_tags_of_a_webhook_belong_to_the_client_that_it_names(quick_post: Post) -> None:
    post = quick_post
    post.send(TAG="A", CLIENT_ID="first-secret")
    kept = post.send(TAG="A", CLIENT_ID="second-secret")
    newer = post.send(TAG="A", CLIENT_ID="first-secret")
    own = post.send(TAG="A")
    assert post.ids() == [own, newer, kept]
    assert "secret" not in str(post.told())
    hook = post.portal.webhook(post.sender_id, scopes="im")
    post.send(TAG="A", by=hook)
    assert len(post.ids()) == 4
    replacing = post.send(TAG="A", by=hook)
    assert post.ids() == [replacing, own, newer, kept]


def test_own_notification_is_deleted(post: Post) -> None:
    kept, gone = post.send(), post.send()
    assert post.reader.call("im.notify.delete", ID=gone).result is True
    assert post.ids() == [kept]
    assert post.reader.call("im.notify.delete", ID=gone).result is False


def test_sender_takes_a_notification_back(post: Post) -> None:
    gone, other = post.send(by=post.app), post.send()
    assert post.app.call("im.notify.delete", ID=other).result is False
    assert post.app.call("im.notify.delete", ID=gone).result is True
    assert post.ids() == [other]


def test_stranger_deletes_nothing(quick_post: Post) -> None:
    sent = quick_post.send(CLIENT_ID="a")
    somebody = quick_post.portal.person(admin=True)
    stranger = quick_post.portal.webhook(somebody, scopes="im")
    assert stranger.call("im.notify.delete", ID=sent).result is False
    assert quick_post.portal.page(somebody).call("im.notify.delete", ID=sent).result is False
    assert stranger.call("im.notify.delete", ID=sent, CLIENT_ID="b").result is False
    assert quick_post.ids() == [sent]


@pytest.mark.parametrize("name", ["TAG", "SUB_TAG"])
def test_application_deletes_by_its_tags(post: Post, name: str) -> None:
    other = post.portal.app("im")
    for by in (post.app, other):
        post.send(by=by, **{name: "A"})
        post.send(by=by, USER_ID=post.sender_id, **{name: "A"})
    assert post.app.call("im.notify.delete", **{name: "A"}).result is True
    assert (len(post.told()), len(post.told(post.sender))) == (1, 1)
    assert post.app.call("im.notify.delete", **{name: "A"}).result is False


def test_both_tags_must_fit(quick_post: Post) -> None:
    kept = quick_post.send(TAG="A", SUB_TAG="x", CLIENT_ID="c")
    quick_post.send(TAG="B", SUB_TAG="x", CLIENT_ID="c")
    assert quick_post.sender.call("im.notify.delete", TAG="B", SUB_TAG="x", CLIENT_ID="c").result is True
    assert quick_post.ids() == [kept]


def test_webhook_that_deletes_by_tags_names_its_client(quick_post: Post) -> None:
    expected = (403, "ACCESS_DENIED", "Access denied! Client ID not specified")
    assert refused(quick_post.sender.call("im.notify.delete", TAG="A")) == expected


@pytest.mark.parametrize("params", [{}, {"ID": 0}, {"ID": "x"}, {"ID": -5}, {"CLIENT_ID": "c"}])
def test_what_is_to_be_deleted_must_be_named(quick_post: Post, params: dict[str, Any]) -> None:
    assert quick_post.sender.call("im.notify.delete", **params).error == (400, "PARAMS_ERROR")
    page = quick_post.portal.page(quick_post.sender_id)
    assert refused(page.call("im.notify.delete", TAG="A")) == (400, "PARAMS_ERROR", "Incorrect params")


class Late(Post):
    """A dialog that nobody answers in time: the boss is told."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.portal)
        self.desk = desk
        boss = desk.portal.person("The boss", admin=True)
        self.reader_id, self.reader = boss, desk.portal.webhook(boss, scopes="im,imopenlines")
        told = {"KPI_FIRST_ANSWER_ALERT": "Y", "KPI_FIRST_ANSWER_LIST": [boss]}
        desk.settings(KPI_FIRST_ANSWER_TIME=60, **told)

    def wait(self, customer: str = "Anna") -> int:
        """Let a customer wait for too long; returns the chat's id."""
        chat = self.desk.dialog_of(customer)
        self.portal.pass_time(60 * SECOND)
        return chat


@pytest.fixture
def late(desk: Desk) -> Late:
    """A boss on each engine."""
    return Late(desk)


@pytest.fixture
def quick_late(quick_desk: Desk) -> Late:
    """A boss on SQLite alone."""
    return Late(quick_desk)


def confirm(client: Client, number: int, value: str = "Y") -> Any:
    return client.call("im.notify.confirm", NOTIFY_ID=number, NOTIFY_VALUE=value).result["result_message"]


def test_late_dialog_is_taken_over_by_a_button(late: Late) -> None:
    chat = late.wait()
    (one,) = late.told()
    assert (one["notify_type"], one["setting_name"], one["notify_title"]) == (
        1,
        "imopenlines|first_answer_late",
        "Late answer",
    )
    buttons = json.loads(one["notify_buttons"])
    assert [(button["VALUE"], button["TITLE"]) for button in buttons] == [("Y", "Take over"), ("N", "Leave it")]
    assert confirm(late.reader, one["id"]) == ["The dialog is yours."]
    assert late.desk.operator_of(chat) == late.reader_id
    (after,) = late.told()
    assert (after["notify_type"], "notify_buttons" in after, after["notify_read"]) == (4, False, "Y")
    expected = {"CAN_ANSWER": "Y", "NOTIFY_VALUE": "Y", "RESULT_TEXT": "The dialog is yours."}
    assert after["params"] == expected
    assert confirm(late.reader, one["id"], "N") is False


def test_late_dialog_is_left(quick_late: Late) -> None:
    late = quick_late
    chat = late.wait()
    assert confirm(late.reader, late.ids()[0], "N") == ["You left it."]
    assert late.desk.operator_of(chat) == late.desk.operator_id


def test_dialog_that_is_over_cannot_be_taken(quick_late: Late) -> None:
    late = quick_late
    chat = late.wait()
    assert late.reader.call("imopenlines.operator.another.finish", CHAT_ID=chat).result is True
    assert confirm(late.reader, late.ids()[0]) == ["This dialog cannot be taken over."]


def test_stranger_chooses_and_answers_nothing(quick_late: Late) -> None:
    late = quick_late
    chat = late.wait()
    number = late.ids()[0]
    for client in (late.sender, late.portal.webhook(scopes="im")):
        assert confirm(client, number) is False
        answered = client.call("im.notify.answer", NOTIFY_ID=number, ANSWER_TEXT="Hi").result
        assert answered == {"result_message": False}
    assert confirm(late.reader, number, "Maybe") is False
    assert confirm(late.reader, 2**62) is False
    assert late.desk.operator_of(chat) == late.desk.operator_id


def test_answer_to_a_late_answer_goes_to_the_operator(late: Late) -> None:
    late.wait()
    params = {"NOTIFY_ID": late.ids()[0], "ANSWER_TEXT": "Please hurry"}
    answered = late.reader.call("im.notify.answer", **params).result
    assert answered == {"result_message": ["Your answer has gone to Klaus Weber."]}
    (told,) = late.told(late.desk.operator)
    assert (told["text"], told["author_id"], told["notify_title"]) == (
        "Please hurry",
        late.reader_id,
        "Answer to: Late answer",
    )
    assert late.told()[0]["params"]["ANSWER_TEXT"] == "Please hurry"


def test_answer_goes_to_who_wrote_and_back(post: Post) -> None:
    sent = post.send("Lunch?")
    answered = post.reader.call("im.notify.answer", NOTIFY_ID=sent, ANSWER_TEXT=" Gladly ").result
    assert answered == {"result_message": ["Your answer has gone to Ada Admin."]}
    (told,) = post.told(post.sender)
    expected = ("Gladly", post.reader_id, "Answer to: Lunch?", "im|answer")
    assert (told["text"], told["author_id"], told["notify_title"], told["setting_name"]) == expected
    assert post.unread == []
    post.sender.call("im.notify.answer", NOTIFY_ID=told["id"], ANSWER_TEXT="At noon")
    assert [one["text"] for one in post.told()] == ["At noon", "Lunch?"]


def test_system_is_not_answered(quick_post: Post) -> None:
    sent = quick_post.send(TYPE="SYSTEM")
    answered = quick_post.reader.call("im.notify.answer", NOTIFY_ID=sent, ANSWER_TEXT="Who?").result
    assert answered == {"result_message": False}
    to_oneself = quick_post.send(by=quick_post.reader)
    answered = quick_post.reader.call("im.notify.answer", NOTIFY_ID=to_oneself, ANSWER_TEXT="Me").result
    assert answered == {"result_message": False}
    assert confirm(quick_post.reader, sent) is False


def test_answer_to_who_is_gone_says_so(quick_post: Post) -> None:
    sent = quick_post.send()
    admin = quick_post.portal.webhook(scopes="user")
    assert admin.call("user.update", ID=quick_post.sender_id, ACTIVE="N").result is True
    answered = quick_post.reader.call("im.notify.answer", NOTIFY_ID=sent, ANSWER_TEXT="Hello?").result
    assert answered == {"result_message": ["There is nobody to answer."]}


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("im.notify.confirm", {"NOTIFY_VALUE": "Y"}, "ID_ERROR"),
        ("im.notify.confirm", {"NOTIFY_ID": 0, "NOTIFY_VALUE": "Y"}, "ID_ERROR"),
        ("im.notify.confirm", {"NOTIFY_ID": "x", "NOTIFY_VALUE": "Y"}, "ID_ERROR"),
        ("im.notify.confirm", {"NOTIFY_ID": 1}, "NOTIFY_VALUE_ERROR"),
        ("im.notify.confirm", {"NOTIFY_ID": 1, "NOTIFY_VALUE": ""}, "NOTIFY_VALUE_ERROR"),
        ("im.notify.confirm", {"NOTIFY_ID": 1, "NOTIFY_VALUE": ["Y"]}, "NOTIFY_VALUE_ERROR"),
        ("im.notify.answer", {"ANSWER_TEXT": "Hi"}, "ID_ERROR"),
        ("im.notify.answer", {"NOTIFY_ID": -1, "ANSWER_TEXT": "Hi"}, "ID_ERROR"),
        ("im.notify.answer", {"NOTIFY_ID": 1}, "ANSWER_TEXT_ERROR"),
        ("im.notify.answer", {"NOTIFY_ID": 1, "ANSWER_TEXT": " "}, "ANSWER_TEXT_ERROR"),
        ("im.notify.answer", {"NOTIFY_ID": 1, "ANSWER_TEXT": {"a": 1}}, "ANSWER_TEXT_ERROR"),
    ],
)
def test_what_is_chosen_and_answered_must_be_named(
    quick_post: Post, method: str, params: dict[str, Any], code: str
) -> None:
    assert quick_post.reader.call(method, **params).error == (400, code)


def test_one_notification_is_read_and_unread(post: Post) -> None:
    first, second, third = (post.send() for _ in range(3))
    assert post.reader.call("im.notify.read", ID=second, ONLY_CURRENT="Y").result is True
    assert post.unread == [third, first]
    assert post.reader.call("im.notify.read", ID=second, ACTION="N", ONLY_CURRENT="Y").result is True
    assert post.unread == [third, second, first]


def test_notifications_from_one_on_are_read(post: Post) -> None:
    first, second, third = (post.send() for _ in range(3))
    assert post.reader.call("im.notify.read").result is True
    assert post.unread == [third, second, first]
    assert post.reader.call("im.notify.read", ID=second, ACTION="Y").result is True
    assert post.unread == [first]
    assert post.reader.call("im.notify.read", ID=0, ACTION="N").result is True
    assert post.unread == [third, second, first]
    for given in (-1, 2**62):
        assert post.reader.call("im.notify.read", ID=given).result is True
    assert len(post.unread) == 3


def test_list_is_read_up_to_what_is_no_id(post: Post) -> None:
    first, second, third = (post.send() for _ in range(3))
    foreign = post.send(USER_ID=post.sender_id)
    assert post.reader.call("im.notify.read.list", IDS=[foreign, str(third), first, 0, second]).result is True
    assert post.unread == [second]
    assert post.told(post.sender)[0]["notify_read"] == "N"
    assert post.reader.call("im.notify.read.list", IDS=[third], ACTION="no").result is True
    assert post.unread == [third, second]
    assert post.reader.call("im.notify.read.list", IDS=[["x"], second]).result is True
    assert post.unread == [third, second]


@pytest.mark.parametrize("given", [None, "", "5", 5, True])
def test_list_to_read_must_be_one(quick_post: Post, given: Any) -> None:
    reply = quick_post.reader.call("im.notify.read.list", IDS=given)
    assert refused(reply) == (400, "PARAMS_ERROR", "No IDS param or it is not an array")


def test_all_are_read(post: Post) -> None:
    post.send()
    post.send(USER_ID=post.sender_id)
    assert post.reader.call("im.notify.read.all").result == {"result": True, "newCounter": 0}
    assert post.unread == []
    assert post.told(post.sender)[0]["notify_read"] == "N"


def test_pages_go_on_behind_the_last_one(late: Late) -> None:
    """Those to confirm come first, whatever is newer."""
    for customer in ("a", "b", "c"):
        late.wait(customer)
    confirms = late.ids()
    others = [late.send() for _ in range(3)][::-1]
    assert late.ids() == confirms + others
    assert late.ids(LIMIT=2) == confirms[:2]
    assert late.ids(LIMIT=2, LAST_ID=confirms[1], LAST_TYPE=1) == [confirms[2], others[0]]
    assert late.ids(LIMIT=2, LAST_ID=others[0], LAST_TYPE=3) == others[1:]
    assert late.ids(LAST_ID=confirms[2], LAST_TYPE=1) == others
    assert late.ids(LAST_ID=others[2], LAST_TYPE=3) == []
    assert late.ids(LIMIT=0) == late.ids(LIMIT=-3) == late.ids(LIMIT=999)


def test_no_page_has_more_than_fifty(quick_post: Post) -> None:
    for _ in range(52):
        quick_post.send()
    told = quick_post.reader.call("im.notify.get", LIMIT=1000).result
    assert (len(told["notifications"]), told["total_count"]) == (50, 52)
    assert len(quick_post.ids(LAST_ID=quick_post.ids()[-1], LAST_TYPE=3)) == 2


@pytest.mark.parametrize("params", [{"LAST_ID": 5}, {"LAST_TYPE": 3}])
def test_place_of_a_page_takes_both(quick_post: Post, params: dict[str, int]) -> None:
    reply = quick_post.reader.call("im.notify.get", **params)
    assert reply.error == (400, "LAST_ID_AND_LAST_TYPE")


@pytest.mark.parametrize("method", ["im.notify.get", "im.notify.history.search"])
@pytest.mark.parametrize("given", ["abc", "1.5", [1], "99999999999999999999999"])
def test_place_of_a_page_is_a_number(quick_post: Post, method: str, given: Any) -> None:
    reply = quick_post.reader.call(method, LAST_ID=given, LAST_TYPE=3, SEARCH_TEXT="abc")
    assert refused(reply) == (400, "LAST_ID_STRING", "Last notification ID can't be string")


def test_simple_html_is_written_as_bbcode_on_demand(quick_post: Post) -> None:
    text = '<b>Task</b> <a class="x" href="https://example.com/?a=1&amp;b=2">42</a><br/>1 < 2 &lt;i&gt; <img src=x>'
    quick_post.send(text)
    assert quick_post.told()[0]["text"] == text
    converted = "[b]Task[/b] [url=https://example.com/?a=1&b=2]42[/url]\n1 < 2 <i> <img src=x>"
    assert quick_post.told(CONVERT_TEXT="Y")[0]["text"] == converted


class Archive(Post):
    """What the reader was told over some days."""

    def __init__(self, portal: Portal) -> None:
        super().__init__(portal)
        self.first = self.send("Invoice 17 is PAID", SUB_TAG="invoices", by=self.app)
        portal.lead(DAY)
        self.second = self.send("Invoice 18: 100% paid", TYPE="SYSTEM", SUB_TAG="invoices", by=self.app)
        portal.lead(DAY)
        self.third = self.send("Lunch?")
        self.send("Invoice of somebody else", USER_ID=self.sender_id)

    def found(self, **params: Any) -> list[int]:
        """Search; returns ids."""
        told = self.reader.call("im.notify.history.search", **params).result
        return [one["id"] for one in told["notifications"]]


@pytest.fixture
def archive(portal: Portal) -> Archive:
    """Three notifications on each engine."""
    return Archive(portal)


def test_notifications_are_found_by_their_words(archive: Archive) -> None:
    told = archive.reader.call("im.notify.history.search", SEARCH_TEXT="invoice").result
    assert set(told) == {"chat_id", "total_results", "notifications", "users"}
    assert told["total_results"] == 2
    assert [one["id"] for one in told["notifications"]] == [archive.second, archive.first]
    assert set(told["notifications"][0]) == set(NOTIFICATION.split())
    assert [user["id"] for user in told["users"]] == [1]
    assert archive.found(SEARCH_TEXT="PAID") == archive.found(SEARCH_TEXT="paid") == [archive.second, archive.first]
    assert archive.found(SEARCH_TEXT="0% p") == [archive.second]
    assert archive.found(SEARCH_TEXT="%%%") == []


def test_found_notifications_come_in_pages(archive: Archive) -> None:
    assert archive.found(SEARCH_TEXT="invoice", LIMIT=1) == [archive.second]
    following = archive.reader.call(
        "im.notify.history.search", SEARCH_TEXT="invoice", LIMIT=1, LAST_ID=archive.second
    ).result
    assert [one["id"] for one in following["notifications"]] == [archive.first]
    assert "total_results" not in following


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"SEARCH_TYPE": "rest"}, "third second first"),
        ({"SEARCH_TYPE": "rest|rest_notify"}, "third second first"),
        ({"SEARCH_TYPE": "tasks"}, ""),
        ({"SEARCH_TYPES": ["imopenlines", "rest|rest_notify"]}, "third second first"),
        ({"SEARCH_TYPES": ["im|answer"]}, ""),
        ({"SEARCH_DATE": "2027-01-16"}, "second"),
        ({"SEARCH_DATE": "2027-01-16T23:00:00+00:00"}, "second"),
        ({"SEARCH_DATE": "2027-01-17T01:00:00+02:00"}, "second"),
        ({"SEARCH_DATE_FROM": "2027-01-16", "SEARCH_DATE_TO": "2027-01-17"}, "third second"),
        ({"SEARCH_DATE_FROM": "2027-01-15T09:00:00Z", "SEARCH_DATE_TO": "2027-01-17T07:00:00+00:00"}, "second"),
        ({"SEARCH_AUTHORS": [1]}, "first"),
        ({"SEARCH_AUTHORS": ["1", "x"], "SEARCH_TEXT": "lunch"}, ""),
        ({"SEARCH_TYPE": "rest", "GROUP_TAG": "invoices"}, "second first"),
        ({"SEARCH_TYPE": "rest", "GROUP_TAG": "MP|1|invoices"}, "second first"),
        ({"SEARCH_TYPE": "rest", "GROUP_TAG": "voice"}, ""),
        ({"SEARCH_TEXT": "17", "SEARCH_DATE": "2027-01-15"}, "first"),
    ],
)
def test_notifications_are_found_by_conditions(archive: Archive, params: dict[str, Any], found: str) -> None:
    expected = [getattr(archive, name) for name in found.split()]
    assert archive.found(**params) == expected


@pytest.mark.parametrize(
    "params",
    [{}, {"SEARCH_TEXT": "ab"}, {"SEARCH_TEXT": "  a  "}, {"SEARCH_DATE_FROM": "2027-01-16"}, {"GROUP_TAG": "a"}],
)
def test_search_needs_a_condition(quick_post: Post, params: dict[str, Any]) -> None:
    assert refused(quick_post.reader.call("im.notify.history.search", **params)) == SHORT


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("SEARCH_DATE", "yesterday"),
        ("SEARCH_DATE", "0001-01-01T00:00:00+14:00"),
        ("SEARCH_DATE_FROM", "2027-13-01"),
        ("SEARCH_DATE_TO", "2027-01-15T25:00:00"),
        ("SEARCH_TYPES", "rest"),
        ("SEARCH_AUTHORS", 5),
    ],
)
def test_search_takes_no_nonsense(quick_post: Post, name: str, given: Any) -> None:
    dates = {"SEARCH_DATE_FROM": "2027-01-15", "SEARCH_DATE_TO": "2027-01-15"}
    reply = quick_post.reader.call("im.notify.history.search", **(dates | {name: given}))
    assert reply.error == (400, "ERROR_ARGUMENT")
    assert name in reply.text


def test_kinds_are_told_by_module(quick_post: Post) -> None:
    told = quick_post.reader.call("im.notify.schema.get").result
    assert set(told) == {"imopenlines", "rest", "im"}
    assert told["rest"] == {
        "NAME": "Applications",
        "MODULE_ID": "rest",
        "LIST": [{"ID": "rest|rest_notify", "NAME": "What applications tell"}],
    }
    assert "imopenlines|empty_queue" in [one["ID"] for one in told["imopenlines"]["LIST"]]


def test_portal_tells_by_the_same_means(quick_late: Late) -> None:
    """What the pages list as notices and what clients are told are the same."""
    late = quick_late
    late.wait()
    late.send("[b]Hello[/b]<br>there", TYPE="SYSTEM", ATTACH=CARD, by=late.app)
    late.send("From a person")
    page = late.portal.page(late.reader_id)
    items = page.call("tieline.notices.list").result["items"]
    assert [item["id"] for item in items] == sorted(late.ids(), reverse=True)
    person, application, portal = items
    assert person["from"] == {"kind": "person", "name": "Ada Admin", "avatar": "", "id": late.sender_id}
    assert (person["answerable"], person["buttons"]) == (True, [])
    assert (application["from"]["kind"], application["from"]["name"]) == ("application", "An app")
    assert application["text"] == "[b]Hello[/b]\nthere"
    assert application["attach"] == [KEPT]
    assert (portal["from"], portal["title"], portal["choice"]) == (None, "Late answer", None)
    assert portal["buttons"] == [{"value": "Y", "title": "Take over"}, {"value": "N", "title": "Leave it"}]
    assert page.call("im.notify.confirm", NOTIFY_ID=portal["id"], NOTIFY_VALUE="N").result
    after = page.call("tieline.notices.list").result["items"][2]
    assert (after["buttons"], after["choice"], after["outcome"]) == ([], "Leave it", "You left it.")
    assert page.call("tieline.notices.read", UP_TO=items[0]["id"]).result == 0
    assert late.unread == []


def test_oldest_of_very_many_are_forgotten(quick_post: Post) -> None:
    first = quick_post.send()
    quick_post.portal.write(
        lambda tx: tx.many(
            """insert into notices (portal_id, user_id, kind, text, created_at)
            values (1, :user, 'application', 'Filling', 0)""",
            [{"user": quick_post.reader_id}] * 5_099,
        )
    )
    for _ in range(50):
        quick_post.send()
    told = quick_post.reader.call("im.notify.get").result
    assert told["total_count"] in range(5_000, 5_050)
    assert quick_post.reader.call("im.notify.delete", ID=first).result is False


def test_empty_queue_is_told_until_it_is_read(quick_desk: Desk) -> None:
    desk = quick_desk
    boss = desk.portal.webhook(desk.portal.person("The boss", admin=True), scopes="im")
    desk.settings(SEND_NOTIFICATION_EMPTY_QUEUE="Y")
    desk.be(desk.operator_id, "absent")
    desk.dialog_of("a")
    desk.dialog_of("b")
    (told,) = boss.call("im.notify.get").result["notifications"]
    assert (told["setting_name"], told["notify_type"]) == ("imopenlines|empty_queue", 4)
    assert (told["notify_title"], told["notify_tag"]) == ("Nobody is free", f"empty queue {desk.line}")
    boss.call("im.notify.read.all")
    desk.portal.lead(HOUR)
    desk.dialog_of("c")
    (newer,) = boss.call("im.notify.get").result["notifications"]
    assert (newer["id"] > told["id"], newer["notify_read"]) == (True, "N")
