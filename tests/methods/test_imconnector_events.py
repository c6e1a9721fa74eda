"""The seven events of imconnector, ONAPPINSTALL and ONAPPTEST: what stands in them, to the letter."""

import time

import pytest
from b24pysdk.credentials import OAuthEventData
from standardwebhooks import Webhook, WebhookVerificationError

from support.portal import Client, Desk, Portal
from support.receiver import Received, Receiver
from tieline.domain.clock import MINUTE

NOW = 1_800_000_000
PORTAL_PART = {
    "auth[domain]",
    "auth[server_endpoint]",
    "auth[client_endpoint]",
    "auth[member_id]",
    "auth[application_token]",
}
TOKEN_PART = {
    "auth[access_token]",
    "auth[expires]",
    "auth[expires_in]",
    "auth[scope]",
    "auth[status]",
    "auth[user_id]",
}


def data_of(event: Received) -> dict[str, str]:
    return {name: value for name, value in event.flat.items() if name.startswith("data")}


def auth_of(event: Received) -> dict[str, str]:
    return {name: value for name, value in event.flat.items() if name.startswith("auth")}


def confirm(desk: Desk, chat: int, message: int, *outer_ids: str) -> None:
    told = {"im": {"chat_id": chat, "message_id": message}, "message": {"id": list(outer_ids)}}
    desk.connector("send.status.delivery", MESSAGES=[told])


def edit(desk: Desk, message: int, text: str) -> None:
    assert desk.operator.call("im.message.update", MESSAGE_ID=message, MESSAGE=text).result is True


def finish(desk: Desk, chat: int) -> None:
    assert desk.operator.call("imopenlines.operator.finish", CHAT_ID=chat).result is True


# The data of each event


def test_message_of_an_operator_is_told_as_documented(desk: Desk, receiver: Receiver) -> None:
    desk.bind("OnImConnectorMessageAdd")
    chat = desk.write_in()
    message = desk.answer(chat, "Guten Tag!")
    (event,) = receiver.wait()
    assert event.event == "ONIMCONNECTORMESSAGEADD"
    assert data_of(event) == {
        "data[CONNECTOR]": "myconnector",
        "data[LINE]": str(desk.line),
        "data[MESSAGES][0][im][chat_id]": str(chat),
        "data[MESSAGES][0][im][message_id]": str(message),
        "data[MESSAGES][0][message][user_id]": str(desk.operator_id),
        "data[MESSAGES][0][message][text]": "[b]Klaus Weber:[/b] [br]Guten Tag!",
        "data[MESSAGES][0][chat][id]": "channel-123",
    }


@pytest.mark.difference(26)
def test_edited_message_is_told_with_a_list_of_its_outer_ids(desk: Desk, receiver: Receiver) -> None:
    desk.bind("OnImConnectorMessageUpdate")
    chat = desk.write_in()
    message = desk.answer(chat)
    confirm(desk, chat, message, "ext-msg-005", "ext-msg-006")
    edit(desk, message, "What questions\ndo you have?")
    (event,) = receiver.wait()
    assert event.event == "ONIMCONNECTORMESSAGEUPDATE"
    assert data_of(event) == {
        "data[CONNECTOR]": "myconnector",
        "data[LINE]": str(desk.line),
        "data[MESSAGES][0][im][chat_id]": str(chat),
        "data[MESSAGES][0][im][message_id]": str(message),
        "data[MESSAGES][0][message][id][0]": "ext-msg-005",
        "data[MESSAGES][0][message][id][1]": "ext-msg-006",
        "data[MESSAGES][0][message][text]": "[b]Klaus Weber:[/b] [br]What questions[br]do you have?",
        "data[MESSAGES][0][chat][id]": "channel-123",
    }


def test_deleted_message_is_told_with_one_outer_id(desk: Desk, receiver: Receiver) -> None:
    desk.bind("OnImConnectorMessageDelete")
    chat = desk.write_in()
    message = desk.answer(chat)
    confirm(desk, chat, message, "ext-msg-005")
    assert desk.operator.call("im.message.delete", MESSAGE_ID=message).result is True
    (event,) = receiver.wait()
    assert event.event == "ONIMCONNECTORMESSAGEDELETE"
    assert data_of(event) == {
        "data[CONNECTOR]": "myconnector",
        "data[LINE]": str(desk.line),
        "data[MESSAGES][0][im][chat_id]": str(chat),
        "data[MESSAGES][0][im][message_id]": str(message),
        "data[MESSAGES][0][message][id]": "ext-msg-005",
        "data[MESSAGES][0][chat][id]": "channel-123",
    }


