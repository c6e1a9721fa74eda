"""Settings of a server: from the command line, else the environment (TIELINE_...), else a TOML file."""

import hashlib
import os
import re
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from tieline.domain.plain import PlainError

PREFIX = "TIELINE_"
_THIS_MACHINE = ("0.0.0.0", "::", "127.0.0.1", "::1")  # noqa: S104 - compared, not bound
_HOST_NAME = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*")
MAX_PORT = 65_535
Profile = Literal["development", "production"]
REQUEST_LIMITS = {"off": (0.0, 0), "standard": (2.0, 50), "enterprise": (5.0, 250)}
REQUEST_LIMIT_OF_PROFILE = {"development": "off", "production": "50/2500"}
OPERATING_WINDOW = 600  # seconds
OPERATING_LIMITS = {"off": (0.0, OPERATING_WINDOW), "on": (420.0, OPERATING_WINDOW)}
_LARGEST = 1_000_000


class WrongSetting(PlainError):
    """A setting has a value that it cannot have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set, each with the value that suits a start on one's own machine."""

    data: Path | None = field(default=None, metadata={"doc": "Folder of the embedded database, files and keys."})
    database: str = field(default="", metadata={"doc": "URL of a PostgreSQL database, in place of the embedded one."})
    host: str = field(default="127.0.0.1", metadata={"doc": "Address to listen on."})
    port: int = field(default=8443, metadata={"doc": "Port to listen on; speaks TLS if asked to, else http."})
    tls: bool = field(default=False, metadata={"doc": "Speak TLS with a certificate of the development CA."})
    tls_cert: Path | None = field(default=None, metadata={"doc": "Certificate chain to speak TLS with."})
    tls_key: Path | None = field(default=None, metadata={"doc": "Key of the certificate."})
    also_serve: frozenset[str] = field(
        default=frozenset(),
        metadata={"doc": "Host names of foreign servers that clients hard-code, for the development certificate."},
    )
    http_port: int | None = field(default=None, metadata={"doc": "Port for plain http beside, on loopback only."})
    domain: str = field(default="", metadata={"doc": "Host name of the portal's address."})
    url: str = field(default="", metadata={"doc": "Public address of the portal, where it is reached by another."})
    profile: Profile = field(default="development", metadata={"doc": "development or production."})
    strict: bool = field(default=False, metadata={"doc": "Behave as documented where that harms: one attempt."})
    allowed_hosts: frozenset[str] = field(
        default=frozenset(),
        metadata={"doc": "Hosts and addresses that may be called although they are not public."},
    )
    request_limit: str = field(
        default="",
        metadata={"doc": "Requests of one address: off, standard (2/50), enterprise (5/250) or A_SECOND/AT_ONCE."},
    )
    operating_limit: str = field(
        default="off",
        metadata={
            "doc": "Seconds a method may work for one application or webhook: off, on (420) or SECONDS[/WINDOW]."
        },
    )

    def __post_init__(self) -> None:
        if self.profile not in ("development", "production"):
            raise WrongSetting(f"profile is development or production, not {self.profile}")
        if bool(self.tls_cert) != bool(self.tls_key):
            raise WrongSetting("a certificate and its key go together")
        for name in self.also_serve:
            if not _HOST_NAME.fullmatch(name):
                raise WrongSetting(f"{name} is no host name")
        if self.database and not self.database.startswith(("postgresql://", "postgres://")):
            raise WrongSetting(f"a database is named by postgresql://..., not {self.database.partition(':')[0]}:")
        for port in (self.port, self.http_port):
            if port is not None and not 0 < port <= MAX_PORT:
                raise WrongSetting(f"there is no port {port}")
        _ = self.requests, self.operating

    @property
    def requests(self) -> tuple[float, int]:
        """How many requests leave an address's bucket each second, and how many have room; zeros for no limit."""
        limit = self.request_limit or REQUEST_LIMIT_OF_PROFILE[self.profile]
        found = REQUEST_LIMITS.get(limit) or _pair(limit)
        if found is None:
            raise WrongSetting(f"request_limit is off, standard, enterprise or as 2/50, not {limit}")
        return found

    @property
    def operating(self) -> tuple[float, int]:
        """How many seconds a method may work for one caller, and in how many seconds; zero for no limit."""
        limit = self.operating_limit or "off"
        found = OPERATING_LIMITS.get(limit) or _pair(limit, OPERATING_WINDOW)
        if found is None:
            raise WrongSetting(f"operating_limit is off, on or as 420 or 420/600, not {limit}")
        return found

    @property
    def speaks_tls(self) -> bool:
        """The port speaks TLS."""
        return self.tls or self.tls_cert is not None

    @property
    def database_url(self) -> str:
        """Where everything is kept."""
        return self.database or f"sqlite:///{self.folder / 'tieline.db'}"

    @property
    def folder(self) -> Path:
        """The data folder; beside a database server one of the user's own, named by the database."""
        if self.data is not None:
            return self.data.absolute()
        if not self.database:
            return Path("data").absolute()
        state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state")
        return state / "tieline" / hashlib.sha256(self.database.encode()).hexdigest()[:16]

    @property
    def public_url(self) -> str:
        """The address that is recorded for the portal."""
        if self.url:
            return self.url.rstrip("/")
        name = self.domain or ("localhost" if self.host in _THIS_MACHINE else self.host)
        scheme, usual = ("https", 443) if self.speaks_tls else ("http", 80)
        return f"{scheme}://{name}" + ("" if self.port == usual else f":{self.port}")


def _pair(value: str, usual: int = 0) -> tuple[float, int] | None:
    """Read two numbers above zero with a slash between, or the first alone where the second is usual; else None."""
    first, slash, second = value.partition("/")
    try:
        pair = float(first), int(second) if slash else usual
    except ValueError:
        return None
    return pair if 0 < pair[0] <= _LARGEST and 0 < pair[1] <= _LARGEST else None


def load(given: dict[str, Any], config: Path | None = None) -> Settings:
    """Put settings together; what is given outright wins."""
    values: dict[str, Any] = {}
    if config is not None:
        values |= {key.replace("-", "_"): value for key, value in _read(config).items()}
    for setting in fields(Settings):
        variable = os.environ.get(PREFIX + setting.name.upper())
        if variable is not None:
            values[setting.name] = variable
    values |= {key: value for key, value in given.items() if value not in (None, ())}
    known = {setting.name for setting in fields(Settings)}
    if unknown := set(values) - known:
        raise WrongSetting(f"no such setting: {', '.join(sorted(unknown))}")
    return Settings(**{name: _typed(name, value) for name, value in values.items()})


def _read(config: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(config.read_text())
    except (OSError, ValueError) as error:
        raise WrongSetting(f"{config} cannot be read: {error}") from error


def _typed(name: str, value: Any) -> Any:
    if name in ("data", "tls_cert", "tls_key"):
        return Path(value)
    if name in ("port", "http_port"):
        try:
            return int(value)
        except (TypeError, ValueError):
            raise WrongSetting(f"{name} is a number, not {value}") from None
    if name in ("request_limit", "operating_limit"):
        return str(value)
    if name in ("tls", "strict"):
        return value if isinstance(value, bool) else str(value).lower() in ("1", "y", "yes", "true")
    if name in ("allowed_hosts", "also_serve"):
        items = value.split(",") if isinstance(value, str) else value
        return frozenset(item.strip() for item in items if item.strip())
    return value
