"""imopenlines.crm.*: dialogs of leads, deals, contacts and companies."""

from typing import Annotated

from tieline.api.faults import ApiError, Dialect, Fault, Problem, missing_argument
from tieline.api.method import Doc, Family
from tieline.domain.crm import EntityType
from tieline.services import chats, crm_chats, messages
from tieline.services.call import Call

NO_ACTION = Fault("ACCESS_DENIED", "Access denied! You don't have access to this action", 403)
NO_JOINING = Fault("ACCESS_DENIED", "Access denied! You don't have access to join user to chat", 403)
NO_ENTITY = Fault("ACCESS_DENIED", "Access denied! User don't have access to this entity", 403)
EMPTY_DATA = Fault("CRM_CHAT_EMPTY_CRM_DATA", "Empty CRM data")
NO_OBJECT = Fault("CRM_CHAT_EMPTY_CRM_DATA", "Could not find CRM object")
EMPTY_USER = Fault("CRM_CHAT_EMPTY_USER", "Empty User ID")
NOT_IN_CRM = Fault("CHAT_NOT_IN_CRM", "Chat does not belong to the CRM object being checked")
NOT_ACTIVE = Fault("CRM_CHAT_USER_NOT_ACTIVE", "User not active")
ALREADY_IN = Fault("WRONG_REQUEST", "You don't have access or user already member in chat")
NOT_IN = Fault("WRONG_REQUEST", "You don't have access or user already not in chat")
NO_REMOVING = Fault("CHAT_DELETE_USER_PERMISSION_DENIED", "You don't have access to delete a user from this chat", 403)
CANCELED = Fault("CANCELED", "You cannot send messages to the specified chat")
WRONG_CHAT_ID = Fault("CHAT_ID", "The specified chat identifier is incorrect")
ACCESS_DENIED = Fault("ACCESS_DENIED", "You cannot open this conversation as you do not have sufficient rights")
NOT_OPERATOR = Fault("ERROR_USER_NOT_OPERATOR", "Attempt to save a CRM object by a user who is not an operator")
INSTALLED = {"IM_NOT_INSTALLED": "the messenger is a part of the server"}


def _wrong(name: str, _: Problem) -> Fault:
    told = missing_argument(name)
    return told.saying(f"The value of an argument '{name}' has an invalid type")


def _missing_user(name: str) -> Fault:
    told = missing_argument(name)
    return told.saying("Argument 'Empty USER_ID' is null or empty") if name == "USER_ID" else told


def _missing_to_delete(name: str) -> Fault:
    return EMPTY_USER if name == "USER_ID" else EMPTY_DATA


family = Family(scopes=("imopenlines",), dialect=Dialect(wrong=_wrong))
EntityName = Annotated[str, Doc("lead, deal, contact or company.")]
EntityId = Annotated[int, Doc("Id of the lead, deal, contact or company.")]
UserId = Annotated[int, Doc("Id of the person.")]
ChatOrLast = Annotated[int | None, Doc("Id of the chat; the last active one if left out.")]


def _entity(name: str, fault: Fault) -> EntityType:
    entity = EntityType.named(name)
    if entity is None:
        raise ApiError(fault)
    return entity


@family.method("imopenlines.crm.chat.get", faults=(NO_ACTION,))
def chat_get(
    call: Call,
    *,
    crm_entity_type: EntityName,
    crm_entity: EntityId,
    active_only: Annotated[bool, Doc("N lists closed dialogs too.")] = True,
) -> list[dict[str, str]]:
    """List the dialogs that are bound to an object, the last active first."""
    found = crm_chats.of(call, _entity(crm_entity_type, NO_ACTION), crm_entity, open_alone=active_only)
    connectors = {chat.connector: call.find_connector(chat.connector) for chat in found}
    titles = {code: connector.name if connector else "" for code, connector in connectors.items()}
    return [
        {"CHAT_ID": str(chat.id), "CONNECTOR_ID": chat.connector, "CONNECTOR_TITLE": titles[chat.connector]}
        for chat in found
    ]


