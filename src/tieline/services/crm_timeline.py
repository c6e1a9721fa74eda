"""The timeline of an object of the CRM as a whole: when it last had something new, and what becomes of it."""

from tieline.domain.crm import EntityType
from tieline.domain.crm_activities import Activity, Binding
from tieline.domain.crm_files import Holder
from tieline.services.call import Call
from tieline.store import crm as store
from tieline.store import crm_activities as activity_store
from tieline.store import crm_comments as comment_store
from tieline.store import crm_files as file_store


def note(call: Call, entity: EntityType, entity_id: int) -> None:
    """Say that the timeline of an object has something new."""
    user_id = call.user.id if call.user else 0
    store.set_last_activity(call.tx, call.portal_id, entity, entity_id, user_id, call.now)


def forget(call: Call, entity: EntityType, entity_id: int) -> None:
    """Remove what the timeline of an object has, with its files."""
    for comment_id in comment_store.list_comment_ids(call.tx, call.portal_id, entity, entity_id):
        file_store.remove_attachments(call.tx, call.portal_id, Holder.COMMENT, comment_id)
        comment_store.remove_comment(call.tx, call.portal_id, comment_id)
    for activity_id in activity_store.list_bound(call.tx, call.portal_id, entity, entity_id):
        activity_store.remove_binding(call.tx, call.portal_id, activity_id, entity, entity_id)
        _settle(call, activity_id, (entity, entity_id))
    activity_store.move_communications(call.tx, call.portal_id, entity, entity_id, None)


def move(call: Call, entity: EntityType, entity_id: int, target_id: int) -> None:
    """Give what the timeline of an object has to another one of its type."""
    comment_store.move_comments(call.tx, call.portal_id, entity, entity_id, target_id)
    for activity_id in activity_store.list_bound(call.tx, call.portal_id, entity, entity_id):
        activity_store.add_bindings(call.tx, call.portal_id, activity_id, [(entity, target_id)])
        activity_store.remove_binding(call.tx, call.portal_id, activity_id, entity, entity_id)
        _settle(call, activity_id, (entity, entity_id), (entity, target_id))
    activity_store.move_communications(call.tx, call.portal_id, entity, entity_id, target_id)


def _settle(call: Call, activity_id: int, gone: Binding, heir: Binding | None = None) -> None:
    """Give an activity that an object has left another owner; one that has none left goes with its files."""
    found = activity_store.find_activity(call.tx, call.portal_id, activity_id, lock=True)
    left = activity_store.list_bindings(call.tx, call.portal_id, [activity_id]).get(activity_id)
    if found is None or not left:
        file_store.remove_attachments(call.tx, call.portal_id, Holder.ACTIVITY, activity_id)
        activity_store.remove_activity(call.tx, call.portal_id, activity_id)
    elif (found["OWNER_TYPE_ID"], found["OWNER_ID"]) == gone:
        owner, owner_id = heir or left[0]
        values = found.values | {"OWNER_TYPE_ID": int(owner), "OWNER_ID": owner_id}
        activity_store.set_activity(call.tx, call.portal_id, Activity(activity_id, values))
