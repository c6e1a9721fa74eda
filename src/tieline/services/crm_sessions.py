"""Sessions of open lines in the timelines of what their dialogs are bound to: an activity for each."""

from typing import Any, NamedTuple

from tieline.domain.chats import Chat
from tieline.domain.crm import IMOL, EntityType, MultiType
from tieline.domain.crm_activities import (
    COMPLETED,
    INCOMING,
    SESSION,
    STARTING,
    Activity,
    ActivityType,
    Binding,
    Communication,
)
from tieline.services import crm_timeline
from tieline.services.call import Call
from tieline.store import crm_activities as store

REACHED = (EntityType.CONTACT, EntityType.COMPANY, EntityType.LEAD)  # whose a dialog is


class Told(NamedTuple):
    """What an activity says of a session: who is responsible, when it began, and that it is over, if it is."""

    responsible_id: int
    began: int
    over: bool


def record(call: Call, chat: Chat, bindings: list[Binding], told: Told) -> None:
    """Leave the activity of a dialog's session with all that the dialog is bound to, each session's once."""
    assert chat.session_id is not None
    known = store.find_associated(call.tx, call.portal_id, SESSION, chat.session_id)
    state = _state(call, told)
    if known is not None:
        values = known.values | {"RESPONSIBLE_ID": told.responsible_id, "LAST_UPDATED": call.now} | state
        store.set_activity(call.tx, call.portal_id, Activity(known.id, values))
        activity_id, there = known.id, store.list_bindings(call.tx, call.portal_id, [known.id])[known.id]
    else:
        activity_id, there = _add(call, chat, bindings, told, state), []
    store.add_bindings(call.tx, call.portal_id, activity_id, bindings)
    for binding in bindings:
        if binding not in there or told.over:
            crm_timeline.note(call, *binding)


def _state(call: Call, told: Told) -> dict[str, Any]:
    return {"COMPLETED": "Y", "STATUS": COMPLETED, "END_TIME": call.now, "DEADLINE": call.now} if told.over else {}


def _add(call: Call, chat: Chat, bindings: list[Binding], told: Told, state: dict[str, Any]) -> int:
    (owner, owner_id), author_id = bindings[0], call.user.id if call.user else 0
    values = STARTING | {
        "OWNER_TYPE_ID": int(owner),
        "OWNER_ID": owner_id,
        "TYPE_ID": ActivityType.PROVIDED,
        "PROVIDER_ID": SESSION,
        "PROVIDER_TYPE_ID": str(chat.line_id),
        "PROVIDER_GROUP_ID": chat.connector,
        "ASSOCIATED_ENTITY_ID": chat.session_id,
        "SUBJECT": chat.title,
        "START_TIME": told.began,
        "DIRECTION": INCOMING,
        "IS_INCOMING_CHANNEL": "Y",
        "RESPONSIBLE_ID": told.responsible_id,
        "CREATED": call.now,
        "LAST_UPDATED": call.now,
        "AUTHOR_ID": author_id,
        "EDITOR_ID": author_id,
    }
    activity_id = store.add_activity(call.tx, call.portal_id, values | state)
    named = dict(bindings)
    whose = next(((entity, named[entity]) for entity in REACHED if entity in named), bindings[0])
    communication = Communication(MultiType.IM.value, f"{IMOL}{chat.user_code}", *whose)
    store.set_communications(call.tx, call.portal_id, activity_id, [communication])
    return activity_id
