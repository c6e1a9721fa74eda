"""Connectors: what an application registers, and its state on an open line."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Icon:
    """How a connector's tile looks."""

    image: str
    color: str = ""
    size: str = ""
    position: str = ""


@dataclass(frozen=True, slots=True)
class Connector:
    """A channel to one messenger or site, owned by an application.

    One that has `buttons` shows keyboards and attachments itself; for others they are told as text.
    """

    code: str
    app_id: int
    name: str
    icon: Icon
    placement_handler: str
    icon_disabled: Icon | None = None
    del_external_messages: bool = True
    edit_internal_messages: bool = True
    del_internal_messages: bool = True
    newsletter: bool = True
    need_system_messages: bool = True
    need_signature: bool = True
    chat_group: bool = False
    comment: str = ""
    buttons: bool = False


@dataclass(frozen=True, slots=True)
class Connection:
    """A connector on one open line."""

    connector: str
    line_id: int
    active: bool = False
    data: dict[str, Any] | None = None
    error: str = ""

    @property
    def configured(self) -> bool:
        """The application has told what it is connected to."""
        return self.data is not None

    @property
    def working(self) -> bool:
        """Active, configured and without an error."""
        return self.active and self.configured and not self.error


# The portal's own, of no application: test customers write through it, and nothing goes outside.
TRIAL = Connector("tieline_try", app_id=0, name="Try it", icon=Icon(""), placement_handler="")
