"""A portal without a door, for simulations: services are called directly, many in one transaction, on a led clock."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from support.portal import PASSWORD_HASH, START, URL
from tieline import app as composition
from tieline.domain.chats import OuterChat, OuterMessage
from tieline.domain.clock import ManualClock
from tieline.domain.connectors import Connector, Icon
from tieline.domain.people import OuterUser
from tieline.http import control
from tieline.services import clock, connector_messages, connectors, lines, presence
from tieline.services.call import Call
from tieline.settings import load
from tieline.store import apps as app_store
from tieline.store import people as people_store
from tieline.store.engine import Tx, open_database
from tieline.store.migrations import migrate
from tieline.store.signals import Bus

CODE = "simulated"


class Simulated:
    """A portal with operators, lines and a connector."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.clock = ManualClock(START)
        self._settings = load({"data": folder, "url": URL})
        self._open()
        self.write(lambda _: None)
        added = self.command("app.add", name="Simulated", scopes=["imconnector"], script_only=True)
        self._app_id = int(added["id"])
        self._messages = 0

        def register(call: Call) -> None:
            call.app = app_store.find_app(call.tx, 1, self._app_id)
            icon = Icon("data:image/svg+xml,%3Csvg/%3E")
            connectors.register(call, Connector(CODE, self._app_id, "Simulated", icon, "http://127.0.0.1:9/"))

        self.write(register)

    def _open(self) -> None:
        migrate(self._settings.database_url)
        self.world = composition.make_world(self._settings, self.clock)
        self.database = open_database(self._settings.database_url, Bus())

    def restart(self) -> None:
        """Stop, and go on from what is on the disk."""
        self.database.close()
        self._open()

    def close(self) -> None:
        """Stop."""
        self.database.close()

    def write(self, job: Callable[[Call], Any]) -> Any:
        """Do something as the administrator, in one transaction."""

        def run(tx: Tx) -> Any:
            control.ensure_portal(tx, self.world, URL)
            return job(self.call(tx, control.ADMINISTRATOR))

        return self.database.submit(run).result(600)

    def call(self, tx: Tx, user_id: int | None = None) -> Call:
        """Make somebody's call, or nobody's."""
        call = Call(tx, self.world, people_store.get_portal(tx, 1), self.clock.now())
        call.user = None if user_id is None else people_store.find_user(tx, 1, user_id)
        return call

    def command(self, name: str, /, **args: Any) -> Any:
        """Carry out a command of the command line."""
        return self.database.submit(lambda tx: control.run(tx, self.world, name, args)).result(60)

    def person(self) -> int:
        """Add an operator, who is not there yet."""
        self._messages += 1
        email = f"operator{self._messages}@example.com"
        return self.command("person.add", name=email, email=email, password_hash=PASSWORD_HASH)["id"]

    def line(self, operators: list[int], **settings: Any) -> int:
        """Add a line with the connector active on it."""

        def add(call: Call) -> int:
            queue = [{"ENTITY_TYPE": "user", "ENTITY_ID": number} for number in operators]
            line_id = lines.add(call, {"LINE_NAME": "Line", "QUEUE": queue, **settings})
            call.app = app_store.find_app(call.tx, 1, self._app_id)
            connectors.activate(call, CODE, line_id, active=True)
            return line_id

        return self.write(add)

    def customer_writes(self, tx: Tx, line_id: int, customer: str, text: str = "Hello") -> int:
        """Let a customer write; returns the chat's id."""
        call = self.call(tx, control.ADMINISTRATOR)
        call.app = call.find_app(self._app_id)
        self._messages += 1
        message = OuterMessage(str(self._messages), text)
        incoming = connector_messages.Incoming(OuterUser(customer, customer), message, OuterChat(customer))
        (receipt,) = connector_messages.receive(call, CODE, line_id, [incoming])
        assert not receipt.error
        return receipt.chat_id

    def advance(self, most: int = 100) -> int:
        """Do what is due; returns how much that was."""
        fired = 0
        while done := self.database.submit(lambda tx: self._advance(tx, most)).result(600):
            fired += done
        return fired

    def finish_leading(self) -> None:
        """Do what was left to do on the way of the clock."""
        while self.database.submit_read(lambda tx: people_store.get_portal(tx, 1).clock.target).result(60) is not None:
            self.advance(500)

    def _advance(self, tx: Tx, most: int) -> int:
        call = self.call(tx)
        presence.sweep(call)
        return clock.advance(call, most)


def pick(rng: random.Random, items: list[Any]) -> Any:
    """Choose one of several, or None of none."""
    return rng.choice(items) if items else None
