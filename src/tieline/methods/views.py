"""How users, chats, messages and files look on the wire; used by several families."""

from typing import Any

from tieline.api.wire import iso, yes_no
from tieline.domain.chats import Chat, Message
from tieline.domain.files import File, FileState
from tieline.domain.people import Card, User, UserKind
from tieline.domain.presence import Attendance
from tieline.domain.sessions import Status
from tieline.services import chats, crm_dialogs, files, people
from tieline.services.call import Call
from tieline.store import members, presence
from tieline.store import messages as message_store
from tieline.store import people as people_store
from tieline.store import sessions as session_store

_COLORS = (
    "#df532d",
    "#64a513",
    "#4ba984",
    "#4ba5c3",
    "#3e99ce",
    "#8474c8",
    "#1eb4aa",
    "#f76187",
    "#58cc47",
    "#ab7761",
)
_GENDERS = {"male": "M", "female": "F"}


def color(number: int) -> str:
    """Return the colour that stands for a user or a chat."""
    return _COLORS[number % len(_COLORS)]


def find_user(call: Call, user_id: int) -> User | None:
    """Return a person from the cache, or a customer from the store."""
    return call.find_person(user_id) or people_store.find_user(call.tx, call.portal_id, user_id)


def user_view(call: Call, user: User) -> dict[str, Any]:
    """Write a user as the im methods do."""
    customer = user.kind is UserKind.CUSTOMER
    seen, avatar, zone = user.last_seen_at, files.avatar(call, user), call.portal.time_zone
    here = Attendance() if customer else presence.find_attendance(call.tx, call.portal_id, user.id)
    card = Card() if customer else people.card(call, user.id)
    phones = {"work_phone": card.work_phone, "personal_mobile": user.phone, "inner_phone": card.inner_phone}
    return {
        "id": user.id,
        "active": user.active,
        "name": user.full_name,
        "first_name": user.name,
        "last_name": user.last_name,
        "work_position": user.work_position,
        "color": color(user.id),
        "avatar": avatar,
        "avatar_hr": avatar,
        "gender": _GENDERS.get(user.gender, user.gender or "M"),
        "birthday": f"{card.birthday[8:]}-{card.birthday[5:7]}" if card.birthday else "",
        "extranet": customer,
        "network": False,
        "bot": False,
        "connector": customer,
        "external_auth_id": "imconnector" if customer else "default",
        "status": here.said.value,
        "idle": iso(here.idle, zone) if here.idle else False,
        "last_activity_date": iso(seen, zone) if seen else False,
        "mobile_last_date": False,
        "desktop_last_date": False,
        "absent": False,
        "departments": list(card.departments),
        "phones": {name: phone for name, phone in phones.items() if phone} or False,
        "bot_data": None,
        "type": "user",
        "website": user.url,
        "email": user.email,
    }


def chat_view(call: Call, chat: Chat) -> dict[str, Any]:
    """Write a dialog's chat as im.recent.list and imopenlines.dialog.get do."""
    session = session_store.find_session(call.tx, call.portal_id, chat.session_id) if chat.session_id else None
    code = str(chat.user_code)
    opened = (session.opened_at if session else chat.created_at) // 1000
    return {
        "id": chat.id,
        "parent_chat_id": 0,
        "parent_message_id": 0,
        "name": chat.title,
        "description": chat.description or None,
        "owner": chat.operator_id or 0,
        "extranet": False,
        "contains_collaber": False,
        "avatar": "",
        "color": color(chat.id),
        "type": "lines",
        "entity_type": "LINES",
        "entity_id": code,
        # CRM flag | its entity's type | id | pause | waits for action | session | since | ...
        "entity_data_1": f"{_main_object(chat)}|{yes_no(chat.pinned)}|N|{chat.session_id or 0}|{opened}|0|0|0",
        "entity_data_2": f"LEAD|{chat.lead_id}|COMPANY|{chat.company_id}|CONTACT|{chat.contact_id}|DEAL|{chat.deal_id}",
        "entity_data_3": yes_no(chat.silent),
        "mute_list": [],
        "manager_list": [chat.operator_id] if chat.operator_id else [],
        "date_create": iso(chat.created_at, call.portal.time_zone),
        "message_type": "L",
        "public": "",
        "user_counter": len(members.list_members(call.tx, call.portal_id, chat.id)) + 1,
        "restrictions": dict.fromkeys(
            ("avatar", "rename", "extend", "call", "mute", "leave", "leave_owner", "send", "user_list"), True
        ),
        "role": "owner" if chat.operator_id == call.actor.id else "member",
        "text_field_enabled": chats.access(call, chat, call.actor).write,
        "background_id": None,
        "entity_link": {"type": "LINES", "url": "", "id": code},
        "permissions": {
            "manage_users_add": "member",
            "manage_users_delete": "manager",
            "manage_ui": "member",
            "manage_settings": "owner",
            "manage_messages": "member",
            "can_post": "member",
        },
    }


