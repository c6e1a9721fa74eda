"""The development CA in the data folder, and certificates of it for this machine's names."""

import os
from pathlib import Path

import trustme

CA = "ca.pem"
_CA_KEY = "ca.key"
_CERT = "server.pem"
_KEY = "server.key"


def pair(folder: Path, hosts: tuple[str, ...], cert: Path | None, key: Path | None) -> tuple[Path, Path]:
    """Return certificate and key to speak TLS with: those given, else new ones of the development CA for `hosts`."""
    if cert is not None and key is not None:
        return cert, key
    names = dict.fromkeys(filter(None, ("localhost", "127.0.0.1", "::1", *hosts)))
    issued = authority(folder).issue_cert(*names)
    chain = b"".join(part.bytes() for part in issued.cert_chain_pems)
    _write(folder / _CERT, chain)
    _write(folder / _KEY, issued.private_key_pem.bytes())
    return folder / _CERT, folder / _KEY


def authority(folder: Path) -> trustme.CA:
    """Return the folder's CA, made at need; clients that were told to trust it go on doing so."""
    public, private = folder / CA, folder / _CA_KEY
    if public.exists() and private.exists():
        return trustme.CA.from_pem(public.read_bytes(), private.read_bytes())
    made = trustme.CA(organization_name="tieline development")
    _write(private, made.private_key_pem.bytes())
    _write(public, made.cert_pem.bytes())
    return made


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
