"""Dialogs of an object of the CRM: which there are, who takes part, and messages in a person's name."""

from dataclasses import replace

from tieline.domain.chats import Chat, Draft
from tieline.domain.crm import EntityType
from tieline.services import chats, crm_dialogs, messages, sessions
from tieline.services.call import Call
from tieline.store import chats as store
from tieline.store import members


class NotBound(Exception):
    """The chat is not one of the object's."""


class NotActive(Exception):
    """There is no such active person."""


class MemberAlready(Exception):
    """Who is to be let in takes part already."""


class NoMember(Exception):
    """Who is to be let out takes no part."""


class MayNotRemove(Exception):
    """Only the operator and administrators let others out; the operator himself stays until the dialog is handed on."""


class CannotWrite(Exception):
    """Who is to write takes no part in the chat, or nobody can write into it."""


class NotOperator(Exception):
    """Only the operator of an open session does this."""


def of(call: Call, entity: EntityType, entity_id: int, *, open_alone: bool = False) -> list[Chat]:
    """Return the dialogs of an object, the last active first."""
    binding = f"{entity.name.lower()}_id"
    return store.list_bound(call.tx, call.portal_id, binding, entity_id, open_alone=open_alone)


def add_user(call: Call, entity: EntityType, entity_id: int, user_id: int, chat_id: int | None) -> int:
    """Let a person into a dialog of an object, its last one if none is named; returns the chat's id, 0 for none."""
    chat = _locked(call, entity, entity_id, chat_id)
    if chat is None:
        return 0
    _require_active(call, user_id)
    if members.is_member(call.tx, call.portal_id, chat.id, user_id):
        raise MemberAlready
    members.add_member(call.tx, call.portal_id, chat.id, user_id, call.now)
    chats.keep(call, chat._replace(sequence=chat.sequence + 1), chat)
    return chat.id


def remove_user(call: Call, entity: EntityType, entity_id: int, user_id: int, chat_id: int | None) -> int:
    """Let a person out of a dialog of an object, its last one if none is named; returns the chat's id, 0 for none."""
    chat = _locked(call, entity, entity_id, chat_id)
    if chat is None:
        return 0
    _require_active(call, user_id)
    if not members.is_member(call.tx, call.portal_id, chat.id, user_id):
        raise NoMember
    may = call.actor.is_admin or call.actor.id in (user_id, chat.operator_id)
    if not may or (sessions.is_open(chat) and user_id == chat.operator_id):
        raise MayNotRemove
    members.remove_member(call.tx, call.portal_id, chat.id, user_id)
    chats.keep(call, chat._replace(sequence=chat.sequence + 1), chat)
    return chat.id


def send(call: Call, entity: EntityType, entity_id: int, chat_id: int, user_id: int, text: str) -> int:
    """Write into a dialog of an object in the name of a person who takes part in it; returns the message's id."""
    chat = _bound(call, entity, entity_id, chat_id)
    person = call.find_person(user_id)
    if person is None or not person.active or not members.is_member(call.tx, call.portal_id, chat.id, user_id):
        raise CannotWrite
    try:
        return messages.send(replace(call, user=person), chat.id, Draft(text))
    except chats.NoAccess as error:
        raise CannotWrite from error


def create_lead(call: Call, chat_id: int) -> None:
    """Make a lead of the customer of the caller's dialog."""
    chat = chats.lock(call, chat_id)
    if not chats.access(call, chat, call.actor).read:
        raise chats.NoAccess
    line = call.find_line(chat.line_id)
    if line is None or not sessions.is_open(chat) or chat.operator_id != call.actor.id:
        raise NotOperator
    made = crm_dialogs.create_lead(call, chat, line)
    if made != chat:
        crm_dialogs.opened_session(call, made, line)
        chats.keep(call, made._replace(sequence=chat.sequence + 1), chat)


def _locked(call: Call, entity: EntityType, entity_id: int, chat_id: int | None) -> Chat | None:
    if chat_id is None:
        found = of(call, entity, entity_id)
        if not found:
            return None
        chat_id = found[0].id
    return _bound(call, entity, entity_id, chat_id)


def _bound(call: Call, entity: EntityType, entity_id: int, chat_id: int) -> Chat:
    chat = store.lock_chat(call.tx, call.portal_id, chat_id)
    if chat is None or crm_dialogs.bound(chat).get(entity) != entity_id:
        raise NotBound
    return chat


def _require_active(call: Call, user_id: int) -> None:
    user = call.find_person(user_id)
    if user is None or not user.active:
        raise NotActive
