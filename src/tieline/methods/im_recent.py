"""im.recent.*, im.counters.get and im.search.chat.list: the caller's chats, what is new in them, finding one."""

from typing import Annotated, Any

from tieline.api.differences import Difference
from tieline.api.faults import ApiError, Dialect, Fault
from tieline.api.method import Doc, Family, Page
from tieline.api.wire import WrongValue, iso, parse_iso
from tieline.domain.chats import Chat, ChatType
from tieline.domain.clock import DAY
from tieline.domain.content import plain
from tieline.methods import dialog_ids
from tieline.methods.chat_views import chat_view, dialog_view, title_of
from tieline.methods.views import color, find_user, lines_view, user_view
from tieline.services import chats, files, groups, lines, sessions
from tieline.services.call import Call
from tieline.store import chat_marks, notices, recents
from tieline.store import chats as chat_store
from tieline.store import files as file_store
from tieline.store import messages as message_store
from tieline.store.chat_marks import ChatMarks
from tieline.store.filters import like
from tieline.store.inbox import Listed, Listing, list_chats

DIALOG_ID_EMPTY = Fault("DIALOG_ID_EMPTY", "Dialog ID can't be empty")
PARAMS_ERROR = Fault("PARAMS_ERROR", "Incorrect params")
NOT_PINNED = Fault("ACCESS_ERROR", "You don't have permission to pin this chat")
FIND_SHORT = Fault("FIND_SHORT", "Too short a search phrase")
MAX_LIMIT = 200
MOST_UNREAD = 1_000
SHORTEST = 2
SEARCHED = 50
SYNC_PERIOD = 7 * DAY

family = Family(
    scopes=("im",),
    dialect=Dialect(
        missing=lambda _: DIALOG_ID_EMPTY,
        wrong=lambda name, _: DIALOG_ID_EMPTY if name == "DIALOG_ID" else PARAMS_ERROR,
    ),
)
NO_KINDS = Difference(
    18,
    "Texts come as they are kept, and no chat is a copilot's, a channel or of limited rights.",
    params=("PARSE_TEXT", "GET_ORIGINAL_TEXT", "ONLY_COPILOT", "ONLY_CHANNEL", "CAN_MANAGE_MESSAGES"),
)
Flag = Annotated[bool, Doc("Y or N.")]
DialogId = Annotated[str, Doc("The chat as `chat<ID>`, or the id of a user.")]
_GROUPS = (ChatType.GROUP, ChatType.OPEN)


def _item(call: Call, listed: Listed, marks: ChatMarks) -> dict[str, Any]:
    chat, zone = listed.chat, call.portal.time_zone
    private = chat.type is ChatType.PRIVATE
    last = message_store.find_message(call.tx, call.portal_id, chat.last_message_id) if chat.last_message_id else None
    message = None
    if last is not None and not last.gone:
        message = {
            "id": last.id,
            "text": last.text if chat.is_dialog else plain(last.text),
            "file": bool(file_store.list_files(call.tx, call.portal_id, [last.id])),
            "author_id": last.author_id,
            "attach": bool(last.params.get("ATTACH")),
            "sticker": None,
            "date": iso(last.created_at, zone),
            "status": "delivered" if last.delivered_at else "received",
            "uuid": None,
        }
    partner = find_user(call, chat.partner(call.actor.id)) if private else None
    author = find_user(call, last.author_id) if last and last.author_id and not private else None
    shown = partner or author
    item: dict[str, Any] = {
        "id": chat.partner(call.actor.id) if private else chat.dialog_id,
        "chat_id": chat.id,
        "type": "user" if private else "chat",
        "avatar": {"url": files.avatar(call, partner) if partner else "", "color": color(chat.id)},
        "title": title_of(call, chat, call.actor.id),
        "message": message,
        "counter": listed.unread,
        "last_id": chat.last_message_id or 0,
        "pinned": marks.pinned,
        "unread": marks.unread,
        "has_reminder": False,
        "date_update": iso(chat.active_at, zone),
        "date_last_activity": iso(chat.active_at, zone),
        "chat": chat_view(call, chat),
        "options": [],
    }
    if chat.is_dialog:
        item["lines"] = lines_view(call, chat)
    return item | ({"user": user_view(call, shown)} if shown else {})


