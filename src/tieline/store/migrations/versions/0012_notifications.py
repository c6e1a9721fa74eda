"""What people are told by the portal and by applications in one table; statuses that people choose; what they found."""

from alembic import op

from tieline.store.migrations.tables import columns, index, keyed, table

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Extend notices and presence; add the history of searches."""
    columns(
        "notices",
        "author_id bigint not null default 0",
        "sender text not null default ''",
        "app_id bigint",
        "tag text",
        "sub_tag text",
        "title text not null default ''",
        "text_out text not null default ''",
        "attach text",
        "buttons text",
        "answerable bigint not null default 0",
        "choice text",
        "answer text",
        "outcome text",
    )
    op.execute("update notices set tag = kind, kind = 'empty queue' where kind like 'empty queue %'")
    op.execute("drop index notices_unread")
    index("notices_unread", "notices user_id", "read_at is null")
    index("notices_waiting", "notices user_id, id", "buttons is not null and choice is null")
    index("notices_tag", "notices sender, tag", "tag is not null")
    index("notices_sub_tag", "notices sender, sub_tag", "sub_tag is not null")
    keyed("notice_chats", "user_id bigint not null, chat_id bigint not null", "user_id")
    _number_chats()
    index("chats_customer", "chats customer_id, id", "customer_id > 0")
    columns("presence", "chosen_status text not null default ''", "idle_since bigint")
    table("search_history", "user_id bigint not null, dialog_id text not null")
    index("search_history_user", "search_history user_id, dialog_id", unique=True)


def _number_chats() -> None:
    """Give everybody who has notices the number of a chat that there is not, as later ones get it."""
    op.execute(
        """insert into chats (portal_id, type, title, description, connector, line_id, outer_chat, outer_user,
        customer_id, sequence, messages, active_at, active_minute, created_at, queue_id)
        select distinct portal_id, 'notify', '', '', '', 0, '', '', user_id, 0, 0, 0, 0, 0, 0 from notices"""
    )
    op.execute(
        """insert into notice_chats (portal_id, user_id, chat_id)
        select portal_id, customer_id, id from chats where type = 'notify'"""
    )
    op.execute("delete from chats where type = 'notify'")