def dialog_data(desk: Desk, item: dict, closed: str, parent: str = "0") -> dict[str, str]:
    return {
        "data[CONNECTOR]": "myconnector",
        "data[LINE]": str(desk.line),
        "data[DATA][0][connector][connector_id]": "myconnector",
        "data[DATA][0][connector][line_id]": str(desk.line),
        "data[DATA][0][connector][chat_id]": "channel-123",
        "data[DATA][0][connector][user_id]": item["user"],
        "data[DATA][0][session][id]": item["session"]["ID"],
        "data[DATA][0][session][closed]": closed,
        "data[DATA][0][session][parent_id]": parent,
        "data[DATA][0][session][close_term]": "60",
        "data[DATA][0][chat][id]": item["session"]["CHAT_ID"],
        "data[DATA][0][user][id]": item["user"],
    }


@pytest.mark.difference(7, 8, 25)
def test_sessions_are_told_when_they_start_and_finish(desk: Desk, receiver: Receiver) -> None:
    desk.bind("OnImConnectorDialogStart", "OnImConnectorDialogFinish")
    (first,) = desk.send(desk.message())
    finish(desk, int(first["session"]["CHAT_ID"]))
    (second,) = desk.send(desk.message())
    events = receiver.wait(3)
    assert [event.event for event in events] == [
        "ONIMCONNECTORDIALOGSTART",
        "ONIMCONNECTORDIALOGFINISH",
        "ONIMCONNECTORDIALOGSTART",
    ]
    assert [data_of(event) for event in events] == [
        dialog_data(desk, first, "N"),
        dialog_data(desk, first, "Y"),
        dialog_data(desk, second, "N", parent=first["session"]["ID"]),
    ]
    for event in events:
        assert auth_of(event).keys() == PORTAL_PART | TOKEN_PART
        assert event.flat["event_handler_id"].isdecimal()
        assert "eventId" not in event.flat


def test_connector_that_the_portal_switches_off_is_told_in_lower_case(desk: Desk, receiver: Receiver) -> None:
    desk.bind("OnImConnectorStatusDelete")
    desk.portal.command("line.disconnect", line=desk.line, connector="MyConnector")
    (event,) = receiver.wait()
    assert event.event == "ONIMCONNECTORSTATUSDELETE"
    assert data_of(event) == {"data[connector]": "myconnector", "data[line]": str(desk.line)}


def test_deleted_line_is_told_as_a_bare_number(desk: Desk, receiver: Receiver) -> None:
    desk.bind("OnImConnectorLineDelete")
    assert desk.portal.webhook().call("imopenlines.config.delete", CONFIG_ID=desk.line).result is True
    (event,) = receiver.wait()
    assert event.event == "ONIMCONNECTORLINEDELETE"
    assert data_of(event) == {"data": str(desk.line)}


@pytest.mark.parametrize("chat_id", ["tg:42", "+49 30 1234567", "5d41402abc4b2a76b9719d911017c592", "Größe&=[]%"])
def test_outer_chat_id_comes_back_as_the_identical_text(desk: Desk, receiver: Receiver, chat_id: str) -> None:
    desk.bind("OnImConnectorMessageAdd")
    desk.answer(desk.write_in(chat={"id": chat_id}))
    (event,) = receiver.wait()
    assert event.flat["data[MESSAGES][0][chat][id]"] == chat_id


# The envelope


def test_event_is_a_form_with_the_documented_fields_in_order(desk: Desk, receiver: Receiver) -> None:
    desk.bind("OnImConnectorStatusDelete")
    desk.portal.command("line.disconnect", line=desk.line, connector="myconnector")
    (event,) = receiver.wait()
    assert event.path == "/handler"
    assert event.headers["content-type"] == "application/x-www-form-urlencoded"
    names = [name for name, _ in event.pairs]
    assert len(names) == len(set(names))
    assert [name for name in names if not name.startswith("auth")] == [
        "event",
        "event_handler_id",
        "data[connector]",
        "data[line]",
        "ts",
    ]
    assert event.flat["event_handler_id"].isdecimal()
    assert event.flat["ts"] == str(NOW)


