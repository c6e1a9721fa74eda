"""Addresses that a server does not call: refused when they are given, and again when they are dialled."""

import socket

import pytest

from support.portal import Portal
from support.post import journal
from support.raw import RawServer, silent
from support.receiver import Receiver
from tieline.http.asking import CommandFailed

NOWHERE = [
    "file:///etc/passwd",
    "gopher://example.com/",
    "ftp://example.com/",
    "javascript:alert(1)",
    "//example.com/handler",
    "https://",
    "https:///path",
    "https://user:pass@example.com/",
    "https://user@example.com/",
    "https://example.com:99999/",
    "https://[::1/",
    "https://exam ple.com/",
    "https://example.com/\r\nx: y",
    "https://example.com\\@127.0.0.1/",
    "https://example.com/" + "x" * 2_000,
    "https://169.254.169.254/latest/meta-data",
    "https://[::ffff:169.254.169.254]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://0.0.0.0/",
    "https://[::]/",
    "https://224.0.0.1/",
]
NOT_PUBLIC = [
    "https://127.0.0.1/",
    "https://127.8.8.8/",
    "https://localhost/",
    "https://LOCALHOST/",
    "https://chat.localhost/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://10.0.0.1/",
    "https://172.16.3.4/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://[fc00::1]/",
    "https://[fe80::1]/",
    "http://example.com/",
]
# These are names to whoever parses a URL, and loopback to whoever dials them.
DISGUISED = ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "127.0.0.1."]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Names and the addresses that the system finds for them."""
    known: dict[str, str] = {}
    resolve = socket.getaddrinfo

    def look_up(host, *rest, **options):
        return resolve(known.get(host, host), *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


@pytest.mark.parametrize("profile", ["development", "production"])
def test_address_of_nothing_that_can_be_called_is_refused(open_portal, profile: str) -> None:
    app = open_portal(profile=profile).app()
    for handler in NOWHERE:
        reply = app.call("event.bind", event="OnAppTest", handler=handler)
        assert reply.error == (400, "ERROR_ARGUMENT"), handler


@pytest.mark.difference(5)
def test_production_refuses_what_is_not_public_and_plain_http(open_portal) -> None:
    app = open_portal(profile="production").app()
    for handler in NOT_PUBLIC:
        reply = app.call("event.bind", event="OnAppTest", handler=handler)
        assert reply.error == (400, "ERROR_ARGUMENT"), handler


def test_production_takes_public_addresses(open_portal) -> None:
    app = open_portal(profile="production").app()
    for handler in ("https://example.com/handler?x=1", "https://8.8.8.8/", "https://[2606:4700::1111]/"):
        assert app.call("event.bind", event="OnAppTest", handler=handler).result is True


def test_development_takes_this_machine_and_its_network(quick_portal: Portal) -> None:
    app = quick_portal.app()
    for handler in NOT_PUBLIC:
        if "fe80" not in handler and "100.64" not in handler:
            assert app.call("event.bind", event="OnAppTest", handler=handler).result is True, handler


@pytest.mark.parametrize("option", ["handler", "install_url"])
def test_application_cannot_be_added_with_such_an_address(open_portal, option: str) -> None:
    portal = open_portal(profile="production")
    for url in ("https://127.0.0.1/", "http://example.com/", "file:///etc/passwd"):
        with pytest.raises(CommandFailed, match="cannot be used"):
            portal.app(**{option: url})


@pytest.mark.parametrize("host", ["handler.example", *DISGUISED])
def test_disguised_loopback_is_refused_when_it_is_dialled(open_portal, names, host: str) -> None:
    names["handler.example"] = "127.0.0.1"
    with RawServer(silent) as trap:
        portal = open_portal(profile="production")
        app = portal.app()
        bound = app.call("event.bind", event="OnAppTest", handler=f"https://{host}:{trap.port}/")
        if bound.status == 200:
            app.call("event.test")
            (entry,) = journal(portal, 1)
            assert entry.status is None
            assert entry.reason
        assert trap.requests == 0


def test_name_may_not_change_its_mind_between_check_and_dial(open_portal, names) -> None:
    names["handler.example"] = "169.254.169.254"
    portal = open_portal()
    app = portal.app()
    assert app.call("event.bind", event="OnAppTest", handler="http://handler.example/").result is True
    app.call("event.test")
    (entry,) = journal(portal, 1)
    assert "not a public one" in entry.reason


@pytest.mark.parametrize("listed", ["handler.example", "127.0.0.1"])
def test_listed_host_is_called_in_production_too(open_portal, names, receiver: Receiver, listed: str) -> None:
    names["handler.example"] = "127.0.0.1"
    portal = open_portal(profile="production", allowed_hosts=f"other.example, {listed}")
    app = portal.app()
    handler = f"http://{listed}:{receiver.port}/handler"
    assert app.call("event.bind", event="OnAppTest", handler=handler).result is True
    app.call("event.test")
    assert receiver.wait(1)[0].event == "ONAPPTEST"


def test_listing_one_host_lists_no_other(open_portal, receiver: Receiver) -> None:
    app = open_portal(profile="production", allowed_hosts="handler.example").app()
    handler = f"http://127.0.0.1:{receiver.port}/handler"
    assert app.call("event.bind", event="OnAppTest", handler=handler).error == (400, "ERROR_ARGUMENT")


def test_subscription_of_a_development_server_is_refused_by_production(open_portal, receiver: Receiver) -> None:
    before = open_portal()
    app = before.app()
    app.call("event.bind", event="OnAppTest", handler=f"{receiver.url}/handler")
    before.close()
    after = open_portal(profile="production")
    app.portal = after
    app.call("event.test")
    (entry,) = journal(after, 1)
    assert "production" in entry.reason
    receiver.nothing_more(0, 0.05)
