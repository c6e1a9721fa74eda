"""How chats look on the wire, to whom they belong and what may be done in them; used by several families."""

from typing import Any, NamedTuple

from tieline.api.wire import iso, iso_or_none, yes_no
from tieline.domain.chats import Chat, ChatCard, ChatType
from tieline.domain.people import User, UserKind
from tieline.methods.views import color, find_user
from tieline.services import chats, crm_dialogs, files
from tieline.services.call import Call
from tieline.store import chat_marks, members
from tieline.store import disk as disk_store
from tieline.store import messages as message_store

MOST_READERS = 50
MESSAGE_TYPES = {ChatType.PRIVATE: "P", ChatType.GROUP: "C", ChatType.OPEN: "O", ChatType.LINES: "L"}


class Entity(NamedTuple):
    """To what of the outside a chat belongs."""

    type: str = ""
    id: str = ""
    data_1: str = ""
    data_2: str = ""
    data_3: str = ""


def entity_of(chat: Chat, card: ChatCard) -> Entity:
    """Return to what a chat belongs: a dialog to its connector, with what is known of its session and customer."""
    if not chat.is_dialog:
        return Entity(card.entity_type, card.entity_id, card.entity_data_1, card.entity_data_2, card.entity_data_3)
    since = (chat.created_at if chat.opened_at is None else chat.opened_at) // 1000
    return Entity(
        "LINES",
        str(chat.user_code),
        # CRM flag | its entity's type | id | pause | waits for action | session | since | ...
        f"{_main_object(chat)}|{yes_no(chat.pinned)}|N|{chat.session_id or 0}|{since}|0|0|0",
        f"LEAD|{chat.lead_id}|COMPANY|{chat.company_id}|CONTACT|{chat.contact_id}|DEAL|{chat.deal_id}",
        yes_no(chat.silent),
    )


def _main_object(chat: Chat) -> str:
    """Write whether a dialog is bound to the CRM, and to what first of all."""
    entity, number = next(iter(crm_dialogs.bound(chat).items()), (None, 0))
    return f"Y|{entity.name}|{number}" if entity else "N|NONE|0"


def owner_of(chat: Chat, card: ChatCard) -> int:
    """Return whose a chat is: a dialog its operator's."""
    return (chat.operator_id or 0) if chat.is_dialog else card.owner_id


def dialog_id(chat: Chat, user_id: int) -> str:
    """Return how a user names a chat: a private one by whom he talks with."""
    return str(chat.partner(user_id)) if chat.type is ChatType.PRIVATE else chat.dialog_id


def title_of(call: Call, chat: Chat, user_id: int) -> str:
    """Return what a user sees a chat called."""
    if chat.type is not ChatType.PRIVATE:
        return chat.title
    partner = find_user(call, chat.partner(user_id))
    return partner.full_name if partner else ""


_FIXED = frozenset({"avatar", "rename", "leave", "leave_owner"})  # in a chat of two
_RULED = ("avatar", "rename", "extend", "call", "mute", "leave", "leave_owner", "send", "user_list")


