"""imopenlines.session.history.get: one session of a dialog, with its messages, people and files."""

import html
import re
from typing import Annotated, Any

from tieline.api.faults import ApiError, Dialect, Fault
from tieline.api.method import Doc, Family
from tieline.api.wire import iso, yes_no
from tieline.domain.chats import Chat, Message
from tieline.domain.files import File
from tieline.domain.people import User, UserKind
from tieline.domain.sessions import Session
from tieline.methods.chat_views import chat_view
from tieline.methods.views import file_view, find_user, outer_ids, user_view
from tieline.services import chats, people
from tieline.services.call import Call
from tieline.store import chats as chat_store
from tieline.store import files as file_store
from tieline.store import members
from tieline.store import messages as message_store
from tieline.store import sessions as session_store

MISSING = Fault("MISSING_REQUIRED_PARAM", "Session ID or Chat ID must be provided")
INVALID = Fault("INVALID_SESSION_ID", "Unable to determine session ID from provided parameters")
ACCESS_DENIED = Fault("ACCESS_DENIED", "You cannot open this conversation as you do not have sufficient rights")
MOST_MESSAGES = 1_000
_STYLES = re.compile(r"\[(/?)([bius])\]", re.IGNORECASE)
_BREAKS = re.compile(r"\[br\]|\r?\n", re.IGNORECASE)
_CHAT_KEYS = (
    *("parent_chat_id", "parent_message_id", "name", "color", "extranet", "avatar", "public", "date_create", "type"),
    *("entity_type", "entity_id", "entity_data_1", "entity_data_2", "entity_data_3", "entity_link"),
    *("manager_list", "text_field_enabled", "background_id", "message_type"),
)
_USER_KEYS = (
    *("name", "active", "first_name", "last_name", "color", "avatar", "gender", "phones", "extranet", "network"),
    *("bot", "connector", "external_auth_id", "status", "idle", "last_activity_date", "mobile_last_date"),
    *("desktop_last_date", "departments", "absent", "type", "bot_data"),
)

family = Family(scopes=("imopenlines",), dialect=Dialect(missing=lambda _: MISSING, wrong=lambda _, __: INVALID))


def _camel(name: str) -> str:
    """Write a name of the im methods as this method does: entity_data_1 as entityData1."""
    first, *others = name.split("_")
    return first + "".join(part.capitalize() for part in others)


def _legacy(text: str) -> str:
    """Write a text in HTML, as the oldest clients show it."""
    return _BREAKS.sub("<br />", _STYLES.sub(r"<\1\2>", html.escape(text, quote=False)))


def _message(call: Call, chat: Chat, message: Message, attached: list[File]) -> dict[str, Any]:
    outer = outer_ids(call, message)
    params = {
        "connectorMid": outer,
        "fileId": [file.id for file in attached],
        "replyId": message.params.get("REPLY_ID"),
        "isEdited": message.edited_at and "Y",
        "isDeleted": message.deleted_at and "Y",
        "private": message.private and "Y",
    }
    return {
        "id": str(message.id),
        "chatid": str(chat.id),
        "senderid": str(message.author_id),
        "recipientid": chat.dialog_id,
        "date": iso(message.created_at, call.portal.time_zone),
        "text": message.text,
        "textlegacy": _legacy(message.text),
        "params": {name: value for name, value in params.items() if value} or [],
    }


def _user(call: Call, user: User) -> dict[str, Any]:
    told = user_view(call, user)
    photo = user.avatar if user.kind is UserKind.PERSON else ""
    return {_camel(name): told[name] for name in _USER_KEYS} | {
        "id": str(user.id),
        "workPosition": user.work_position or None,
        "avatarId": photo or None,
        "birthday": told["birthday"] or False,
        "phoneDevice": False,
        "profile": f"/company/personal/user/{user.id}/",
        "services": None,
    }


