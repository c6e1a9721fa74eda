"""How long an operator waits for the inbox, for a dialog and its REST view, with few dialogs and with many."""

import http.client
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from bench import portal
from bench.figures import Bar, Figure, percentile
from bench.processes import free_port
from tieline.domain.chats import Author
from tieline.domain.clock import MINUTE
from tieline.domain.people import OuterUser
from tieline.domain.sessions import Status
from tieline.store import chats, messages, people, sessions
from tieline.store.engine import Tx, open_database
from tieline.store.signals import Bus

FEW, MANY = 1_000, 100_000
CALLS = 300
BAR = Bar("<", 20)  # ms, at 95 of 100 calls
AT_ONCE = 1_000  # dialogs in one transaction
START = 1_800_000_000_000
CLOSED_OF_TEN = 8  # of ten dialogs; of the others one waits and one is somebody's
MESSAGES = 5


class Office(NamedTuple):
    """A portal that is set up: its folder, its line, an operator's password and webhook."""

    data: Path
    line: int
    operator: int
    password: str
    hook: str


def set_up(folder: Path) -> Office:
    """Make a portal with one operator."""
    data = folder / "inbox"
    added = portal.command(data, "user", "add", "--name", "Olga", "--email", "olga@bench.test", "--presence", "online")
    line = portal.command(data, "line", "add", "--name", "Bench", "--operators", str(added["id"]))
    hook = portal.command(data, "webhook", "add", "--user", str(added["id"]), "--scopes", "im,imopenlines")
    return Office(data, int(line["id"]), int(added["id"]), added["password"], urlsplit(hook["url"]).path)


def fill(office: Office, first: int, last: int) -> None:
    """Add dialogs to the database, each with a session and a few messages."""
    database = open_database(f"sqlite:///{office.data / 'tieline.db'}", Bus())
    try:
        for begin in range(first, last, AT_ONCE):
            database.submit(lambda tx, begin=begin: _add(tx, office, range(begin, min(begin + AT_ONCE, last)))).result()
    finally:
        database.close()


def _add(tx: Tx, office: Office, numbers: range) -> None:
    for number in numbers:
        now, name = START + number * MINUTE, f"customer-{number}"
        people.add_customer(tx, 1, "bench", OuterUser(name, f"Customer {number}"), now)
        customer = people.find_customer(tx, 1, "bench", name)
        assert customer is not None
        chat = chats.add_dialog(
            tx, 1, title=f"Customer {number} - Bench", description="", connector="bench", line_id=office.line,
            outer_chat=name, outer_user=name, customer_id=customer.user_id, now=now,
        )  # fmt: skip
        assert chat is not None
        place = number % 10
        status = Status.CLOSED if place < CLOSED_OF_TEN else Status.NEW if place == CLOSED_OF_TEN else Status.OPERATOR
        operator = office.operator if status is Status.OPERATOR and number % 100 == place else None
        session = sessions.add_session(
            tx, 1, chat_id=chat.id, line_id=office.line, connector="bench", customer_id=customer.user_id,
            operator_id=operator, status=status, parent_id=0, now=now,
        )  # fmt: skip
        last = None
        for _ in range(MESSAGES):
            last = messages.add_message(
                tx, 1, chat, author_id=customer.user_id, author=Author.CUSTOMER, text="Where is my parcel?", now=now
            )
            chat = chat._replace(sequence=chat.sequence + 1, messages=chat.messages + 1)
        after = chat._replace(
            session_id=session.id, status=int(status), operator_id=operator, last_message_id=last, active_at=now
        )
        chats.set_dialog(tx, 1, after, chat)


class Caller:
    """A browser with a session, and a program with a webhook."""

    def __init__(self, port: int, office: Office) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self._hook = office.hook
        head = {"content-type": "application/json", "origin": f"http://localhost:{port}", "host": f"localhost:{port}"}
        self._head = {**head, "sec-fetch-site": "same-origin"}
        body = {"email": "olga@bench.test", "password": office.password}
        self._connection.request("POST", "/ui/login", json.dumps(body), self._head)
        answer = self._connection.getresponse()
        answer.read()
        if answer.status != http.client.OK:
            raise RuntimeError(f"nobody can log in: {answer.status}")
        self._head["cookie"] = (answer.getheader("set-cookie") or "").partition(";")[0]

    def page(self, method: str, **params: object) -> Any:
        """Call a method as the page does."""
        return self._call(f"/ui/rest/{method}", params)

    def program(self, method: str, **params: object) -> Any:
        """Call a method by the webhook."""
        return self._call(f"{self._hook}{method}", params)

    def _call(self, path: str, params: dict[str, object]) -> Any:
        self._connection.request("POST", path, json.dumps(params), self._head)
        answer = self._connection.getresponse()
        found = json.loads(answer.read())
        if "result" not in found:
            raise RuntimeError(f"{path}: {found}")
        return found["result"]


def _time(what: Callable[[int], Any]) -> float:
    """Return how many milliseconds 95 of 100 calls do not exceed."""
    took = []
    for number in range(CALLS):
        began = time.perf_counter()
        what(number)
        took.append((time.perf_counter() - began) * 1000)
    return percentile(took, 0.95)


def _measure(folder: Path, office: Office) -> dict[str, float]:
    port = free_port()
    server = portal.serve(office.data, port, folder)
    try:
        caller = Caller(port, office)
        tabs = ("mine", "waiting", "all", "closed")
        chosen = [
            item["chatId"] for tab in tabs for item in caller.page("tieline.inbox.list", tab=tab, limit=50)["items"]
        ]
        return {
            "the inbox's list": _time(lambda number: caller.page("tieline.inbox.list", tab=tabs[number % 4], limit=50)),
            "a dialog is opened": _time(
                lambda number: caller.page("tieline.dialog.get", chat_id=chosen[number % len(chosen)])
            ),
            "imopenlines.dialog.get": _time(
                lambda number: caller.program("imopenlines.dialog.get", CHAT_ID=chosen[number % len(chosen)])
            ),
        }
    finally:
        server.stop()


def inbox(folder: Path) -> list[Figure]:
    """Measure the same calls with few dialogs and with many; the ratio is of many to few."""
    office = set_up(folder)
    fill(office, 0, FEW)
    few = _measure(folder, office)
    fill(office, FEW, MANY)
    many = _measure(folder, office)
    return [
        Figure(
            f"{name}, p95, {MANY:,} dialogs (bare: {FEW:,})", round(took, 2), "ms", round(took / few[name], 2),
            round(few[name], 2), f"{BAR} ms", BAR.met(took),
        )
        for name, took in many.items()
    ]  # fmt: skip
