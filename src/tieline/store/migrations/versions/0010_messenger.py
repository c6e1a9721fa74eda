"""Chats between people and with bots: cards, marks, reactions, bots and their commands."""

from tieline.store.migrations.tables import columns, index, keyed, table

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add what chats need that are no dialogs, and what bots need."""
    columns("chats", "bots bigint not null default 0")
    index("chats_private", "chats outer_chat, outer_user", "type = 'private'", unique=True)
    columns("members", "manager bigint not null default 0", "hidden_to bigint not null default 0")
    columns("connectors", "buttons bigint not null default 0")
    columns("bindings", "bot_id bigint")
    keyed(
        "chat_cards",
        """chat_id bigint not null, owner_id bigint not null, color text not null, avatar text not null,
        entity_type text not null, entity_id text not null, entity_data_1 text not null,
        entity_data_2 text not null, entity_data_3 text not null, text_field bigint not null""",
        "chat_id",
    )
    index("chat_cards_entity", "chat_cards entity_type, entity_id")
    keyed(
        "chat_marks",
        """chat_id bigint not null, user_id bigint not null, pinned bigint not null, muted bigint not null,
        unread bigint not null, hidden_at bigint not null""",
        "chat_id, user_id",
    )
    index("chat_marks_user", "chat_marks user_id, chat_id")
    keyed(
        "reactions",
        "message_id bigint not null, user_id bigint not null, reaction text not null, added_at bigint not null",
        "message_id, user_id, reaction",
    )
    keyed(
        "bots",
        """id bigint not null, app_id bigint not null, code text not null, type text not null,
        version bigint not null, lines bigint not null, handlers text not null, color text not null,
        fetches bigint not null, hidden bigint not null, reactions bigint not null,
        background text not null, created_at bigint not null""",
        "id",
    )
    index("bots_code", "bots app_id, code", unique=True)
    table(
        "bot_commands",
        """bot_id bigint not null, app_id bigint not null, command text not null, handler text not null,
        common bigint not null, hidden bigint not null, extranet bigint not null, phrases text not null,
        created_at bigint not null""",
    )
    index("bot_commands_command", "bot_commands command, bot_id")
    table(
        "bot_apps",
        """bot_id bigint not null, app_id bigint not null, code text not null, settings text not null,
        created_at bigint not null""",
    )
    keyed(
        "event_readers",
        "user_id bigint not null, since bigint not null",
        "user_id",
    )