class _Wanted:
    """Which of the caller's chats are wanted, and which he has put away or pinned."""

    def __init__(self, call: Call, *, dialogs: bool, kinds: tuple[ChatType, ...], tab: str = "all") -> None:
        self.call, self.dialogs, self.kinds, self.tab = call, dialogs, kinds, tab
        self.marks = chat_marks.list_marks(call.tx, call.portal_id, call.actor.id)

    def find(
        self, count: int, *, before: int | None = None, since: int | None = None, unread_only: bool = False
    ) -> list[Listed]:
        """Return so many chats, pinned ones first, then the last active; those that were put away wait for news."""
        call, count = self.call, count + len(self.marks)
        found = recents.list_recent(
            call.tx,
            call.portal_id,
            call.actor.id,
            self.kinds,
            limit=count,
            before=before,
            since=since,
            unread_only=unread_only,
        )
        if self.dialogs:
            listing = Listing(self.tab, call.actor.id, lines.visible(call), unread_only=unread_only, before=before)
            found += list_chats(call.tx, call.portal_id, listing, limit=count)
        if before is None:
            found += self._pinned({one.chat.id for one in found}, unread_only=unread_only)
        shown = [one for one in found if self._mark(one).hidden_at < one.chat.active_at]
        if since is not None:
            shown = [one for one in shown if one.chat.active_at >= since]
        return sorted(shown, key=lambda one: (not self._mark(one).pinned, -one.chat.active_at, -one.chat.id))

    def _pinned(self, listed: set[int], *, unread_only: bool) -> list[Listed]:
        """Return pinned chats that are not among those that were active last."""
        call = self.call
        if not any(marks.pinned for marks in self.marks.values()):
            return []
        found = recents.list_pinned(call.tx, call.portal_id, call.actor.id, MAX_LIMIT)
        new = [one for one in found if one.chat.id not in listed and (one.unread or not unread_only)]
        return [one for one in new if self._wants(one.chat) and chats.access(call, one.chat, call.actor).read]

    def _wants(self, chat: Chat) -> bool:
        if not chat.is_dialog:
            return chat.type in self.kinds
        mine = self.tab == "all" or chat.operator_id == self.call.actor.id
        return self.dialogs and mine and sessions.is_open(chat)

    def _mark(self, listed: Listed) -> ChatMarks:
        return self.marks.get(listed.chat.id, ChatMarks())

    def told(self, found: list[Listed]) -> list[dict[str, Any]]:
        """Write chats as the lists do."""
        return [_item(self.call, listed, self._mark(listed)) for listed in found]


def _moment(text: str | None) -> int | None:
    try:
        return parse_iso(text) if text else None
    except WrongValue as error:
        raise ApiError(PARAMS_ERROR) from error


@family.method("im.recent.list", differs=(NO_KINDS,), faults=(PARAMS_ERROR,))
def recent_list(
    call: Call,
    *,
    skip_openlines: Flag = False,
    skip_dialog: Flag = False,
    skip_chat: Flag = False,
    last_message_date: Annotated[str | None, Doc("Only chats last active before this moment, ISO 8601.")] = None,
    unread_only: Flag = False,
    skip_undistributed_openlines: Flag = False,
    offset: Annotated[int, Doc("How many to pass over.")] = 0,
    limit: Annotated[int, Doc("How many at most: 50 by default, 200 at most.")] = 50,
) -> Page:
    """List the caller's chats and the open dialogs that he may take: pinned ones first, then the last active."""
    kinds = () if skip_chat else _GROUPS
    wanted = _Wanted(
        call,
        dialogs=not skip_openlines,
        kinds=kinds if skip_dialog else (*kinds, ChatType.PRIVATE),
        tab="mine" if skip_undistributed_openlines else "all",
    )
    size, start = max(1, min(limit, MAX_LIMIT)), max(0, min(offset, MOST_PASSED))
    found = wanted.find(start + size + 1, before=_moment(last_message_date), unread_only=unread_only)
    more = len(found) > start + size
    items = wanted.told(found[start : start + size])
    return Page({"items": items, "hasMorePages": more, "hasMore": more}, total=-1)


MOST_PASSED = 100_000


@family.method("im.recent.get", faults=(PARAMS_ERROR,))
def recent_get(
    call: Call,
    *,
    skip_openlines: Flag = False,
    skip_chat: Flag = False,
    skip_dialog: Flag = False,
    last_update: Annotated[str | None, Doc("Only chats active since this moment, ISO 8601.")] = None,
    only_openlines: Flag = False,
    last_sync_date: Annotated[str | None, Doc("Only chats active since this moment, and within a week.")] = None,
) -> list[dict[str, Any]]:
    """List the caller's chats, at most two hundred of them: pinned ones first, then the last active."""
    since, synced = _moment(last_update), _moment(last_sync_date)
    if synced is not None:
        since = max(synced, call.now - SYNC_PERIOD, since or 0)
    kinds = () if skip_chat or only_openlines else _GROUPS
    wanted = _Wanted(
        call,
        dialogs=only_openlines or not skip_openlines,
        kinds=kinds if skip_dialog or only_openlines else (*kinds, ChatType.PRIVATE),
    )
    return wanted.told(wanted.find(MAX_LIMIT, since=since)[:MAX_LIMIT])


@family.method(
    "im.recent.pin",
    writes=True,
    errors={
        dialog_ids.WrongDialog: DIALOG_ID_EMPTY,
        chats.ChatMissing: NOT_PINNED,
        chats.NoAccess: NOT_PINNED,
    },
    faults=(PARAMS_ERROR,),
)
def recent_pin(call: Call, *, dialog_id: DialogId, pin: Annotated[bool, Doc("N lets it go again.")] = True) -> bool:
    """Keep a chat at the head of the caller's list."""
    groups.mark(call, dialog_ids.find(call, dialog_id), pinned=pin)
    return True


