"""/ui/live: a websocket that tells a page what has changed, and by which its person is there."""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Callable
from functools import partial

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from tieline.api.dispatch import Dispatcher
from tieline.api.faults import ApiError
from tieline.domain.chats import Chat
from tieline.domain.ids import new_hex
from tieline.domain.people import User
from tieline.http.hosts import Hosts
from tieline.http.pages import Pages
from tieline.services import chats, presence
from tieline.services.call import Call
from tieline.store import chats as chat_store
from tieline.store import people
from tieline.store.engine import Tx, Unavailable
from tieline.store.signals import Bus, DialogChanged, NoticesChanged, PresenceChanged, Signal, WritingBegun

PING_INTERVAL = 20.0
CHECK_AGAIN = 60.0
PROLONG = 60.0  # seconds between signs of life of open pages
MAX_FRAME = 1_000  # characters of what a page says
MAX_WAITING = 1_000
_POLICY_VIOLATION = 1008
_GOING_AWAY = 1001


class Listener:
    """One open page: dialogs that changed and were not told yet, each once with its newest sequence."""

    def __init__(self, portal_id: int, user_id: int) -> None:
        self.portal_id = portal_id
        self.user_id = user_id
        self.device = new_hex()
        self.frames: set[str] = set()  # kinds of other news
        self.changed: OrderedDict[int, int] = OrderedDict()
        self.moved: set[int] = set()
        self.writing: dict[tuple[int, int], WritingBegun] = {}
        self.wake = asyncio.Event()

    def tell(self, chat_id: int, sequence: int, *, moved: bool) -> None:
        """Note a change; a page that does not keep up loses the oldest, and asks for the list anyway."""
        self.changed[chat_id] = sequence
        if moved:
            self.moved.add(chat_id)
        self.changed.move_to_end(chat_id)
        if len(self.changed) > MAX_WAITING:
            self.changed.popitem(last=False)
        self.wake.set()

    def tell_of_writing(self, signal: WritingBegun) -> None:
        """Note that somebody else is writing."""
        if signal.user_id != self.user_id and len(self.writing) < MAX_WAITING:
            self.writing[signal.chat_id, signal.user_id] = signal
            self.wake.set()

    def tell_of(self, kind: str) -> None:
        """Note that there is news of another kind, which the page asks for."""
        self.frames.add(kind)
        self.wake.set()


