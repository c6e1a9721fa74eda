"""What bots have written is counted without looking through all messages."""

from tieline.store.migrations.tables import index

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the index."""
    index("messages_bot", "messages author_id", "author = 'bot'")
