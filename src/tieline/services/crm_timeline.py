"""The timeline of an object of the CRM as a whole: when it last had something new, and what becomes of it."""

from tieline.domain.crm import EntityType
from tieline.domain.crm_files import Holder
from tieline.services.call import Call
from tieline.store import crm as store
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
