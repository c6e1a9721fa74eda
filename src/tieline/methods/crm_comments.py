"""crm.timeline.comment.*: comments about leads, deals, contacts and companies are read and deleted; their events."""

from typing import Annotated, Any

from tieline.api.faults import ApiError, Dialect, Fault
from tieline.api.method import Doc, Family, Page, Spelled, Tokens
from tieline.api.wire import Wire, iso
from tieline.domain.crm import EntityType, Field, Flag, Kind
from tieline.domain.crm_comments import Comment
from tieline.domain.crm_files import Attachment, Holder
from tieline.domain.events import CommentAdded, CommentDeleted, CommentFact, CommentUpdated
from tieline.domain.files import FileType
from tieline.domain.ids import parse_id
from tieline.domain.user_fields import plain
from tieline.methods.crm import DIALECT, NO_PERMISSIONS, Id, describe_fields, positive
from tieline.methods.crm_lists import PAGE, Order, Select, Start, number
from tieline.methods.filters import items_of
from tieline.services import crm, crm_comments, crm_files, files
from tieline.services.call import Call
from tieline.services.crm_comments import Owner
from tieline.store import crm_comments as store
from tieline.store.filters import Order as Way

FIELDS_MISSING = Fault("100", "Required fields are not provided")
OWNER_NOT_FOUND = Fault("OWNER_NOT_FOUND", "Owner of the item not found")
NOT_FOUND = Fault("NOT_FOUND", "Not found.")
MISSING = Fault("", "Not found.")
NO_OBJECT = Fault("", "Access denied.")
UNREACHABLE = {"ACCESS_DENIED": NO_PERMISSIONS}
FIELDS = (
    Field("ID", Kind.INTEGER, "ID", frozenset({Flag.READ_ONLY})),
    Field("CREATED", Kind.DATETIME, "Written on", frozenset({Flag.READ_ONLY})),
    Field("ENTITY_ID", Kind.INTEGER, "Id of the object", frozenset({Flag.REQUIRED, Flag.IMMUTABLE})),
    Field("ENTITY_TYPE", Kind.STRING, "Type of the object", frozenset({Flag.REQUIRED, Flag.IMMUTABLE})),
    Field("AUTHOR_ID", Kind.INTEGER, "Author", frozenset({Flag.IMMUTABLE})),
    Field("COMMENT", Kind.STRING, "Text"),
    Field("FILES", Kind.ATTACHED_FILE, "Files", frozenset({Flag.MULTIPLE})),
)


def _missing(*_: object) -> Fault:
    return FIELDS_MISSING


DEMANDING = Dialect(missing=_missing, wrong=_missing)
family = Family(scopes=("crm",), dialect=DEMANDING)
ERRORS: dict[type[Exception], Fault] = {
    crm_comments.OwnerUnknown: OWNER_NOT_FOUND,
    crm_comments.CommentMissing: NOT_FOUND,
}
CommentId = Annotated[int, Doc("Id of the comment."), Spelled("id")]
OwnerType = Annotated[int | None, Doc("Type of the object that the comment belongs to."), Spelled("ownerTypeId")]
OwnerId = Annotated[int | None, Doc("Id of the object that the comment belongs to."), Spelled("ownerId")]


class CommentChanged(Wire):
    """A comment to which something happened."""

    ID: int


@family.method(
    "crm.timeline.comment.delete",
    writes=True,
    errors=ERRORS,
    unreachable=UNREACHABLE
    | {"MULTIPLE_BINDINGS": "a comment belongs to one object, since crm.timeline.bindings.* is not here"},
)
def delete(
    call: Call,
    *,
    id: CommentId,  # noqa: A002 - the request's own name
    owner_type_id: OwnerType = None,
    owner_id: OwnerId = None,
) -> None:
    """Delete a comment with its files."""
    crm_comments.delete(call, id, Owner(owner_type_id, owner_id))


@family.method("crm.timeline.comment.get", dialect=DIALECT, errors={crm_comments.CommentMissing: MISSING})
def get(call: Call, *, id: Id) -> dict[str, Any]:  # noqa: A002 - the request's own name
    """Return a comment."""
    return _views(call, [crm_comments.get(call, positive(id))])[0]


