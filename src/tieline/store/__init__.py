"""Where things are kept: the only SQL, the same text on SQLite and PostgreSQL."""