@pytest.mark.difference(6, 8, 10)
def test_auth_block_has_the_tokens_of_who_acted_and_no_refresh_token(desk: Desk, receiver: Receiver) -> None:
    desk.bind("OnImConnectorMessageAdd")
    desk.answer(desk.write_in())
    (event,) = receiver.wait()
    auth, facts = auth_of(event), desk.app.facts
    assert auth.keys() == PORTAL_PART | TOKEN_PART
    token = auth.pop("auth[access_token]")
    assert auth == {
        "auth[domain]": "portal.example:8443",
        "auth[server_endpoint]": "https://portal.example:8443/rest/",
        "auth[client_endpoint]": "https://portal.example:8443/rest/",
        "auth[member_id]": facts["member_id"],
        "auth[application_token]": facts["application_token"],
        "auth[expires]": str(NOW + 3600),
        "auth[expires_in]": "3600",
        "auth[scope]": "im,imconnector,imopenlines",
        "auth[status]": "L",
        "auth[user_id]": str(desk.operator_id),
    }
    told = Client(desk.portal, auth={"auth": token}).call("app.info").result
    assert (told["client_id"], told["user_id"]) == (facts["client_id"], desk.operator_id)


def test_event_without_anybody_who_acts_brings_no_tokens(desk: Desk, receiver: Receiver) -> None:
    desk.settings(AUTO_CLOSE_TIME=60, AUTO_EXPIRE_TIME=0)
    desk.bind("OnImConnectorDialogFinish")
    desk.answer(desk.write_in())
    desk.portal.pass_time(MINUTE)
    (event,) = receiver.wait()
    assert auth_of(event).keys() == PORTAL_PART
    assert OAuthEventData.from_dict(event.flat).is_system


def test_auth_type_of_the_binding_chooses_whose_tokens_come(desk: Desk, receiver: Receiver) -> None:
    someone = desk.portal.person("Eva Meyer")
    event_name = "OnImConnectorMessageAdd"
    assert desk.app.call("event.bind", event=event_name, handler=desk.handler, auth_type=someone).result is True
    desk.answer(desk.write_in())
    (event,) = receiver.wait()
    assert event.flat["auth[user_id]"] == str(someone)
    token = event.flat["auth[access_token]"]
    told = Client(desk.portal, auth={"auth": token}).call("app.info").result
    assert told["user_id"] == someone