def _chat(call: Call, chat: Chat, in_chat: list[int]) -> dict[str, Any]:
    told = chat_view(call, chat)
    return {_camel(name): told[name] for name in _CHAT_KEYS} | {
        "id": str(chat.id),
        "owner": str(chat.operator_id or 0),
        "call": "0",
        "callNumber": "",
        "messageCount": chat.messages,
        "muteList": _none(in_chat),
        "permissions": {_camel(name): who for name, who in told["permissions"].items()},
        "isNew": False,
    }


def _none(users: list[int]) -> dict[str, bool]:
    """Say of each user that something is not so: nobody mutes or is blocked here."""
    return {str(user_id): False for user_id in users}


def _groups(call: Call, found: list[User]) -> tuple[dict[str, Any], list[str]]:
    """Return people by their departments, and who is in none."""
    groups: dict[str, Any] = {}
    others = []
    for user in found:
        if user.kind is UserKind.CUSTOMER:
            continue
        departments = people.card(call, user.id).departments
        for number in departments:
            groups.setdefault(str(number), {"id": number, "users": []})["users"].append(str(user.id))
        if not departments:
            others.append(str(user.id))
    return groups, others


def _find(call: Call, session_id: int | None, chat_id: int | None) -> tuple[Session, Chat]:
    """Find a session by its id, or the newest one of a chat, that the caller may read."""
    if session_id is None and chat_id is None:
        raise ApiError(MISSING)
    if session_id is None:
        of = chat_store.find_chat(call.tx, call.portal_id, chat_id or 0)
        session_id = (of.session_id if of else None) or 0
    if session_id <= 0:
        raise ApiError(INVALID)
    session = session_store.find_session(call.tx, call.portal_id, session_id)
    chat = chat_store.find_chat(call.tx, call.portal_id, session.chat_id) if session else None
    if session is None or chat is None or not chats.access(call, chat, call.actor).read:
        raise ApiError(ACCESS_DENIED)
    return session, chat


@family.method("imopenlines.session.history.get", faults=(MISSING, INVALID, ACCESS_DENIED))
def history_get(
    call: Call,
    *,
    session_id: Annotated[int | None, Doc("Id of the session.")] = None,
    chat_id: Annotated[int | None, Doc("Id of the chat, whose newest session is meant.")] = None,
) -> dict[str, Any]:
    """Return a session with its last messages, at most 1,000, the newest first, its people and files."""
    session, chat = _find(call, session_id, chat_id)
    found = message_store.list_messages_of_session(call.tx, call.portal_id, chat.id, session.id, MOST_MESSAGES)
    files = file_store.list_files(call.tx, call.portal_id, [message.id for message in found])
    in_chat = [*members.list_members(call.tx, call.portal_id, chat.id), chat.customer_id]
    ids = dict.fromkeys([*in_chat, *(message.author_id for message in found if message.author_id)])
    users = [user for user_id in ids if (user := find_user(call, user_id))]
    groups, others = _groups(call, users)
    return {
        "chatId": chat.id,
        "canJoin": yes_no(chats.access(call, chat, call.actor).join),
        "canVoteHead": yes_no(call.actor.is_admin),
        "sessionId": session.id,
        "sessionVoteHead": session.head_vote,
        "sessionCommentHead": session.head_comment,
        "userId": chat.dialog_id,
        "message": {str(m.id): _message(call, chat, m, files.get(m.id, [])) for m in found} or [],
        "usersMessage": {chat.dialog_id: [str(message.id) for message in found]},
        "users": {str(user.id): _user(call, user) for user in users},
        "openlines": {"canvoteashead": {str(chat.line_id): call.actor.is_admin}},
        "userInGroup": groups or [],
        "woUserInGroup": others,
        "chat": {str(chat.id): _chat(call, chat, in_chat)},
        "userBlockChat": {str(chat.id): _none(in_chat)},
        "userInChat": {str(chat.id): in_chat},
        "files": {
            str(file.id): {name.lower(): value for name, value in file_view(call, file).items()}
            for several in files.values()
            for file in several
        }
        or [],
    }
