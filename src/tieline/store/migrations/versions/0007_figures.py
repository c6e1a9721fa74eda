"""Figures of sessions, kept when a session ends, and the waits that they were made of."""

from tieline.store.migrations.tables import index, keyed

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add what statistics are summed from; sessions that have ended before are counted by a recount."""
    counts = (
        *("closed", "spam", "answered", "missed", "customer_messages", "operator_messages", "system_messages"),
        *("transfers", "passed_on", "returned", "likes", "dislikes", "head_votes", "head_stars", "late"),
    )
    keyed(
        "session_figures",
        f"""session_id bigint not null, chat_id bigint not null, line_id bigint not null, connector text not null,
        operator_id bigint not null, opened_at bigint not null, closed_at bigint, first_wait bigint,
        longest_wait bigint, duration bigint, {", ".join(f"{name} bigint not null" for name in counts)}""",
        "session_id",
    )
    index("session_figures_opened", "session_figures opened_at")
    index("session_figures_line", "session_figures line_id, opened_at")
    keyed("session_waits", "session_id bigint not null, position bigint not null, wait bigint not null",
          "session_id, position")  # fmt: skip