class Live:
    """Hands changes to open pages, and notes whose pages are open."""

    def __init__(self, dispatcher: Dispatcher, hosts: Hosts, pages: Pages, bus: Bus) -> None:
        self._dispatcher = dispatcher
        self._hosts = hosts
        self._pages = pages
        self._listeners: set[Listener] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()
        self._prolonging: asyncio.Task[None] | None = None
        bus.listen(self._hear)

    def start(self) -> None:
        """Begin to listen, on the loop that the server runs in."""
        self._loop = asyncio.get_running_loop()
        self._prolonging = asyncio.create_task(self._prolong_forever())

    def stop(self) -> None:
        """Close all open pages' sockets."""
        self._stopping.set()
        if self._prolonging is not None:
            self._prolonging.cancel()
        for listener in self._listeners:
            listener.wake.set()

    def _hear(self, signal: Signal) -> None:
        if not isinstance(signal, DialogChanged | NoticesChanged | PresenceChanged | WritingBegun):
            return
        if self._loop is None or not self._listeners:
            return
        with contextlib.suppress(RuntimeError):  # the loop has been closed
            self._loop.call_soon_threadsafe(self._spread, signal)

    def _spread(self, signal: DialogChanged | NoticesChanged | PresenceChanged | WritingBegun) -> None:
        for listener in self._listeners:
            if listener.portal_id != signal.portal_id:
                continue
            if isinstance(signal, WritingBegun):
                listener.tell_of_writing(signal)
            elif isinstance(signal, DialogChanged):
                listener.tell(signal.chat_id, signal.sequence, moved=signal.moved)
            elif listener.user_id == signal.user_id:
                listener.tell_of("notice" if isinstance(signal, NoticesChanged) else "presence")

    async def _prolong_forever(self) -> None:
        while True:
            await asyncio.sleep(PROLONG)
            devices: dict[int, list[tuple[int, str]]] = {}
            for listener in self._listeners:
                devices.setdefault(listener.portal_id, []).append((listener.user_id, listener.device))
            for portal_id, those in devices.items():
                await self._note(portal_id, partial(presence.prolong, devices=those))

    async def _note(self, portal_id: int, what: Callable[[Call], None]) -> None:
        """Do something of a page's in a transaction; without a database it is not done."""
        world = self._dispatcher.world

        def job(tx: Tx) -> None:
            what(Call(tx, world, people.get_portal(tx, portal_id), world.clock.now()))

        with contextlib.suppress(Unavailable):
            await self._dispatcher.database.write(job)

    async def serve(self, socket: WebSocket) -> None:
        """Keep one page up to date until it goes or the server stops."""
        try:
            self._hosts.require_own_origin(socket.scope)
            portal_id = await self._hosts.portal_of(socket.scope)
        except ApiError:
            await socket.close(_POLICY_VIOLATION)
            return
        cookie = self._hosts.cookie(socket.scope)
        user = await self._pages.session_user(portal_id, cookie)
        if user is None or cookie is None:
            await socket.close(_POLICY_VIOLATION)
            return
        await socket.accept()
        listener = Listener(portal_id, user.id)
        self._listeners.add(listener)
        await self._see(listener, idle=False)
        reading = asyncio.create_task(self._read_until_gone(socket, listener))
        try:
            await self._write(socket, listener, cookie, reading)
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            self._listeners.discard(listener)
            reading.cancel()
            if socket.application_state is WebSocketState.CONNECTED and not reading.done():
                with contextlib.suppress(RuntimeError):
                    await socket.close(_GOING_AWAY)
            if not self._stopping.is_set():  # else the page is soon back, or its time runs out
                await self._note(portal_id, lambda call: presence.lose(call, listener.user_id, listener.device))

    async def _write(self, socket: WebSocket, listener: Listener, cookie: str, reading: "asyncio.Task[None]") -> None:
        await _send(socket, {"type": "hello"})
        checked = asyncio.get_running_loop().time()
        user = await self._pages.session_user(listener.portal_id, cookie)
        while not self._stopping.is_set() and not reading.done() and user is not None:
            try:
                await asyncio.wait_for(listener.wake.wait(), PING_INTERVAL)
            except TimeoutError:
                await _send(socket, {"type": "ping"})
            listener.wake.clear()
            if asyncio.get_running_loop().time() - checked > CHECK_AGAIN:
                checked = asyncio.get_running_loop().time()
                user = await self._pages.session_user(listener.portal_id, cookie)
            while user is not None and listener.frames:
                await _send(socket, {"type": listener.frames.pop()})
            if user is not None and listener.writing:
                await self._tell_of_writing(socket, listener, user)
            if user is not None and listener.changed:
                changed, listener.changed = listener.changed, OrderedDict()
                moved, listener.moved = listener.moved, set()
                visible = await self._visible(listener.portal_id, user, list(changed))
                for chat_id in dict.fromkeys([*visible, *moved.intersection(changed)]):
                    await _send(socket, {"type": "dialog", "chatId": chat_id, "sequence": changed[chat_id]})

    async def _tell_of_writing(self, socket: WebSocket, listener: Listener, user: User) -> None:
        writing, listener.writing = listener.writing, {}
        visible = await self._visible(listener.portal_id, user, list({chat_id for chat_id, _ in writing}))
        for signal in writing.values():
            if signal.chat_id in visible:
                told = {"chatId": signal.chat_id, "userId": signal.user_id, "name": signal.name}
                await _send(socket, {"type": "writing", **told, "status": signal.status, "seconds": signal.seconds})

    async def _see(self, listener: Listener, *, idle: bool) -> None:
        await self._note(
            listener.portal_id, lambda call: presence.see(call, listener.user_id, listener.device, idle=idle)
        )

    async def _read_until_gone(self, socket: WebSocket, listener: Listener) -> None:
        """A page says when nobody is at it, and when somebody is again; reading notices when it goes."""
        idle = False
        try:
            while True:
                said = _said(await socket.receive_text())
                if said is not None and said != idle:
                    idle = said
                    await self._see(listener, idle=idle)
        except (WebSocketDisconnect, RuntimeError, KeyError):
            listener.wake.set()

    async def _visible(self, portal_id: int, user: User, chat_ids: list[int]) -> list[int]:
        def look(tx: Tx) -> list[int]:
            world = self._dispatcher.world
            call = Call(tx, world, people.get_portal(tx, portal_id), world.clock.now(), user=user)
            found = ((chat_id, chat_store.find_chat(tx, portal_id, chat_id)) for chat_id in chat_ids)
            return [chat_id for chat_id, chat in found if chat and chat.is_dialog and _reads(call, chat, user)]

        return await self._dispatcher.database.read(look)


def _reads(call: Call, chat: Chat, user: User) -> bool:
    return chats.access(call, chat, user).read


async def _send(socket: WebSocket, frame: dict[str, object]) -> None:
    await socket.send_text(msgspec.json.encode(frame).decode())


def _said(text: str) -> bool | None:
    """Read `{"idle": true}`; None for anything else."""
    if len(text) > MAX_FRAME:
        return None
    try:
        said = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return None
    idle = said.get("idle") if isinstance(said, dict) else None
    return idle if isinstance(idle, bool) else None
