"""crm.timeline.comment.*: comments about leads, deals, contacts and companies, their files and events."""

import base64
from typing import Any

import pytest

from support.portal import Client, Portal, refused
from support.receiver import Receiver

NOUNS = ("lead", "deal", "contact", "company")
GIF = base64.b64decode("R0lGODlhAwACAIAAAAAAAP///yH5BAEAAAAALAAAAAADAAIAAAIDjI8FADs=")
ENCODED = base64.b64encode(GIF).decode()
NOT_FOUND = (400, "NOT_FOUND", "Not found.")
NO_OWNER = (400, "OWNER_NOT_FOUND", "Owner of the item not found")
INCOMPLETE = (400, "100", "Required fields are not provided")
EMPTY = (400, "INVALID_ARG_VALUE", "Empty comment")


@pytest.fixture
def crm(quick_portal: Portal) -> Client:
    """A webhook of the administrator's, of a portal with a deal."""
    hook = quick_portal.webhook(1, scopes="crm")
    hook.call("crm.deal.add", fields={})
    return hook


def comment(crm: Client, text: str = "Called him", noun: str = "deal", number: int = 1, **fields: Any) -> int:
    fields = {"ENTITY_TYPE": noun, "ENTITY_ID": number, "COMMENT": text, **fields}
    return crm.call("crm.timeline.comment.add", fields=fields).result


def get(crm: Client, number: int) -> dict[str, Any]:
    return crm.call("crm.timeline.comment.get", id=number).result


def listed(crm: Client, noun: str = "deal", number: int = 1, **params: Any) -> list[dict[str, Any]]:
    filters = {"ENTITY_TYPE": noun, "ENTITY_ID": number}
    return crm.call("crm.timeline.comment.list", filter=filters, **params).result


@pytest.mark.parametrize("noun", NOUNS)
def test_comment_is_written_read_changed_and_deleted(portal: Portal, noun: str) -> None:
    crm = portal.webhook(portal.person(), scopes="crm")
    crm.call(f"crm.{noun}.add", fields={})
    portal.clock.move(60_000)
    number = comment(crm, " Called him\n", noun)
    assert get(crm, number) == {
        "ID": str(number),
        "ENTITY_ID": "1",
        "ENTITY_TYPE": noun,
        "CREATED": "2027-01-15T08:01:00+00:00",
        "COMMENT": " Called him\n",
        "AUTHOR_ID": "2",
        "FILES": {},
    }
    assert crm.call(f"crm.{noun}.get", id=1).result["LAST_ACTIVITY_TIME"] == "2027-01-15T08:01:00+00:00"
    assert crm.call("crm.timeline.comment.update", id=number, fields={"COMMENT": "Wrote to him"}).result == number
    assert [one["COMMENT"] for one in listed(crm, noun)] == ["Wrote to him"]
    reply = crm.call("crm.timeline.comment.delete", id=number)
    assert (reply.status, reply.body["result"]) == (200, None)
    assert listed(crm, noun) == []


def test_files_are_kept_told_replaced_and_removed(portal: Portal) -> None:
    crm = portal.webhook(1, scopes="crm")
    crm.call("crm.deal.add", fields={})
    number = comment(crm, FILES=[["../a b.gif", ENCODED], {"fileData": ["note.txt", "aGVsbG8="]}])
    told = get(crm, number)["FILES"]
    image, note = told.values()
    assert list(told) == [str(image["id"]), str(note["id"])]
    assert [image[name] for name in ("type", "name", "size", "image")] == [
        "image", "a b.gif", len(GIF), {"width": 3, "height": 2},
    ]  # fmt: skip
    assert (image["authorId"], image["authorName"], image["date"]) == (1, "Administrator", "2027-01-15T08:00:00+00:00")
    assert portal.request("GET", image["urlDownload"].removeprefix("https://portal.example:8443")).content == GIF
    assert (note["type"], note["name"], note["size"]) == ("file", "note.txt", 5)
    assert not {"image", "urlPreview"} & set(note)
    assert crm.call("crm.timeline.comment.update", id=number, fields={"COMMENT": "x"}).result == number
    assert get(crm, number)["FILES"] == told
    files = {"0": {"0": "other.txt", "1": "aGk="}}
    assert crm.call("crm.timeline.comment.update", id=number, fields={"FILES": files}).result == number
    after = get(crm, number)
    assert ([one["name"] for one in after["FILES"].values()], after["COMMENT"]) == (["other.txt"], "x")
    assert portal.request("GET", image["urlShow"].removeprefix("https://portal.example:8443")).status == 404
    assert crm.call("crm.timeline.comment.update", id=number, fields={"FILES": []}).result == number
    assert get(crm, number)["FILES"] == {}


