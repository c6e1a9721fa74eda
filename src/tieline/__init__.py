"""tieline: a self-hosted hub for customer conversations."""
