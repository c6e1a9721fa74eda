"""Tokens that ran out long ago are found by their moment, to be forgotten."""

from tieline.store.migrations.tables import index

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the index."""
    index("tokens_expiry", "tokens expires_at")
