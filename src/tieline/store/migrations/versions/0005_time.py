"""Time in the life of a dialog: the portal's clock, timers, who is there, whose turn it is, the customer's vote."""

from alembic import op

from tieline.store.migrations.tables import columns, index, keyed, table

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add what the rules of lines need."""
    columns(
        "portals", "clock_moment bigint", "clock_since bigint", "clock_rate double precision", "clock_target bigint"
    )
    keyed("timers", "subject_id bigint not null, kind text not null, due_at bigint", "subject_id, kind")
    index("timers_due", "timers due_at", "due_at is not null")
    keyed(
        "presence",
        "user_id bigint not null, chosen text not null, status text not null, since bigint not null",
        "user_id",
    )
    keyed(
        "devices",
        "user_id bigint not null, device text not null, idle bigint not null, until bigint not null",
        "user_id, device",
    )
    index("devices_until", "devices until")
    op.execute("create table routing (portal_id bigint not null primary key, turn bigint not null)")
    keyed("line_turns", "line_id bigint not null, user_id bigint not null, turn bigint not null", "line_id, user_id")
    op.execute("alter table line_queue drop column assigned_at")
    index("chats_unassigned", "chats queue_id, session_id", "status < 10 and operator_id is null")
    op.execute("drop index chats_operator")
    index("chats_operator", "chats operator_id, active_minute, status", "status < 60")
    for name, status in (("open", 60), ("new", 10)):  # counters of tabs read the index alone
        op.execute(f"drop index chats_{name}")
        index(f"chats_{name}", "chats active_minute, queue_id, operator_id", f"status < {status}")
    columns(
        "sessions",
        "skipped_by bigint",
        "told_closed bigint not null default 0",
        "vote bigint not null default 0",
        "vote_comment text",
        "vote_asked_at bigint",
        "voted_at bigint",
    )
    table(
        "notices",
        """user_id bigint not null, kind text not null, text text not null, chat_id bigint, created_at bigint not null,
        read_at bigint""",
    )
    index("notices_user", "notices user_id, id")
    index("notices_unread", "notices user_id, kind", "read_at is null")