@pytest.mark.difference(9)
def test_signature_is_one_of_standard_webhooks(desk: Desk, receiver: Receiver) -> None:
    desk.portal.clock.move(time.time_ns() // 1_000_000 - desk.portal.clock.now())
    desk.bind("OnImConnectorMessageAdd")
    chat = desk.write_in()
    desk.answer(chat)
    desk.answer(chat)
    first, second = receiver.wait(2)
    key = Webhook(desk.app.facts["signing_secret"])
    for event in (first, second):
        assert event.headers["webhook-timestamp"] == event.flat["ts"]
        key.verify(event.body, event.headers, json_parse=False)
    assert first.headers["webhook-id"] != second.headers["webhook-id"]
    with pytest.raises(WebhookVerificationError):
        key.verify(first.body + b" ", first.headers, json_parse=False)
    with pytest.raises(WebhookVerificationError):
        Webhook(desk.portal.app().facts["signing_secret"]).verify(first.body, first.headers, json_parse=False)


def test_parser_of_b24pysdk_reads_all_seven(desk: Desk, receiver: Receiver) -> None:
    names = ("MessageAdd", "MessageUpdate", "MessageDelete", "DialogStart", "DialogFinish", "StatusDelete")
    desk.bind(*(f"OnImConnector{name}" for name in (*names, "LineDelete")))
    chat = desk.write_in()
    message = desk.answer(chat)
    confirm(desk, chat, message, "ext-msg-005")
    edit(desk, message, "Changed")
    desk.operator.call("im.message.delete", MESSAGE_ID=message)
    finish(desk, chat)
    desk.portal.command("line.disconnect", line=desk.line, connector="myconnector")
    receiver.wait(6)
    desk.portal.webhook().call("imopenlines.config.delete", CONFIG_ID=desk.line)
    parsed = {event.event: OAuthEventData.from_dict(event.flat) for event in receiver.wait(7)}
    assert parsed.keys() == {f"ONIMCONNECTOR{name.upper()}" for name in (*names, "LineDelete")}
    for told in parsed.values():
        assert told.ts.timestamp() == NOW
        assert told.event_handler_id > 0
        assert told.auth.application_token == desk.app.facts["application_token"]
        assert told.auth.member_id == desk.app.facts["member_id"]
        assert told.auth.scope == ["im", "imconnector", "imopenlines"]
        assert told.auth.oauth_token.expires.timestamp() == NOW + 3600
    assert parsed["ONIMCONNECTORLINEDELETE"].data == str(desk.line)
    assert parsed["ONIMCONNECTORMESSAGEUPDATE"].data["MESSAGES"][0]["message"]["id"] == ["ext-msg-005"]
    assert parsed["ONIMCONNECTORMESSAGEDELETE"].data["MESSAGES"][0]["message"]["id"] == "ext-msg-005"


# ONAPPINSTALL and ONAPPTEST


def test_installed_application_gets_its_tokens_at_the_install_address(portal: Portal, receiver: Receiver) -> None:
    app = portal.app("imopenlines,imconnector", install_url=f"{receiver.url}/install?x=1")
    (event,) = receiver.wait()
    assert event.path == "/install?x=1"
    auth, rest = auth_of(event), {k: v for k, v in event.flat.items() if not k.startswith("auth")}
    assert rest == {
        "event": "ONAPPINSTALL",
        "event_handler_id": "0",
        "data[VERSION]": "1.0.0",
        "data[ACTIVE]": "Y",
        "data[INSTALLED]": "Y",
        "data[LANGUAGE_ID]": "en",
        "ts": str(NOW),
    }
    assert auth.keys() == PORTAL_PART | TOKEN_PART | {"auth[refresh_token]"}
    assert (auth["auth[scope]"], auth["auth[user_id]"]) == ("imconnector,imopenlines", "1")
    assert auth["auth[application_token]"] == app.facts["application_token"]
    parsed = OAuthEventData.from_dict(event.flat)
    assert parsed.auth.oauth_token.refresh_token == auth["auth[refresh_token]"]


def test_both_tokens_of_the_installation_work(portal: Portal, receiver: Receiver) -> None:
    app = portal.app(install_url=f"{receiver.url}/install")
    (event,) = receiver.wait()
    told = Client(portal, auth={"auth": event.flat["auth[access_token]"]}).call("app.info").result
    assert (told["client_id"], told["INSTALLED"]) == (app.facts["client_id"], True)
    query = {
        "grant_type": "refresh_token",
        "client_id": app.facts["client_id"],
        "client_secret": app.facts["client_secret"],
        "refresh_token": event.flat["auth[refresh_token]"],
    }
    refreshed = portal.request("GET", "/oauth/token/", params=query)
    assert (refreshed.status, refreshed.body["user_id"]) == (200, 1)


def test_application_with_pages_is_told_nothing_at_its_installation(portal: Portal, receiver: Receiver) -> None:
    portal.app(script_only=False, install_url=f"{receiver.url}/install")
    portal.app()
    receiver.nothing_more(0)


def test_test_event_brings_back_the_parameters_of_the_call(desk: Desk, receiver: Receiver) -> None:
    other = desk.portal.app()
    assert other.call("event.bind", event="onapptest", handler=f"{receiver.url}/other").result is True
    desk.bind("OnAppTest")
    assert desk.app.call("event.test", any="data", nested={"a": [1, True, None]}, empty=[]).result == 1
    (event,) = receiver.wait()
    assert (event.path, event.event) == ("/handler", "ONAPPTEST")
    assert data_of(event) == {
        "data[QUERY][any]": "data",
        "data[QUERY][nested][a][0]": "1",
        "data[QUERY][nested][a][1]": "1",
        "data[QUERY][nested][a][2]": "",
        "data[LANGUAGE_ID]": "en",
    }
    assert auth_of(event).keys() == PORTAL_PART | TOKEN_PART
    assert OAuthEventData.from_dict(event.flat).auth.user_id == 1
    receiver.nothing_more(1)


def test_test_event_without_parameters_brings_none(desk: Desk, receiver: Receiver) -> None:
    desk.bind("OnAppTest")
    assert desk.app.form("event.test", "").result == 1
    (event,) = receiver.wait()
    assert data_of(event) == {"data[LANGUAGE_ID]": "en"}
    assert desk.operator.call("event.test").error == (403, "WRONG_AUTH_TYPE")