def _main_object(chat: Chat) -> str:
    """Write whether a dialog is bound to the CRM, and to what first of all."""
    entity, number = next(iter(crm_dialogs.bound(chat).items()), (None, 0))
    return f"Y|{entity.name}|{number}" if entity else "N|NONE|0"


def lines_view(call: Call, chat: Chat) -> dict[str, Any]:
    """Write what im.recent.list says of a dialog's session."""
    return {
        "id": chat.session_id or 0,
        "status": chat.status if chat.status is not None else int(Status.NEW),
        "date_create": iso(chat.created_at, call.portal.time_zone),
    }


def outer_ids(call: Call, message: Message) -> list[str]:
    """Return under which ids a message is known outside."""
    if message.outer_id:
        return [message.outer_id]
    return message_store.list_outgoing_ids(call.tx, call.portal_id, message.id) if message.delivered_at else []


def message_view(call: Call, chat: Chat, message: Message, attached: list[File], read_up_to: int) -> dict[str, Any]:
    """Write a message as im.dialog.messages.get does."""
    params: dict[str, Any] = {}
    if attached:
        params["FILE_ID"] = [file.id for file in attached]
    if message.edited_at:
        params["IS_EDITED"] = "Y"
    if message.deleted_at:
        params["IS_DELETED"] = "Y"
    if "REPLY_ID" in message.params:
        params["REPLY_ID"] = message.params["REPLY_ID"]
    if message.private:
        params["PRIVATE"] = "Y"
    if outer := outer_ids(call, message):
        params["connectorMid"] = outer
    return {
        "id": message.id,
        "chat_id": chat.id,
        "author_id": message.author_id,
        "date": iso(message.created_at, call.portal.time_zone),
        "text": message.text,
        "unread": message.sequence > read_up_to and message.author_id != call.actor.id,
        "uuid": None,
        "replaces": [],
        "params": params or [],
        "disappearing_date": None,
    }


_STATUS_ON_WIRE = {FileState.PENDING: "upload", FileState.READY: "done", FileState.FAILED: "error"}


def file_view(call: Call, file: File) -> dict[str, Any]:
    """Write a file as im.dialog.messages.get does."""
    ready = file.state is FileState.READY
    link = files.link(call, file) if ready else ""
    author = find_user(call, file.author_id)
    return {
        "id": file.id,
        "chatId": file.chat_id,
        "date": iso(file.created_at, call.portal.time_zone),
        "type": file.type.value,
        "name": file.name,
        "extension": file.extension,
        "size": file.size or 0,
        "image": False,
        "status": _STATUS_ON_WIRE[file.state],
        "progress": 100 if ready else -1 if file.state is FileState.FAILED else 0,
        "authorId": file.author_id,
        "authorName": author.full_name if author else "",
        "urlPreview": link,
        "urlShow": link,
        "urlDownload": link,
        "viewerAttrs": None,
        "mediaUrl": None,
        "isTranscribable": False,
        "isVideoNote": False,
        "isVoiceNote": False,
    }
