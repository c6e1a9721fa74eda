"""Everything the connector must not forget, in one sqlite3 file."""

import hashlib
import json
import secrets
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS visitors (
    id TEXT PRIMARY KEY,
    key_hash TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    created REAL NOT NULL,
    portal_chat TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    visitor TEXT NOT NULL REFERENCES visitors (id),
    kind TEXT NOT NULL CHECK (kind IN ('visitor', 'operator', 'notice')),
    state TEXT NOT NULL CHECK (
        state IN ('queued', 'sent', 'failed', 'unconfirmed', 'confirmed', 'deleted')),
    text TEXT NOT NULL,
    files TEXT NOT NULL DEFAULT '[]',
    extras TEXT NOT NULL DEFAULT '{}',  -- operator: attachments and buttons
    created REAL NOT NULL,
    key TEXT,         -- visitor: chosen by the page, so that a repeated request adds nothing
    portal_key TEXT,  -- operator: im[message_id], so that a repeated event adds nothing
    portal_chat TEXT,
    line TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    due REAL NOT NULL DEFAULT 0,
    version INTEGER NOT NULL,
    UNIQUE (visitor, key),
    UNIQUE (portal_key)
);
CREATE INDEX IF NOT EXISTS work ON messages (state, visitor, id);
CREATE INDEX IF NOT EXISTS changes ON messages (visitor, version);
CREATE UNIQUE INDEX IF NOT EXISTS versions ON messages (version);
"""
NEXT_VERSION = "(SELECT coalesce(max(version), 0) + 1 FROM messages)"
HISTORY = 300
Extras = dict[str, list[dict[str, str]]]


@dataclass(frozen=True)
class Visitor:
    """A person on the website; the id is also the chat id and the user id for the portal."""

    id: str
    name: str


@dataclass(frozen=True)
class Message:
    """One row of the conversation."""

    id: int
    visitor: str
    kind: str
    state: str
    text: str
    files: list[dict[str, str]]
    extras: Extras
    created: float
    key: str | None
    portal_key: str | None
    portal_chat: str | None
    line: str | None
    attempts: int
    version: int


def _message(row: sqlite3.Row) -> Message:
    values = {name: row[name] for name in Message.__dataclass_fields__}
    return Message(**values | {"files": json.loads(row["files"]), "extras": json.loads(row["extras"])})


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


class Store:
    """The only owner of the file; every method is one short transaction and safe to call from any thread."""

    def __init__(self, path: Path) -> None:
        """Open the file, creating the tables where they are missing."""
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.executescript(SCHEMA)
        if "extras" not in {row["name"] for row in self._db.execute("PRAGMA table_info(messages)")}:
            self._db.execute("ALTER TABLE messages ADD COLUMN extras TEXT NOT NULL DEFAULT '{}'")
        self._lock = Lock()
        self.changes = 0
        """Grows with every change of a conversation, for those who wait for news."""

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def _all(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def _one(self, sql: str, *values: Any) -> sqlite3.Row | None:
        with self._lock:
            row: sqlite3.Row | None = self._db.execute(sql, values).fetchone()
            return row

    def _change(self, sql: str, *values: Any) -> int:
        with self._lock:
            count = self._db.execute(sql, values).rowcount
            self.changes += 1
            return count

    # settings

    def get(self, name: str) -> str:
        """Return a setting, or an empty string."""
        row = self._one("SELECT value FROM settings WHERE name = ?", name)
        return str(row["value"]) if row else ""

    def put(self, **values: str) -> None:
        """Save settings, all or none."""
        with self._lock:
            self._db.execute("BEGIN")
            self._db.executemany("INSERT OR REPLACE INTO settings VALUES (?, ?)", values.items())
            self._db.execute("COMMIT")

    # visitors

    def add_visitor(self, name: str) -> tuple[Visitor, str]:
        """Create a visitor and the secret key by which the browser proves to be this visitor."""
        visitor, key = Visitor(secrets.token_hex(16), name), secrets.token_urlsafe(32)
        self._change(
            "INSERT INTO visitors (id, key_hash, name, created) VALUES (?, ?, ?, ?)",
            *(visitor.id, _hash(key), name, time.time()),
        )
        return visitor, key

    def visitor_by_key(self, key: str) -> Visitor | None:
        """Find the visitor whose browser holds this key."""
        row = self._one("SELECT id, name FROM visitors WHERE key_hash = ?", _hash(key))
        return Visitor(**row) if row else None

    def visitor(self, visitor_id: str) -> Visitor | None:
        """Find a visitor by id, which is the chat id of the portal's events."""
        row = self._one("SELECT id, name FROM visitors WHERE id = ?", visitor_id)
        return Visitor(**row) if row else None

    def visitor_of_chat(self, portal_chat: str) -> Visitor | None:
        """Find a visitor by the chat number which the portal gave to the conversation."""
        row = self._one("SELECT id, name FROM visitors WHERE portal_chat = ?", portal_chat)
        return Visitor(**row) if row else None

    def set_chat(self, visitor_id: str, portal_chat: str) -> None:
        """Remember the portal's chat number of a visitor."""
        self._change("UPDATE visitors SET portal_chat = ? WHERE id = ?", portal_chat, visitor_id)

    # conversation

    def history(self, visitor_id: str, after: int) -> tuple[list[Message], int]:
        """Return what changed for a visitor after a version, and the version to ask with next time."""
        rows = self._all(
            "SELECT * FROM (SELECT * FROM messages WHERE visitor = ? AND version > ?"
            " ORDER BY id DESC LIMIT ?) ORDER BY id",
            *(visitor_id, after, HISTORY),
        )
        return [_message(row) for row in rows], max([after, *(row["version"] for row in rows)])

    def add_from_visitor(self, visitor_id: str, key: str, text: str) -> Message:
        """Queue a visitor's message; a repeated key gives the message that is there already."""
        self._change(
            "INSERT OR IGNORE INTO messages (visitor, kind, state, text, created, key, version)"
            f" VALUES (?, 'visitor', 'queued', ?, ?, ?, {NEXT_VERSION})",
            *(visitor_id, text, time.time(), key),
        )
        row = self._one("SELECT * FROM messages WHERE visitor = ? AND key = ?", visitor_id, key)
        assert row
        return _message(row)

    def retry(self, visitor_id: str, message_id: int) -> Message | None:
        """Put a failed message of a visitor back into the queue, under its old id."""
        self._change(
            f"UPDATE messages SET state = 'queued', attempts = 0, due = 0, version = {NEXT_VERSION}"
            " WHERE visitor = ? AND id = ? AND state = 'failed'",
            *(visitor_id, message_id),
        )
        row = self._one("SELECT * FROM messages WHERE visitor = ? AND id = ?", visitor_id, message_id)
        return _message(row) if row else None

    def add_from_operator(
        self,
        visitor_id: str,
        key: str,
        text: str,
        files: list[dict[str, str]],
        extras: Extras,
        *,
        line: str,
        chat: str,
    ) -> None:
        """Save an operator's message once; on a repeated event only the confirmation is due again."""
        self._change(
            "INSERT INTO messages"
            " (visitor, kind, state, text, files, extras, created, line, portal_chat, portal_key, version)"
            f" VALUES (?, 'operator', 'unconfirmed', ?, ?, ?, ?, ?, ?, ?, {NEXT_VERSION})"
            " ON CONFLICT (portal_key) DO UPDATE SET state = 'unconfirmed', attempts = 0, due = 0"
            " WHERE state = 'confirmed'",
            *(visitor_id, text, json.dumps(files), json.dumps(extras), time.time(), line, chat, key),
        )

    def edit_from_operator(self, visitor_id: str, key: str, text: str, extras: Extras) -> None:
        """Replace what an operator's message says; the portal wants this confirmed too."""
        self._change(
            "UPDATE messages SET text = ?, extras = ?, state = 'unconfirmed', attempts = 0, due = 0,"
            f" version = {NEXT_VERSION} WHERE visitor = ? AND portal_key = ? AND state <> 'deleted'",
            *(text, json.dumps(extras), visitor_id, key),
        )

    def delete_from_operator(self, visitor_id: str, key: str) -> None:
        """Empty an operator's message and mark it as deleted."""
        self._change(
            f"UPDATE messages SET text = '', files = '[]', extras = '{{}}', state = 'deleted', version = {NEXT_VERSION}"
            " WHERE visitor = ? AND portal_key = ?",
            *(visitor_id, key),
        )

    def add_notice(self, visitor_id: str, key: str, text: str) -> None:
        """Add a line about the conversation itself, once per key."""
        self._change(
            "INSERT OR IGNORE INTO messages (visitor, kind, state, text, created, portal_key, version)"
            f" VALUES (?, 'notice', 'confirmed', ?, ?, ?, {NEXT_VERSION})",
            *(visitor_id, text, time.time(), key),
        )

    # outgoing work

    def next_due(self) -> Message | None:
        """Return the next message to send or to confirm: per visitor and kind only the oldest may go."""
        row = self._one(
            "SELECT * FROM messages AS m WHERE state IN ('queued', 'unconfirmed') AND due <= ?"
            " AND NOT EXISTS (SELECT 1 FROM messages AS e"
            "  WHERE e.state = m.state AND e.visitor = m.visitor AND e.id < m.id)"
            " ORDER BY due, id LIMIT 1",
            time.time(),
        )
        return _message(row) if row else None

    def finish(self, message: Message, state: str) -> None:
        """Close a piece of work, unless the row was changed meanwhile."""
        self._change(
            f"UPDATE messages SET state = ?, version = {NEXT_VERSION} WHERE id = ? AND version = ?",
            *(state, message.id, message.version),
        )

    def postpone(self, message: Message, seconds: float) -> None:
        """Count a failed attempt and set the time of the next one."""
        self._change(
            f"UPDATE messages SET attempts = attempts + 1, due = ?, version = {NEXT_VERSION}"
            " WHERE id = ? AND version = ?",
            *(time.time() + seconds, message.id, message.version),
        )
