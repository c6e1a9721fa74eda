"""Cards of chats: whose a chat is, how it looks, to what of the outside it belongs."""

from dataclasses import astuple, fields

from tieline.domain.chats import ChatCard
from tieline.store.engine import Row, Tx

_NAMES = tuple(field.name for field in fields(ChatCard))
_CARD = ", ".join(_NAMES)


def _card(row: Row) -> ChatCard:
    return ChatCard(*(*row[:-1], bool(row[-1])))


def find_card(tx: Tx, portal_id: int, chat_id: int) -> ChatCard | None:
    """Return a chat's card, or None."""
    row = tx.one(
        f"select {_CARD} from chat_cards where portal_id = :portal and chat_id = :chat", portal=portal_id, chat=chat_id
    )
    return _card(row) if row else None


def set_card(tx: Tx, portal_id: int, card: ChatCard) -> None:
    """Keep a chat's card."""
    names = _NAMES[1:]
    tx.run(
        f"""insert into chat_cards (portal_id, {_CARD}) values (:portal, {", ".join(":" + name for name in _NAMES)})
        on conflict (portal_id, chat_id) do update set {", ".join(f"{name} = excluded.{name}" for name in names)}""",
        portal=portal_id,
        **(dict(zip(_NAMES, astuple(card), strict=True)) | {"text_field": int(card.text_field)}),
    )


def find_of_entity(tx: Tx, portal_id: int, entity_type: str, entity_id: str) -> list[int]:
    """Return the chats that belong to something of the outside, the newest first."""
    rows = tx.all(
        """select chat_id from chat_cards where portal_id = :portal and entity_type = :type and entity_id = :entity
        order by chat_id desc""",
        portal=portal_id,
        type=entity_type,
        entity=entity_id,
    )
    return [row[0] for row in rows]