_ABSENT: dict[type[Exception], Fault] = {
    dialog_ids.WrongDialog: DIALOG_ID_EMPTY,
    chats.ChatMissing: DIALOG_ID_EMPTY,
    chats.NoAccess: DIALOG_ID_EMPTY,
}


@family.method("im.recent.hide", writes=True, errors=_ABSENT)
def recent_hide(call: Call, *, dialog_id: DialogId) -> bool:
    """Put a chat away from the caller's list until something new is in it."""
    groups.mark(call, dialog_ids.find(call, dialog_id), hidden_at=call.now, pinned=False)
    return True


@family.method("im.recent.unread", writes=True, errors=_ABSENT, faults=(PARAMS_ERROR,))
def recent_unread(
    call: Call, *, dialog_id: DialogId, action: Annotated[bool, Doc("N takes the mark away and reads the chat.")] = True
) -> bool:
    """Mark a chat as one to come back to."""
    chat_id = dialog_ids.find(call, dialog_id)
    groups.mark(call, chat_id, unread=action)
    if not action:
        chats.read(call, chat_id, None)
    return True


@family.method("im.counters.get")
def counters_get(call: Call) -> dict[str, Any]:
    """Count what the caller has not read: in chats, dialogs and notices."""
    marks = chat_marks.list_marks(call.tx, call.portal_id, call.actor.id)
    told: dict[str, dict[str, int]] = {"CHAT": {}, "CHAT_MUTED": {}, "LINES": {}, "DIALOG": {}}
    for listed in recents.list_unread(call.tx, call.portal_id, call.actor.id, MOST_UNREAD):
        chat = listed.chat
        key = str(chat.partner(call.actor.id)) if chat.type is ChatType.PRIVATE else str(chat.id)
        kind = "LINES" if chat.is_dialog else "DIALOG" if chat.type is ChatType.PRIVATE else "CHAT"
        if marks.get(chat.id, ChatMarks()).muted:
            kind, key = "CHAT_MUTED", str(chat.id)
        told[kind][key] = listed.unread
    chat_marked, dialog_marked = _marked(call, marks)
    counts = {kind: sum(told[kind].values()) for kind in ("CHAT", "LINES", "DIALOG")}
    counts["CHAT"] += len([number for number in chat_marked if str(number) not in told["CHAT"]])
    counts["DIALOG"] += len([number for number in dialog_marked if str(number) not in told["DIALOG"]])
    noticed = notices.count_unread(call.tx, call.portal_id, call.actor.id)
    messenger = sum(counts.values())
    types = {"ALL": messenger + noticed, "NOTIFY": noticed, **counts, "MESSENGER": messenger}
    return {
        "TYPE": types,
        **{kind: found or [] for kind, found in told.items()},
        "CHAT_UNREAD": chat_marked,
        "DIALOG_UNREAD": dialog_marked,
    }


def _marked(call: Call, marks: dict[int, ChatMarks]) -> tuple[list[int], list[int]]:
    """Return the chats, and the users, that the caller has marked as unread."""
    found = [chat_store.find_chat(call.tx, call.portal_id, number) for number, mark in marks.items() if mark.unread]
    kept = [chat for chat in found if chat is not None and chats.access(call, chat, call.actor).read]
    private = [chat.partner(call.actor.id) for chat in kept if chat.type is ChatType.PRIVATE]
    return [chat.id for chat in kept if chat.type is not ChatType.PRIVATE], private


@family.method("im.search.chat.list", faults=(FIND_SHORT, PARAMS_ERROR))
def search_chat_list(
    call: Call,
    *,
    find: Annotated[str, Doc("Part of a title, or of a member's name: two characters at least.")] = "",
    find_lines: Annotated[str, Doc("The same of dialogs.")] = "",
    offset: Annotated[int, Doc("How many to pass over.")] = 0,
    limit: Annotated[int, Doc("How many at most: 10 by default, 50 at most.")] = 10,
) -> Page:
    """Find chats that the caller may see by their titles and members."""
    phrase = (find or find_lines).strip()
    if len(phrase) < SHORTEST:
        raise ApiError(FIND_SHORT)
    size, start = max(1, min(limit, SEARCHED)), max(offset, 0)
    ids, total = recents.search_chats(
        call.tx, call.portal_id, call.actor.id, like(phrase), lines=not find, limit=size, offset=start
    )
    found = [chat for number in ids if (chat := chat_store.find_chat(call.tx, call.portal_id, number))]
    hidden = ("readed_list", "manager_list", "last_message_views", "dialog_id")
    told = [{name: value for name, value in dialog_view(call, chat).items() if name not in hidden} for chat in found]
    return Page(told, total=total, next=start + size if start + size < total else None)
