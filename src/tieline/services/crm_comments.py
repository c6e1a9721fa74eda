"""Comments in the timelines of the CRM: every active person may write, change and delete them."""

from dataclasses import replace
from typing import Any, NamedTuple

from tieline.domain.crm import EntityType
from tieline.domain.crm_comments import Comment
from tieline.domain.crm_files import Holder
from tieline.domain.events import CommentAdded, CommentDeleted, CommentFact, CommentUpdated
from tieline.domain.ids import parse_id
from tieline.domain.user_fields import plain
from tieline.services import crm, crm_files, crm_timeline
from tieline.services.call import Call
from tieline.services.subscriptions import publish
from tieline.store import crm_comments as store
from tieline.store import crm_files as file_store

MAX_TEXT = 65_000


class FieldsMissing(Exception):
    """A comment needs an object and a text."""


class OwnerUnknown(Exception):
    """What is named as the owner of a comment is none."""


class TextEmpty(Exception):
    """A comment cannot be empty."""


class CommentMissing(Exception):
    """There is no such comment, or it belongs to another object."""


class Owner(NamedTuple):
    """Whose timeline a request names; either part may be left out."""

    type_id: int | None
    id: int | None


def get(call: Call, comment_id: int) -> Comment:
    """Return a comment."""
    found = store.find_comment(call.tx, call.portal_id, comment_id)
    if found is None:
        raise CommentMissing
    return found


def add(call: Call, given: dict[str, Any]) -> int:
    """Write a comment into the timeline of an object; returns its id."""
    told = [given.get(name) for name in ("ENTITY_ID", "ENTITY_TYPE", "COMMENT")]
    if any(value is None or isinstance(value, dict | list) for value in told) or not all(map(plain, told[:2])):
        raise FieldsMissing
    entity, entity_id = EntityType.named(plain(told[1])), parse_id(plain(told[0]))
    if entity is None or not entity_id:
        raise OwnerUnknown
    text = _text(told[2])
    crm.lock(call, entity, entity_id)
    made = Comment(entity, entity_id, call.actor.id, text, call.now)
    comment_id = store.add_comment(call.tx, call.portal_id, made)
    crm_files.attach(call, Holder.COMMENT, comment_id, crm_files.read(given.get("FILES")))
    crm_timeline.note(call, entity, entity_id)
    _tell(call, CommentAdded, comment_id)
    return comment_id


def update(call: Call, comment_id: int, given: dict[str, Any], owner: Owner) -> None:
    """Change the text of a comment, its files, or both; files that are given take the place of the former ones."""
    before = _lock(call, comment_id, owner)
    changed = replace(before, text=_text(given["COMMENT"]) if given.get("COMMENT") is not None else before.text)
    store.set_text(call.tx, call.portal_id, comment_id, changed.text)
    if "FILES" in given:
        crm_files.attach(call, Holder.COMMENT, comment_id, crm_files.read(given["FILES"]))
    _tell(call, CommentUpdated, comment_id)


def delete(call: Call, comment_id: int, owner: Owner) -> None:
    """Delete a comment with its files."""
    _lock(call, comment_id, owner)
    file_store.remove_attachments(call.tx, call.portal_id, Holder.COMMENT, comment_id)
    store.remove_comment(call.tx, call.portal_id, comment_id)
    _tell(call, CommentDeleted, comment_id)


def _lock(call: Call, comment_id: int, owner: Owner) -> Comment:
    """Return a comment that is to be changed, locked; who names its owner must name the right one."""
    found = store.find_comment(call.tx, call.portal_id, comment_id, lock=True)
    if owner.type_id is not None and owner.type_id not in tuple(EntityType):
        raise OwnerUnknown
    if owner.type_id is not None and owner.id is not None:
        _require_object(call, EntityType(owner.type_id), owner.id)
    if found is None or owner.type_id not in (None, found.entity) or owner.id not in (None, found.entity_id):
        raise CommentMissing
    return found


def _require_object(call: Call, entity: EntityType, entity_id: int) -> None:
    try:
        crm.get(call, entity, entity_id)
    except crm.ObjectMissing as error:
        raise OwnerUnknown from error


def _text(given: Any) -> str:
    text = "" if isinstance(given, dict | list) else given if isinstance(given, str) else plain(given)
    if not text.strip():
        raise TextEmpty
    return text[:MAX_TEXT]


def _tell(call: Call, fact: type[CommentFact], comment_id: int) -> None:
    publish(call, fact(actor_id=call.user.id if call.user else None, comment_id=comment_id))
