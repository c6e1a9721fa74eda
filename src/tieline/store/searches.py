"""Which people and chats somebody found and opened last."""

from tieline.store.engine import Tx

MOST = 30  # of a person


def add_found(tx: Tx, portal_id: int, user_id: int, dialog_id: str) -> None:
    """Remember a dialog as the newest of a person's; the oldest of more than 30 are forgotten."""
    remove_found(tx, portal_id, user_id, dialog_id)
    tx.run(
        """insert into search_history (portal_id, user_id, dialog_id) values (:portal, :user, :dialog)
        on conflict do nothing""",
        portal=portal_id,
        user=user_id,
        dialog=dialog_id,
    )
    tx.run(
        """delete from search_history where portal_id = :portal and user_id = :user and id <= coalesce((select id
        from search_history where portal_id = :portal and user_id = :user order by id desc limit 1 offset :most), 0)""",
        portal=portal_id,
        user=user_id,
        most=MOST,
    )


def remove_found(tx: Tx, portal_id: int, user_id: int, dialog_id: str) -> bool:
    """Forget a dialog; False if it was not remembered."""
    return bool(
        tx.run(
            "delete from search_history where portal_id = :portal and user_id = :user and dialog_id = :dialog",
            portal=portal_id,
            user=user_id,
            dialog=dialog_id,
        )
    )


def list_found(tx: Tx, portal_id: int, user_id: int) -> list[str]:
    """Return the dialogs that somebody found, the newest first."""
    rows = tx.all(
        "select dialog_id from search_history where portal_id = :portal and user_id = :user order by id desc",
        portal=portal_id,
        user=user_id,
    )
    return [row[0] for row in rows]
