"""Comments of the CRM: rows of an object."""

from tieline.domain.crm import EntityType
from tieline.domain.crm_comments import Comment
from tieline.store.engine import Row, Tx
from tieline.store.filters import Order, order_by

_COMMENT = "entity_type, entity_id, author_id, comment, created_at, id"
COLUMNS = {"ID": "id", "CREATED": "created_at", "AUTHOR_ID": "author_id"}


def _comment(row: Row) -> Comment:
    return Comment(EntityType(row[0]), *row[1:])


def add_comment(tx: Tx, portal_id: int, comment: Comment) -> int:
    """Add a comment; returns its id."""
    row = tx.one(
        """insert into crm_comments (portal_id, entity_type, entity_id, author_id, comment, created_at)
        values (:portal, :type, :entity, :author, :comment, :now) returning id""",
        portal=portal_id,
        type=int(comment.entity),
        entity=comment.entity_id,
        author=comment.author_id,
        comment=comment.text,
        now=comment.created_at,
    )
    assert row
    return int(row[0])


def find_comment(tx: Tx, portal_id: int, comment_id: int, *, lock: bool = False) -> Comment | None:
    """Return a comment, locked if it is to be changed; or None."""
    row = tx.one(
        f"""select {_COMMENT} from crm_comments where portal_id = :portal and id = :id
        {"for update" if lock else ""}""",
        portal=portal_id,
        id=comment_id,
    )
    return _comment(row) if row else None


def list_comments(
    tx: Tx, portal_id: int, entity: EntityType, entity_id: int, *, orders: list[Order], limit: int, offset: int
) -> list[Comment]:
    """Return comments of an object, a page of them."""
    rows = tx.all(
        f"""select {_COMMENT} from crm_comments where portal_id = :portal and entity_type = :type
        and entity_id = :entity order by {order_by(orders, COLUMNS)} limit :limit offset :offset""",
        portal=portal_id,
        type=int(entity),
        entity=entity_id,
        limit=limit,
        offset=offset,
    )
    return [_comment(row) for row in rows]


def list_comment_ids(tx: Tx, portal_id: int, entity: EntityType, entity_id: int) -> list[int]:
    """Return the ids of all comments of an object."""
    rows = tx.all(
        "select id from crm_comments where portal_id = :portal and entity_type = :type and entity_id = :entity",
        portal=portal_id,
        type=int(entity),
        entity=entity_id,
    )
    return [row[0] for row in rows]


def count_comments(tx: Tx, portal_id: int, entity: EntityType, entity_id: int) -> int:
    """Count the comments of an object."""
    row = tx.one(
        "select count(*) from crm_comments where portal_id = :portal and entity_type = :type and entity_id = :entity",
        portal=portal_id,
        type=int(entity),
        entity=entity_id,
    )
    assert row
    return int(row[0])


def set_text(tx: Tx, portal_id: int, comment_id: int, text: str) -> None:
    """Keep another text of a comment."""
    tx.run(
        "update crm_comments set comment = :comment where portal_id = :portal and id = :id",
        portal=portal_id,
        id=comment_id,
        comment=text,
    )


def move_comments(tx: Tx, portal_id: int, entity: EntityType, entity_id: int, target_id: int) -> None:
    """Give the comments of an object to another one of its type."""
    tx.run(
        """update crm_comments set entity_id = :target
        where portal_id = :portal and entity_type = :type and entity_id = :entity""",
        portal=portal_id,
        type=int(entity),
        entity=entity_id,
        target=target_id,
    )


def remove_comment(tx: Tx, portal_id: int, comment_id: int) -> None:
    """Remove a comment."""
    tx.run("delete from crm_comments where portal_id = :portal and id = :id", portal=portal_id, id=comment_id)
