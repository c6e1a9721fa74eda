"""Secrets that must go out again, encrypted with a key from the environment or a 0600 file."""

import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from tieline.domain.plain import PlainError

KEY_VARIABLE = "TIELINE_SECRET_KEY"


class WrongKey(PlainError):
    """A secret was sealed with another key than the present one."""


class Vault:
    """Seals and opens secrets."""

    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(key)
        self._opened: dict[str, str] = {}
        self.key = key

    @classmethod
    def open(cls, folder: Path | None) -> "Vault":
        """Take the key from TIELINE_SECRET_KEY, else from the folder's file, which is made at need."""
        key = os.environ.get(KEY_VARIABLE)
        if key:
            try:
                return cls(key.encode())
            except ValueError as error:
                raise WrongKey(f"{KEY_VARIABLE}: {error}") from error
        if folder is None:
            raise WrongKey(f"set {KEY_VARIABLE}: a database without a data folder keeps no key of its own")
        path = folder / "secret.key"
        if not path.exists():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(Fernet.generate_key())
        return cls(path.read_bytes().strip())

    def seal(self, secret: str) -> str:
        """Encrypt a secret for keeping."""
        return self._fernet.encrypt(secret.encode()).decode()

    def unseal(self, sealed: str) -> str:
        """Decrypt a kept secret; each only once, since events need them at every turn."""
        known = self._opened.get(sealed)
        if known is not None:
            return known
        try:
            opened = self._opened[sealed] = self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise WrongKey("a kept secret does not open: the key is not the one it was sealed with") from error
        return opened
