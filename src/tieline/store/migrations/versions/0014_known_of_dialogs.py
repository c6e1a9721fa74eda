"""A dialog knows when its session was opened, and whether a bot has shown its customer buttons."""

from alembic import op

from tieline.store.migrations.tables import columns

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the columns, and fill them for the dialogs that are there."""
    columns("chats", "keyboard_id bigint not null default 0", "opened_at bigint")
    op.execute(
        """update chats set opened_at = (select s.opened_at from sessions s
        where s.portal_id = chats.portal_id and s.id = chats.session_id) where session_id is not null"""
    )
    op.execute(
        """update chats set keyboard_id = coalesce((select max(m.id) from messages m
        where m.portal_id = chats.portal_id and m.chat_id = chats.id and m.author = 'bot'
        and m.params like '%"KEYBOARD"%'), 0) where bots > 0"""
    )
