"""How users, chats, messages and files look on the wire; used by several families."""

from typing import Any

from tieline.api.wire import iso
from tieline.domain.bots import Bot
from tieline.domain.chats import COLORS, Chat, Message
from tieline.domain.files import File, FileState
from tieline.domain.people import Card, User, UserKind
from tieline.domain.presence import Attendance
from tieline.domain.sessions import told
from tieline.services import files, people
from tieline.services.call import Call
from tieline.store import messages as message_store
from tieline.store import people as people_store
from tieline.store import presence

_USUAL = tuple(COLORS.values())[:10]
_GENDERS = {"male": "M", "female": "F"}


def color(number: int, name: str = "") -> str:
    """Return the colour that stands for a user or a chat: the one that was chosen, or one of its own."""
    return COLORS.get(name, _USUAL[number % len(_USUAL)])


def find_user(call: Call, user_id: int) -> User | None:
    """Return a person or a bot from the cache, or a customer from the store unless it is he who writes."""
    if call.customer is not None and call.customer.id == user_id:
        return call.customer
    return call.find_user(user_id) or people_store.find_user(call.tx, call.portal_id, user_id)


def gender(user: User) -> str:
    """Return M or F; M where nothing is known."""
    return _GENDERS.get(user.gender, user.gender or "M")


_SOURCES = {UserKind.PERSON: "default", UserKind.CUSTOMER: "imconnector", UserKind.BOT: "bot"}


def _bot_data(bot: Bot) -> dict[str, Any]:
    return {
        "code": bot.code,
        "type": bot.type.value,
        "app_id": str(bot.app_id),
        "is_hidden": bot.hidden,
        "is_support_openline": bot.lines,
        "is_reactions_enabled": bot.reactions,
        "background_id": bot.background or None,
    }


def user_view(call: Call, user: User) -> dict[str, Any]:
    """Write a user as the im methods do."""
    customer, bot = user.kind is UserKind.CUSTOMER, call.bots().get(user.id)
    seen, avatar, zone = user.last_seen_at, files.avatar(call, user), call.portal.time_zone
    is_person = user.kind is UserKind.PERSON
    here = presence.find_attendance(call.tx, call.portal_id, user.id) if is_person else Attendance()
    card = Card() if customer else people.card(call, user.id)
    phones = {"work_phone": card.work_phone, "personal_mobile": user.phone, "inner_phone": card.inner_phone}
    return {
        "id": user.id,
        "active": user.active,
        "name": user.full_name,
        "first_name": user.name,
        "last_name": user.last_name,
        "work_position": user.work_position,
        "color": color(user.id, bot.color if bot else ""),
        "avatar": avatar,
        "avatar_hr": avatar,
        "gender": gender(user),
        "birthday": f"{card.birthday[8:]}-{card.birthday[5:7]}" if card.birthday else "",
        "extranet": customer,
        "network": False,
        "bot": user.kind is UserKind.BOT,
        "connector": customer,
        "external_auth_id": _SOURCES[user.kind],
        "status": here.said.value,
        "idle": iso(here.idle, zone) if here.idle else False,
        "last_activity_date": iso(seen, zone) if seen else False,
        "mobile_last_date": False,
        "desktop_last_date": False,
        "absent": False,
        "departments": list(card.departments),
        "phones": {name: phone for name, phone in phones.items() if phone} or False,
        "bot_data": _bot_data(bot) if bot else None,
        "type": "bot" if user.kind is UserKind.BOT else "user",
        "website": user.url,
        "email": user.email,
    }


def lines_view(call: Call, chat: Chat) -> dict[str, Any]:
    """Write what im.recent.list says of a dialog's session."""
    return {
        "id": chat.session_id or 0,
        "status": told(chat.status),
        "date_create": iso(chat.created_at, call.portal.time_zone),
    }


def outer_ids(call: Call, message: Message) -> list[str]:
    """Return under which ids a message is known outside."""
    if message.outer_id:
        return [message.outer_id]
    return message_store.list_outgoing_ids(call.tx, call.portal_id, message.id) if message.delivered_at else []


_SHOWN = ("REPLY_ID", "ATTACH", "KEYBOARD", "MENU", "URL_PREVIEW", "CODE", "NOTIFY", "FORWARD_ID")


def params_of(call: Call, message: Message, attached: list[File], likes: list[int] | None = None) -> dict[str, Any]:
    """Write what hangs on a message, and what became of it."""
    params: dict[str, Any] = {}
    if attached:
        params["FILE_ID"] = [file.id for file in attached]
    if message.edited_at:
        params["IS_EDITED"] = "Y"
    if message.deleted_at:
        params["IS_DELETED"] = "Y"
    params |= {name: message.params[name] for name in _SHOWN if name in message.params}
    if likes:
        params["LIKE"] = likes
    if message.private:
        params["PRIVATE"] = "Y"
    if outer := outer_ids(call, message):
        params["connectorMid"] = outer
    return params


def message_view(
    call: Call,
    chat: Chat,
    message: Message,
    attached: list[File],
    read_up_to: int,
    reactions: dict[str, list[int]] | None = None,
) -> dict[str, Any]:
    """Write a message as im.dialog.messages.get does."""
    return {
        "id": message.id,
        "chat_id": chat.id,
        "author_id": message.author_id,
        "date": iso(message.created_at, call.portal.time_zone),
        "text": message.text,
        "unread": message.sequence > read_up_to and message.author_id != call.actor.id,
        "uuid": None,
        "replaces": [],
        "params": params_of(call, message, attached, (reactions or {}).get("like")) or [],
        "disappearing_date": None,
    }


MAX_PREVIEW = 5 * 1024 * 1024  # a larger image is no preview of itself
_STATUS_ON_WIRE = {FileState.PENDING: "upload", FileState.READY: "done", FileState.FAILED: "error"}


def _viewer(file: File, link: str) -> dict[str, Any]:
    """Write what a page's viewer of files is told."""
    return {
        "viewer": "",
        "viewerType": file.type.value,
        "src": link,
        "viewerResized": "",
        "objectId": str(file.id),
        "viewerGroupBy": str(file.chat_id),
        "imChatId": file.chat_id,
        "title": file.name,
        "actions": '[{"type":"download"}]',
    }


def file_view(call: Call, file: File) -> dict[str, Any]:
    """Write a file as im.dialog.messages.get does; an image that is not too large is its own preview."""
    ready = file.state is FileState.READY
    link = files.link(call, file) if ready else ""
    size = files.image_size(call, file)
    preview = link if size and (file.size or 0) <= MAX_PREVIEW else ""
    author = find_user(call, file.author_id)
    return {
        "id": file.id,
        "chatId": file.chat_id,
        "date": iso(file.created_at, call.portal.time_zone),
        "type": file.type.value,
        "name": file.name,
        "extension": file.extension,
        "size": file.size or 0,
        "image": size._asdict() if size else False,
        "status": _STATUS_ON_WIRE[file.state],
        "progress": 100 if ready else -1 if file.state is FileState.FAILED else 0,
        "authorId": file.author_id,
        "authorName": author.full_name if author else "",
        "urlPreview": preview,
        "urlShow": link,
        "urlDownload": link,
        "viewerAttrs": _viewer(file, link) if ready else None,
        "mediaUrl": {"preview": {"250": preview}} if ready else None,
        "isTranscribable": False,
        "isVideoNote": False,
        "isVoiceNote": False,
    }
