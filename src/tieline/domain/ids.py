"""Identifiers and secrets as they travel: user codes of dialogs, dialog ids, tokens."""

import hashlib
import secrets
import string
from typing import NamedTuple

_ALPHABET = string.ascii_letters + string.digits
BIGGEST_ID = 2**63 - 1


class UserCode(NamedTuple):
    """Names a dialog from outside: `<connector>|<line>|<outer chat>|<user>`."""

    connector: str
    line: int
    chat: str
    user: str

    def __str__(self) -> str:
        return f"{self.connector}|{self.line}|{self.chat}|{self.user}"

    @classmethod
    def parse(cls, text: str) -> "UserCode | None":
        """Read a user code, with or without the CRM's `imol|` before it; None if it is none."""
        parts = text.removeprefix("imol|").split("|")
        if len(parts) != len(cls._fields):
            return None
        connector, line, chat, user = parts
        number = parse_id(line)
        return cls(connector.lower(), number, chat, user) if number else None


def parse_id(text: str) -> int | None:
    """Read a positive id; None if the text is none."""
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(BIGGEST_ID))):
        return None
    number = int(text)
    return number if 0 < number <= BIGGEST_ID else None


def parse_chat(dialog_id: str) -> int | None:
    """Read the chat's id out of `chat<ID>`; None if the text names something else."""
    return parse_id(dialog_id[4:]) if dialog_id.startswith("chat") else None


def new_secret(length: int = 32) -> str:
    """Make a secret of letters and digits, the only characters that clients' patterns accept."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def new_password() -> str:
    """Make a password that can be typed."""
    return "-".join(new_secret(5).lower() for _ in range(3))


def new_hex(length: int = 32) -> str:
    """Make a random identifier of hexadecimal digits."""
    return secrets.token_hex((length + 1) // 2)[:length]


def new_client_id() -> str:
    """Make the id of a local application: `local.<hex>.<digits>`."""
    return f"local.{new_hex(14)}.{secrets.randbelow(90_000_000) + 10_000_000}"


def fingerprint(secret: str) -> str:
    """Hash a secret that comes in from outside; only this is kept."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
