"""Notes that no customer sees, and answers that are kept to be used again."""

from tieline.store.migrations.tables import columns, index, table

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the silent mode of dialogs and the store of quick answers."""
    columns("chats", "silent bigint not null default 0")
    table(
        "quick_answers",
        "line_id bigint not null, text text not null, author_id bigint not null, created_at bigint not null",
    )
    index("quick_answers_line", "quick_answers line_id, id")