@family.method("crm.timeline.comment.list", dialect=DIALECT, faults=(NO_OBJECT,))
def list_comments(
    call: Call,
    *,
    filter: Annotated[  # noqa: A002 - the request's own name
        dict[str, Any], Doc("ENTITY_TYPE and ENTITY_ID of the object."), Spelled("filter")
    ],
    select: Select = None,
    order: Order = None,
    start: Start = 0,
) -> Page:
    """List the comments of a lead, deal, contact or company, 50 a page; the oldest first unless ordered otherwise."""
    entity, entity_id, offset = *_object(call, filter), max(number(start), 0)
    orders = [Way(name, plain(way).upper() == "DESC") for name, way in (order or {}).items() if name in store.COLUMNS]
    found = store.list_comments(call.tx, call.portal_id, entity, entity_id, orders=orders, limit=PAGE, offset=offset)
    chosen = {name for name in items_of(select) or ["*"] if isinstance(name, str)}
    views = [
        {name: value for name, value in view.items() if "*" in chosen or name in chosen} for view in _views(call, found)
    ]
    total = store.count_comments(call.tx, call.portal_id, entity, entity_id)
    return Page(views, total=total, next=offset + PAGE if offset + PAGE < total else None)


@family.method("crm.timeline.comment.fields", unreachable={"0": "nothing can fail in it"})
def fields(call: Call) -> dict[str, dict[str, Any]]:  # noqa: ARG001
    """Describe the fields of comments."""
    return describe_fields(FIELDS)


@family.event("onCrmTimelineCommentAdd", of=CommentAdded, tokens=Tokens.REFRESH)
def comment_added(call: Call, fact: CommentAdded) -> CommentChanged:  # noqa: ARG001
    """A comment was written into a timeline of the CRM."""
    return _told(fact)


@family.event("onCrmTimelineCommentUpdate", of=CommentUpdated, tokens=Tokens.REFRESH)
def comment_updated(call: Call, fact: CommentUpdated) -> CommentChanged:  # noqa: ARG001
    """A comment in a timeline of the CRM was changed."""
    return _told(fact)


@family.event("onCrmTimelineCommentDelete", of=CommentDeleted, tokens=Tokens.REFRESH)
def comment_deleted(call: Call, fact: CommentDeleted) -> CommentChanged:  # noqa: ARG001
    """A comment in a timeline of the CRM was deleted."""
    return _told(fact)


def _told(fact: CommentFact) -> CommentChanged:
    return CommentChanged(ID=fact.comment_id)


def _object(call: Call, filters: dict[str, Any]) -> tuple[EntityType, int]:
    """Read whose comments a filter asks for."""
    named = {name.lstrip("="): value for name, value in filters.items() if not isinstance(value, dict | list)}
    entity = EntityType.named(plain(named.get("ENTITY_TYPE")))
    entity_id = parse_id(plain(named.get("ENTITY_ID"))) or 0
    try:
        if entity is None:
            raise ApiError(NO_OBJECT)
        return entity, crm.get(call, entity, entity_id).id
    except crm.ObjectMissing as error:
        raise ApiError(NO_OBJECT) from error


def _views(call: Call, comments: list[Comment]) -> list[dict[str, Any]]:
    attached = crm_files.of(call, Holder.COMMENT, [comment.id for comment in comments])
    return [
        {
            "ID": str(comment.id),
            "ENTITY_ID": str(comment.entity_id),
            "ENTITY_TYPE": comment.entity.name.lower(),
            "CREATED": iso(comment.created_at, call.portal.time_zone),
            "COMMENT": comment.text,
            "AUTHOR_ID": str(comment.author_id),
            "FILES": {str(one.file.id): _file_view(call, one) for one in attached.get(comment.id, [])},
        }
        for comment in comments
    ]


def _file_view(call: Call, attachment: Attachment) -> dict[str, Any]:
    file, link = attachment.file, files.link(call, attachment.file)
    author = call.find_person(file.author_id)
    told: dict[str, Any] = {
        "id": file.id,
        "date": iso(file.created_at, call.portal.time_zone),
        "type": file.type.value,
        "name": file.name,
        "size": file.size,
    }
    if attachment.size:
        told["image"] = attachment.size._asdict()
    told |= {"authorId": file.author_id, "authorName": author.full_name if author else ""}
    preview = {"urlPreview": link} if file.type is FileType.IMAGE else {}
    return told | preview | {"urlShow": link, "urlDownload": link}
