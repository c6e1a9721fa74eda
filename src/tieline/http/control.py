"""What the command line asks of a server: administrative commands, also over a socket in the data folder."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import structlog

from tieline.api.faults import ApiError
from tieline.domain.clock import SECOND
from tieline.domain.ids import new_hex
from tieline.domain.lines import QueueEntity
from tieline.domain.people import Portal
from tieline.domain.presence import Choice
from tieline.http.asking import SOCKET, CommandFailed, socket_path
from tieline.methods import clock as clock_methods
from tieline.methods.developer import secrets_of, webhook_url
from tieline.methods.frames import connector_open
from tieline.methods.scopes import ScopeUnknown, known_scopes
from tieline.services import apps, clock, connectors, lines, people, presence, statistics, webhooks
from tieline.services.call import Call, World
from tieline.services.departments import ROOT_SORT
from tieline.store import crm_statuses, journal
from tieline.store import departments as department_store
from tieline.store import people as people_store
from tieline.store.engine import Database, Tx

log = structlog.get_logger(__name__)
MAX_LINE = 1024 * 1024
DEFAULT_URL = "https://localhost:8443"
ADMINISTRATOR = 1
Command = Callable[[Call, dict[str, Any]], Any]


def ensure_portal(tx: Tx, world: World, url: str | None) -> Portal:
    """Return the portal of this installation, made with its first administrator at need; records its address."""
    portals = people_store.list_portals(tx)
    now = world.clock.now()
    if not portals:
        people_store.claim_first_portal(tx)
        portals = people_store.list_portals(tx)
    if not portals:
        portal = people_store.add_portal(
            tx,
            member_id=new_hex(),
            name="tieline",
            url=url or DEFAULT_URL,
            language="en",
            time_zone="UTC",
            now=now,
        )
        # Nobody knows a password of the first administrator: applications act in its name until there are others.
        user_id = people_store.add_person(
            tx,
            portal.id,
            name="Administrator",
            last_name="",
            email="",
            password_hash="",
            is_admin=True,
            now=now,
        )
        assert user_id is not None
        root = department_store.add_department(
            tx, portal.id, name=portal.name, sort=ROOT_SORT, parent_id=0, head_id=0, now=now
        )
        department_store.set_memberships(tx, portal.id, user_id, [root])
        crm_statuses.add_standard(tx, portal.id)
        return portal
    portal = portals[0]
    if url and portal.url != url:
        people_store.set_portal_url(tx, portal.id, url)
        tx.touch(portal.id)
    return people_store.get_portal(tx, portal.id)


def run(tx: Tx, world: World, command: str, args: dict[str, Any]) -> Any:
    """Carry out a command as the portal's administrator."""
    portal = ensure_portal(tx, world, None)
    call = Call(tx, world, portal, world.clock.now())
    call.user = _administrator(call)
    try:
        handler = COMMANDS[command]
    except KeyError:
        raise CommandFailed(f"no such command: {command}") from None
    return handler(call, args)


def _administrator(call: Call) -> Any:
    user = call.find_person(ADMINISTRATOR)
    if user is not None and user.is_admin and user.active:
        return user
    return people_store.find_administrator(call.tx, call.portal_id)


def _scopes(call: Call, names: list[str]) -> frozenset[str]:
    try:
        return known_scopes(call, names)
    except ScopeUnknown as error:
        raise CommandFailed(str(error)) from error


def app_add(call: Call, args: dict[str, Any]) -> dict[str, Any]:
    """Add an application and print its secrets, once."""
    try:
        settings = apps.Settings(
            name=args["name"],
            scopes=_scopes(call, args["scopes"]),
            handler_url=args.get("handler") or "",
            install_url=args.get("install_url") or "",
            script_only=bool(args.get("script_only")),
        )
        added = apps.add(call, settings)
    except apps.NameMissing:
        raise CommandFailed("an application needs a name") from None
    except apps.WrongAddress as error:
        raise CommandFailed(f"a URL of the application cannot be used: {error}") from error
    return secrets_of(call, added)


def webhook_add(call: Call, args: dict[str, Any]) -> dict[str, Any]:
    """Add an incoming webhook and print its URL, once."""
    user = call.find_person(int(args["user"]))
    if user is None or not user.active:
        raise CommandFailed(f"no such user: {args['user']}")
    call.user = user
    webhook, code = webhooks.add_incoming(call, scopes=_scopes(call, args["scopes"]), title=args.get("title") or "")
    return {"id": webhook.id, "url": webhook_url(call, webhook, code)}


def user_add(call: Call, args: dict[str, Any]) -> dict[str, Any]:
    """Add a person whose password was hashed by the asker."""
    if not args["name"].strip() or "@" not in args["email"]:
        raise CommandFailed("a person needs a name and an e-mail address")
    first, _, last = args["name"].strip().partition(" ")
    try:
        user_id = people.add(
            call,
            {"NAME": first, "LAST_NAME": last, "EMAIL": args["email"]},
            password_hash=args["password_hash"],
            is_admin=bool(args.get("admin")),
        )
    except people.EmailTaken:
        raise CommandFailed(f"somebody else has the e-mail address {args['email']}") from None
    except people.WrongEmail:
        raise CommandFailed(f"this is no e-mail address: {args['email']}") from None
    if args.get("presence"):
        presence.choose(call, user_id, Choice(args["presence"]))
    return {"id": user_id}