@pytest.mark.parametrize(
    "files",
    ["x", 5, {}, [[]], [["only a name"]], [["a.txt", "no base64!"]], [["a.txt", ""]], [{"fileData": "x"}], [[1, 2]]],
)
def test_file_that_is_none_is_passed_over(crm: Client, files: Any) -> None:
    assert get(crm, comment(crm, FILES=files))["FILES"] == {}


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(8) + (640).to_bytes(4, "big") + (480).to_bytes(4, "big"), (640, 480)),
        (b"BM" + bytes(16) + (9).to_bytes(4, "little") + (8).to_bytes(4, "little"), (9, 8)),
        (b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08\x00\x05\x00\x07", (7, 5)),
        (b"\xff\xd8\xff\xe0\x00\x04ab", None),
        (b"\x89PNG\r\n\x1a\n", None),
        (b"RIFF1234WEBP", None),
        (b"text", None),
    ],
)
def test_size_of_an_image_is_told(crm: Client, content: bytes, size: tuple[int, int] | None) -> None:
    number = comment(crm, FILES=["picture", base64.b64encode(content).decode()])
    (file,) = get(crm, number)["FILES"].values()
    assert file.get("image") == (size and {"width": size[0], "height": size[1]})


def test_list_is_one_objects_in_the_order_that_is_asked_for(portal: Portal) -> None:
    crm, other = portal.webhook(1, scopes="crm"), portal.webhook(portal.person(), scopes="crm")
    for noun in ("deal", "lead"):
        crm.call(f"crm.{noun}.add", fields={})
    comment(crm, "1")
    comment(other, "2")
    comment(crm, "elsewhere", "lead")
    portal.clock.move(60_000)
    comment(crm, "3")
    assert [one["COMMENT"] for one in listed(crm)] == ["1", "2", "3"]
    for order, found in (
        ({"ID": "DESC"}, "321"),
        ({"CREATED": "desc"}, "312"),
        ({"AUTHOR_ID": "DESC", "ID": "DESC"}, "231"),
        ({"COMMENT": "DESC", "ID": []}, "123"),
    ):
        assert "".join(one["COMMENT"] for one in listed(crm, order=order)) == found
    assert listed(crm, "lead", select=["ID", "COMMENT", "NOWHERE"]) == [{"ID": "3", "COMMENT": "elsewhere"}]
    assert set(listed(crm, "lead", select=[])[0]) == set(crm.call("crm.timeline.comment.fields").result)


def test_list_has_pages(crm: Client) -> None:
    command = "crm.timeline.comment.add?fields[ENTITY_TYPE]=deal&fields[ENTITY_ID]=1&fields[COMMENT]="
    for first in (0, 26):
        crm.call("batch", cmd=[f"{command}{number}" for number in range(first, first + 26)])
    filters = {"ENTITY_TYPE": "DEAL", "=ENTITY_ID": "1"}
    reply = crm.call("crm.timeline.comment.list", filter=filters)
    assert (len(reply.result), reply.body["total"], reply.body["next"]) == (50, 52, 50)
    reply = crm.call("crm.timeline.comment.list", filter=filters, start=50)
    assert ([one["COMMENT"] for one in reply.result], "next" in reply.body) == (["50", "51"], False)


def test_comment_goes_with_its_object(portal: Portal) -> None:
    crm = portal.webhook(1, scopes="crm")
    for noun in ("deal", "lead"):
        crm.call(f"crm.{noun}.add", fields={})
    gone, stays = comment(crm, FILES=[["a.gif", ENCODED]]), comment(crm, noun="lead")
    assert crm.call("crm.deal.delete", id=1).result is True
    assert crm.call("crm.timeline.comment.get", id=gone).error == (400, "")
    assert get(crm, stays)["COMMENT"] == "Called him"
    assert portal.read(lambda tx: tx.one("select count(*) from files"))[0] == 0


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, INCOMPLETE),
        ({"ENTITY_TYPE": "deal", "COMMENT": "x"}, INCOMPLETE),
        ({"ENTITY_TYPE": "", "ENTITY_ID": 1, "COMMENT": "x"}, INCOMPLETE),
        ({"ENTITY_TYPE": "deal", "ENTITY_ID": 1}, INCOMPLETE),
        ({"ENTITY_TYPE": "deal", "ENTITY_ID": [1], "COMMENT": "x"}, INCOMPLETE),
        ({"ENTITY_TYPE": "order", "ENTITY_ID": 1, "COMMENT": "x"}, NO_OWNER),
        ({"ENTITY_TYPE": "deal", "ENTITY_ID": "x", "COMMENT": "x"}, NO_OWNER),
        ({"ENTITY_TYPE": "deal", "ENTITY_ID": 2, "COMMENT": "x"}, NOT_FOUND),
        ({"ENTITY_TYPE": "deal", "ENTITY_ID": 1, "COMMENT": " \n"}, EMPTY),
    ],
)
def test_comment_is_refused(crm: Client, fields: dict, told: tuple) -> None:
    assert refused(crm.call("crm.timeline.comment.add", fields=fields)) == told
    assert listed(crm) == []


