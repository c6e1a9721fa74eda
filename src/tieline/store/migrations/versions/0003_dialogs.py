"""The life of a dialog: which queue serves it, whether it is pinned, and what is thought of its sessions."""

from alembic import op

from tieline.store.migrations.tables import columns, index

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add what dialogs and sessions need to be handed on and judged."""
    columns("chats", "queue_id bigint not null default 0", "pinned bigint not null default 0")
    op.execute("update chats set queue_id = line_id")
    columns("sessions", "head_vote bigint not null default 0", "head_comment text")
    op.execute("drop index chats_closed")
    index("chats_closed", "chats active_minute", "status >= 60")