def user_presence(call: Call, args: dict[str, Any]) -> dict[str, Any]:
    """Say for a person whether he is there."""
    user = call.find_person(int(args["user"]))
    if user is None or not user.active:
        raise CommandFailed(f"no such user: {args['user']}")
    presence.choose(call, user.id, Choice(args["choice"]))
    return {"id": user.id, "choice": args["choice"]}


def clock_lead(call: Call, args: dict[str, Any]) -> dict[str, Any]:
    """Show the portal's clock, or stop it, let it run or lead it to a moment."""
    try:
        match args.get("action"):
            case "freeze":
                clock.freeze(call)
            case "run":
                clock.run(call, float(args["rate"]))
            case "set":
                clock.move_to(call, int(args["moment"]), clock_methods.MOST)
            case "move":
                clock.move_to(call, call.now + int(args["seconds"]) * SECOND, clock_methods.MOST)
    except clock.ClockFixed:
        raise CommandFailed("the clock is led in development alone") from None
    except clock.ClockBackwards:
        raise CommandFailed("a clock only goes forward") from None
    except clock.WrongRate:
        raise CommandFailed("a clock runs between 0 and 100000 times as fast as the machine's") from None
    return clock_methods.view(call)


def user_password(call: Call, args: dict[str, Any]) -> dict[str, Any]:
    """Give a person a password that was hashed by the asker; sessions of the person's browsers end."""
    try:
        user = people.set_password(call, int(args["user"]), args["password_hash"])
    except people.PersonMissing:
        raise CommandFailed(f"no such user: {args['user']}") from None
    return {"id": user.id, "email": user.email}


def line_add(call: Call, args: dict[str, Any]) -> dict[str, Any]:
    """Add an open line with its operators."""
    operators = [int(number) for number in args["operators"]]
    for number in operators:
        if call.find_person(number) is None:
            raise CommandFailed(f"no such user: {number}")
    queue = [{"ENTITY_TYPE": QueueEntity.USER, "ENTITY_ID": number} for number in operators]
    return {"id": lines.add(call, {"LINE_NAME": args["name"], "QUEUE": queue, **(args.get("settings") or {})})}


def line_welcome_bot(call: Call, args: dict[str, Any]) -> bool:
    """Let a bot receive the customers of a line that has none yet; tells whether there is such a bot."""
    line = call.find_line(int(args["line"]))
    bot = next((bot for bot in call.bots().values() if bot.code == args["code"] and bot.lines), None)
    if line is None or bot is None:
        return False
    if not line.settings["WELCOME_BOT_ID"]:
        fields = {"WELCOME_BOT_ENABLE": "Y", "WELCOME_BOT_ID": bot.id, "WELCOME_BOT_LEFT": "queue"}
        lines.update(call, line.id, fields)
    return True


def line_disconnect(call: Call, args: dict[str, Any]) -> dict[str, Any]:
    """Switch a connector off on a line."""
    try:
        connectors.switch_off(call, str(args["connector"]).lower(), int(args["line"]))
    except connectors.NoProvider:
        raise CommandFailed("this connector is not active on this line") from None
    return {"line": int(args["line"]), "connector": str(args["connector"]).lower(), "active": False}


def events_list(call: Call, args: dict[str, Any]) -> list[dict[str, Any]]:
    """Return entries of the journal behind a number."""
    found = journal.list_entries(call.tx, call.portal_id, after=int(args.get("after") or 0))
    return [{"number": number, **entry._asdict()} for number, entry in found]


def statistics_recount(call: Call, args: dict[str, Any]) -> dict[str, Any]:
    """Find a portion of the kept figures of sessions anew."""
    counted, following = statistics.recount(call, int(args.get("after") or 0))
    return {"counted": counted, "next": following}


def connector_settings(call: Call, args: dict[str, Any]) -> dict[str, Any] | None:
    """Return the form that opens a connector's settings; None while it is not registered."""
    try:
        return connector_open(call, connector=str(args["connector"]), line=int(args["line"]))
    except ApiError:
        return None


COMMANDS: dict[str, Command] = {
    "app.add": app_add,
    "webhook.add": webhook_add,
    "person.add": user_add,
    "person.password": user_password,
    "person.presence": user_presence,
    "clock": clock_lead,
    "line.add": line_add,
    "line.disconnect": line_disconnect,
    "line.welcome_bot": line_welcome_bot,
    "events.list": events_list,
    "statistics.recount": statistics_recount,
    "connector.settings": connector_settings,
}


class ControlServer:
    """Answers the command line: a JSON line in, a JSON line out; only the folder's owner reaches the socket."""

    def __init__(self, database: Database, world: World, folder: Path) -> None:
        self._database = database
        self._world = world
        self._folder = folder
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen in the data folder; the caller holds the folder's lock, so an old socket is a dead one."""
        (self._folder / SOCKET).unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            self._server = await asyncio.start_unix_server(self._serve, socket_path(self._folder), limit=MAX_LINE)
        finally:
            os.umask(before)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            answer = await self._answer(await reader.readline())
            writer.write(msgspec.json.encode(answer) + b"\n")
            await writer.drain()
        except (ConnectionError, ValueError):
            log.warning("the command line went away")
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            asked = msgspec.json.decode(line)
            command, args = asked["command"], asked["args"]
            result = await self._database.write(lambda tx: run(tx, self._world, command, args))
        except CommandFailed as error:
            return {"error": str(error)}
        except Exception as error:
            log.exception("a command failed")
            return {"error": f"{type(error).__name__}: {error}"}
        return {"result": result}

    async def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
            (self._folder / SOCKET).unlink(missing_ok=True)
