"""crm.timeline.comment.add and .update: comments are written and changed; these alone do not read FIELDS for fields."""

from typing import Annotated, Any

from tieline.api.faults import Fault
from tieline.api.method import Doc, Family, Spelled
from tieline.methods.crm_comments import (
    DEMANDING,
    ERRORS,
    FIELDS_MISSING,
    NOT_FOUND,
    OWNER_NOT_FOUND,
    UNREACHABLE,
    CommentId,
    OwnerId,
    OwnerType,
)
from tieline.services import crm, crm_comments
from tieline.services.call import Call
from tieline.services.crm_comments import Owner

TEXT_EMPTY = Fault("INVALID_ARG_VALUE", "Empty comment")
family = Family(scopes=("crm",), dialect=DEMANDING, exact_names=True)


@family.method(
    "crm.timeline.comment.add",
    writes=True,
    errors={
        crm_comments.FieldsMissing: FIELDS_MISSING,
        crm_comments.OwnerUnknown: OWNER_NOT_FOUND,
        crm_comments.TextEmpty: TEXT_EMPTY,
        crm.ObjectMissing: NOT_FOUND,
    },
    unreachable=UNREACHABLE,
)
def add(
    call: Call,
    *,
    fields: Annotated[
        dict[str, Any], Doc("ENTITY_TYPE, ENTITY_ID and COMMENT; FILES as names and Base64."), Spelled("fields")
    ],
) -> int:
    """Write a comment into the timeline of a lead, deal, contact or company; returns the comment's id."""
    return crm_comments.add(call, fields)


@family.method(
    "crm.timeline.comment.update",
    writes=True,
    errors=ERRORS | {crm_comments.TextEmpty: TEXT_EMPTY},
    unreachable=UNREACHABLE,
)
def update(
    call: Call,
    *,
    id: CommentId,  # noqa: A002 - the request's own name
    fields: Annotated[dict[str, Any], Doc("COMMENT, FILES or both."), Spelled("fields")],
    owner_type_id: OwnerType = None,
    owner_id: OwnerId = None,
) -> int:
    """Change a comment; files that are given take the place of the former ones. Returns the comment's id."""
    crm_comments.update(call, id, fields, Owner(owner_type_id, owner_id))
    return id