@family.method(
    "imopenlines.crm.chat.getLastId", dialect=Dialect(missing=lambda _: EMPTY_DATA, wrong=_wrong), faults=(NO_OBJECT,)
)
def chat_get_last_id(call: Call, *, crm_entity_type: EntityName, crm_entity: EntityId) -> int:
    """Return the chat of the last active dialog that is bound to an object."""
    found = crm_chats.of(call, _entity(crm_entity_type, NO_OBJECT), crm_entity)
    if not found:
        raise ApiError(NO_OBJECT)
    return found[0].id


@family.method(
    "imopenlines.crm.chat.user.add",
    writes=True,
    dialect=Dialect(missing=_missing_user, wrong=_wrong),
    errors={crm_chats.NotBound: NOT_IN_CRM, crm_chats.NotActive: NOT_ACTIVE, crm_chats.MemberAlready: ALREADY_IN},
    faults=(NO_JOINING,),
    unreachable=INSTALLED,
)
def chat_user_add(
    call: Call,
    *,
    crm_entity_type: EntityName,
    crm_entity: EntityId,
    user_id: UserId,
    chat_id: ChatOrLast = None,
) -> int:
    """Let a person into a dialog of an object; returns the chat's id, 0 where there is no dialog."""
    return crm_chats.add_user(call, _entity(crm_entity_type, NO_JOINING), crm_entity, user_id, chat_id)


@family.method(
    "imopenlines.crm.chat.user.delete",
    writes=True,
    dialect=Dialect(missing=_missing_to_delete, wrong=_wrong),
    errors={
        crm_chats.NotBound: NOT_IN_CRM,
        crm_chats.NotActive: NOT_ACTIVE,
        crm_chats.NoMember: NOT_IN,
        crm_chats.MayNotRemove: NO_REMOVING,
    },
    faults=(NO_JOINING,),
    unreachable=INSTALLED,
)
def chat_user_delete(
    call: Call,
    *,
    crm_entity_type: EntityName,
    crm_entity: EntityId,
    user_id: UserId,
    chat_id: ChatOrLast = None,
) -> int:
    """Let a person out of a dialog of an object; returns the chat's id, 0 where there is no dialog."""
    return crm_chats.remove_user(call, _entity(crm_entity_type, NO_JOINING), crm_entity, user_id, chat_id)


@family.method(
    "imopenlines.crm.message.add",
    writes=True,
    errors={
        crm_chats.NotBound: NOT_IN_CRM,
        crm_chats.CannotWrite: CANCELED,
        messages.MessageEmpty: missing_argument("MESSAGE"),
    },
    faults=(NO_ENTITY,),
)
def message_add(
    call: Call,
    *,
    crm_entity_type: EntityName,
    crm_entity: EntityId,
    user_id: UserId,
    chat_id: Annotated[int, Doc("Id of the chat.")],
    message: Annotated[str, Doc("The text, at most 20,000 characters.")],
) -> int:
    """Write into a dialog of an object in the name of a person who takes part in it; returns the message's id."""
    return crm_chats.send(call, _entity(crm_entity_type, NO_ENTITY), crm_entity, chat_id, user_id, message)


@family.method(
    "imopenlines.crm.lead.create",
    writes=True,
    dialect=Dialect(missing=lambda _: WRONG_CHAT_ID, wrong=lambda _, __: WRONG_CHAT_ID),
    errors={
        chats.ChatMissing: WRONG_CHAT_ID,
        chats.NoAccess: ACCESS_DENIED,
        crm_chats.NotOperator: NOT_OPERATOR,
    },
    unreachable={"CHAT_TYPE": "every chat is one of an open line so far", "USER_ID": "no call comes without a user"},
)
def lead_create(call: Call, *, chat_id: Annotated[int, Doc("Id of the dialog's chat.")]) -> bool:
    """Make a lead of the customer of the caller's dialog; a dialog that has one keeps it."""
    crm_chats.create_lead(call, chat_id)
    return True