def test_only_fields_in_lower_case_are_read(crm: Client) -> None:
    number = comment(crm)
    fields = {"ENTITY_TYPE": "deal", "ENTITY_ID": 1, "COMMENT": "x"}
    assert refused(crm.call("crm.timeline.comment.add", FIELDS=fields)) == INCOMPLETE
    assert refused(crm.call("crm.timeline.comment.update", id=number, Fields=fields)) == INCOMPLETE


def test_change_is_refused(crm: Client) -> None:
    crm.call("crm.deal.add", fields={})
    number = comment(crm)
    for verb, more in (("update", {"fields": {"COMMENT": "x"}}), ("delete", {})):

        def told(verb: str = verb, more: dict = more, **params: Any) -> tuple:
            return refused(crm.call(f"crm.timeline.comment.{verb}", **more, **params))

        assert told(id=99) == told(id=-1) == NOT_FOUND
        assert told() == told(id="x") == told(id=number, ownerTypeId="deal") == INCOMPLETE
        assert told(id=number, ownerTypeId=9) == told(id=number, ownerTypeId=2, ownerId=77) == NO_OWNER
        assert told(id=number, ownerTypeId=2, ownerId=2) == told(id=number, ownerTypeId=1) == NOT_FOUND
    for fields in ({}, "x"):
        assert refused(crm.call("crm.timeline.comment.update", id=number, fields=fields)) == INCOMPLETE
    for text in ("", []):
        assert refused(crm.call("crm.timeline.comment.update", id=number, fields={"COMMENT": text})) == EMPTY
    assert get(crm, number)["COMMENT"] == "Called him"
    owner = {"ownerTypeId": 2, "ownerId": 1}
    assert crm.call("crm.timeline.comment.update", id=number, fields={"COMMENT": "y"}, **owner).result == number
    assert crm.call("crm.timeline.comment.delete", id=number, **owner).status == 200


def test_reading_is_refused(crm: Client) -> None:
    assert refused(crm.call("crm.timeline.comment.get", id=99)) == (400, "", "Not found.")
    for wrong in (0, "x", None):
        assert refused(crm.call("crm.timeline.comment.get", id=wrong)) == (400, "", "ID is not defined or invalid.")
    for filters in ({"ENTITY_ID": 1}, {"ENTITY_TYPE": "deal"}, {"ENTITY_TYPE": "deal", "ENTITY_ID": [1]}):
        assert refused(crm.call("crm.timeline.comment.list", filter=filters)) == (400, "", "Access denied.")
    assert refused(crm.call("crm.timeline.comment.list")) == (400, "", "Parameter 'filter' must be array.")


def test_changes_are_told(portal: Portal, receiver: Receiver) -> None:
    app, names = portal.app("crm"), [f"ONCRMTIMELINECOMMENT{what}" for what in ("ADD", "UPDATE", "DELETE")]
    for name in names:
        assert app.call("event.bind", event=name, handler=f"{receiver.url}/crm").result is True
    hook = portal.webhook(portal.person(), scopes="crm")
    hook.call("crm.lead.add", fields={})
    number = comment(hook, noun="lead")
    hook.call("crm.timeline.comment.update", id=number, fields={"COMMENT": ""})
    hook.call("crm.timeline.comment.update", id=number, fields={"COMMENT": "x"})
    hook.call("crm.timeline.comment.delete", id=number)
    told = [(one.form["event"], one.form["data"], one.form["auth"]["user_id"]) for one in receiver.wait(3)]
    data: Any = {"ID": str(number)}
    assert told == [(name, data, "2") for name in names]
    assert receiver.requests[0].form["auth"]["refresh_token"]


def test_latest_change_of_each_comment_waits_in_an_offline_queue(quick_portal: Portal) -> None:
    app = quick_portal.app("crm")
    app.call("event.bind", event="onCrmTimelineCommentAdd", event_type="offline")
    app.call("crm.lead.add", fields={})
    numbers = [comment(app, noun="lead") for _ in range(2)]
    events = app.call("event.offline.get").result["events"]
    assert sorted(one["EVENT_DATA"]["ID"] for one in events) == numbers