def chat_view(call: Call, chat: Chat) -> dict[str, Any]:
    """Write a chat as im.recent.list, im.dialog.get and imopenlines.dialog.get do."""
    card = chats.card_of(call, chat)
    entity = entity_of(chat, card)
    joined = members.list_details(call.tx, call.portal_id, chat.id)
    owner = owner_of(chat, card)
    mine = next((member for member in joined if member.user_id == call.actor.id), None)
    muted = chat_marks.list_muted(call.tx, call.portal_id, chat.id)
    private = chat.type is ChatType.PRIVATE
    return {
        "id": chat.id,
        "parent_chat_id": 0,
        "parent_message_id": 0,
        "name": title_of(call, chat, call.actor.id),
        "description": chat.description or None,
        "owner": owner,
        "extranet": False,
        "contains_collaber": False,
        "avatar": files.image_link(call, card.avatar),
        "color": color(chat.id, card.color),
        "type": chat.type.value,
        "entity_type": entity.type,
        "entity_id": entity.id,
        "entity_data_1": entity.data_1,
        "entity_data_2": entity.data_2,
        "entity_data_3": entity.data_3,
        "mute_list": muted,
        "manager_list": [owner] if chat.is_dialog and owner else [m.user_id for m in joined if m.manager],
        "date_create": iso(chat.created_at, call.portal.time_zone),
        "message_type": MESSAGE_TYPES[chat.type],
        "public": "",
        "user_counter": len(joined) + chat.is_dialog,
        "restrictions": {name: not (private and name in _FIXED) for name in _RULED},
        "role": _role(call, owner, mine),
        "text_field_enabled": chats.access(call, chat, call.actor).write if chat.is_dialog else card.text_field,
        "background_id": None,
        "entity_link": {"type": entity.type, "url": "", "id": entity.id},
        "permissions": {
            "manage_users_add": "member",
            "manage_users_delete": "manager",
            "manage_ui": "member",
            "manage_settings": "owner",
            "manage_messages": "member",
            "can_post": "member",
        },
    }


def _role(call: Call, owner: int, mine: members.Member | None) -> str:
    if owner == call.actor.id:
        return "owner"
    if mine is None and call.actor.kind is not UserKind.PERSON:
        return "guest"
    return "manager" if mine is not None and mine.manager else "member"


def dialog_view(call: Call, chat: Chat) -> dict[str, Any]:
    """Write a chat as im.dialog.get does: with how far the caller and others have read it."""
    mark = members.find_read_mark(call.tx, call.portal_id, chat.id, call.actor.id)
    marks = chat_marks.find_marks(call.tx, call.portal_id, chat.id, call.actor.id)
    last, unread = chat.last_message_id or 0, max(chat.messages - mark.messages, 0)
    following = message_store.find_neighbour(call.tx, call.portal_id, chat.id, mark.sequence, after=True)
    read = message_store.find_neighbour(call.tx, call.portal_id, chat.id, mark.sequence, after=False)
    folder = disk_store.find_chat_folder(call.tx, call.portal_id, chat.id)
    return chat_view(call, chat) | {
        "dialog_id": dialog_id(chat, call.actor.id),
        "counter": unread,
        "message_count": chat.messages,
        "unread_id": (following or 0) if unread else 0,
        "last_message_id": last,
        "last_id": last if not unread else read or 0,
        "marked_id": last if marks.unread else 0,
        "disk_folder_id": folder.id if folder else 0,
        "is_new": False,
        "readed_list": _read_outside(call, chat) if chat.is_dialog else _read_by_others(call, chat),
        "last_message_views": {"message_id": last, "first_viewers": [], "count_of_viewers": 0},
    }


def _read_outside(call: Call, chat: Chat) -> list[dict[str, Any]]:
    message = message_store.find_last_read_outside(call.tx, call.portal_id, chat.id)
    customer = find_user(call, chat.customer_id)
    if message is None or customer is None:
        return []
    return [_reader(customer, message.id, iso_or_none(message.read_at, call.portal.time_zone))]


def _read_by_others(call: Call, chat: Chat) -> list[dict[str, Any]]:
    found = members.list_read_marks(call.tx, call.portal_id, chat.id)
    told = []
    for user_id in members.list_members(call.tx, call.portal_id, chat.id)[:MOST_READERS]:
        user = find_user(call, user_id)
        if user is None or user.id == call.actor.id:
            continue
        mark = found.get(user_id)
        place = mark.sequence if mark else 0
        read = message_store.find_neighbour(call.tx, call.portal_id, chat.id, place, after=False)
        told.append(_reader(user, read or 0, None))
    return told


def _reader(user: User, message_id: int, date: str | None) -> dict[str, Any]:
    return {"user_id": user.id, "user_name": user.full_name, "message_id": message_id, "date": date}
