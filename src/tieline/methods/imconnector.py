"""imconnector.*: connectors register here and are switched on and off; imconnector_messages.py passes messages in."""

import re
from typing import Annotated, Any

from tieline.api.differences import Difference
from tieline.api.faults import ARGUMENT, ApiError, Fault
from tieline.api.method import Auth, Doc, Family
from tieline.api.wire import Wire, WrongValue, reader
from tieline.domain.connectors import Connector, Icon
from tieline.services import connectors
from tieline.services.call import Call
from tieline.services.urls import refuse_address
from tieline.store import connectors as connector_store

NOT_ACTIVE_LINE = Fault("NOT_ACTIVE_LINE", "The line with this ID is inactive or does not exist")
NO_CORRECT_PROVIDER = Fault("IMCONNECTOR_NO_CORRECT_PROVIDER", "Failed to find a suitable provider for the connector")
CHAT_RENAMING_FAILED = Fault("CHAT_RENAMING_FAILED", "Failed to rename the chat")
NO_ACCESS_TO_CONNECTORS = Fault("ACCESS_DENIED", "You don't have access to this action")

# Answers of register and unregister: these stand inside HTTP 200.
ID_WITH_POINT = Fault(
    "APPLICATION_REGISTRATION_ERROR_POINT",
    "Application registration error. Using a dot in the connector identifier is not allowed",
    200,
)
CONNECTOR_ID_REQUIRED = Fault("CONNECTOR_ID_REQUIRED", "Connector ID is not specified", 200)
NAME_REQUIRED = Fault("NAME_REQUIRED", "Connector name is not specified", 200)
ICON_REQUIRED = Fault("ICON_REQUIRED", "Connector icon is not specified", 200)
NO_PLACEMENT_HANDLER = Fault("NO_PLACEMENT_HANDLER", "Failed to get embedding handler URL", 200)
REGISTRATION_ERROR = Fault("APPLICATION_REGISTRATION_ERROR", "Application registration error", 200)
GENERAL_ERROR = Fault("GENERAL_CONNECTOR_REGISTRATION_ERROR", "General connector registration error", 200)
UNREGISTRATION_ERROR = Fault("APPLICATION_UNREGISTRATION_ERROR", "Error unregistering the application", 200)

MAX_ICON = 200_000
MAX_NAME = 255
_CODE = re.compile(r"[a-z0-9_\-]{1,50}")


family = Family(scopes=("imopenlines", "imconnector"), auth=Auth.APP)
ConnectorId = Annotated[str, Doc("Connector ID given at registration.")]
LineId = Annotated[int, Doc("Id of the open line.")]
PROVIDER_ERRORS: dict[type[Exception], Fault] = {
    connectors.LineInactive: NOT_ACTIVE_LINE,
    connectors.NoProvider: NO_CORRECT_PROVIDER,
}


ALWAYS_AN_APPLICATION = {"NO_APPLICATION_ID": "the method answers applications alone, so there is always one"}
N_SWITCHES_OFF = Difference(11, "ACTIVE switches off by N, n and false too; one page says that any text switches on.")
OWN_CONNECTORS = Difference(12, "The list has no built-in connectors, since there are none.")


class RegistrationReply(Wire, omit_defaults=True):
    """How register and unregister answer: inside `result`, errors too."""

    result: bool
    error: str = ""
    error_description: str = ""

    @classmethod
    def refused(cls, fault: Fault) -> "RegistrationReply":
        """An error, inside HTTP 200."""
        return cls(result=False, error=fault.code, error_description=fault.text)


class StatusReply(Wire):
    """State of a connector on a line."""

    LINE: int
    CONNECTOR: str
    ERROR: bool
    CONFIGURED: bool
    STATUS: bool


@family.method(
    "imconnector.register",
    unreachable=ALWAYS_AN_APPLICATION,
    writes=True,
    faults=(
        CONNECTOR_ID_REQUIRED,
        ID_WITH_POINT,
        NAME_REQUIRED,
        ICON_REQUIRED,
        NO_PLACEMENT_HANDLER,
        REGISTRATION_ERROR,
        GENERAL_ERROR,
    ),
)
def register(
    call: Call,
    *,
    id: Annotated[Any, Doc("Connector ID: digits, a-z, _ and -; becomes lower case.")] = None,  # noqa: A002
    name: Annotated[Any, Doc("Name that operators see.")] = None,
    icon: Annotated[Any, Doc("Icon: DATA_IMAGE (a data: URL of an SVG), COLOR, SIZE, POSITION.")] = None,
    placement_handler: Annotated[Any, Doc("Address of the settings page, opened in a frame.")] = None,
    icon_disabled: Annotated[Any, Doc("Icon of the inactive state, like ICON.")] = None,
    del_external_messages: Annotated[Any, Doc("Customers' messages may be deleted from outside; default true.")] = True,
    edit_internal_messages: Annotated[Any, Doc("Operators may edit what they sent; default true.")] = True,
    del_internal_messages: Annotated[Any, Doc("Operators may delete what they sent; default true.")] = True,
    newsletter: Annotated[Any, Doc("The channel may carry newsletters; default true.")] = True,
    need_system_messages: Annotated[Any, Doc("System messages go outside too; default true.")] = True,
    need_signature: Annotated[Any, Doc("The operator's name stands before the text; default true.")] = True,
    chat_group: Annotated[Any, Doc("A dialog per outer chat, not per chat and user; default false.")] = False,
    buttons: Annotated[Any, Doc("It shows buttons and attachments itself; default false: as text.")] = False,
    comment: Annotated[Any, Doc("A remark shown beside the settings page.")] = None,
) -> RegistrationReply:
    """Register the application's connector, or change what was registered under its ID."""
    code = id.strip().lower() if isinstance(id, str) else ""
    flags = {
        "del_external_messages": del_external_messages,
        "edit_internal_messages": edit_internal_messages,
        "del_internal_messages": del_internal_messages,
        "newsletter": newsletter,
        "need_system_messages": need_system_messages,
        "need_signature": need_signature,
        "chat_group": chat_group,
        "buttons": buttons,
    }
    refusal = _refuse_registration(code, name, icon, placement_handler)
    if refusal is None and "." not in code and not _CODE.fullmatch(code):
        refusal = GENERAL_ERROR
    if refusal is None and (
        refuse_address(placement_handler, call.world.rules) or not all(map(_is_flag, flags.values()))
    ):
        refusal = GENERAL_ERROR
    if refusal is not None:
        return RegistrationReply.refused(refusal)
    read = reader(bool)
    connector = Connector(
        code=code,
        app_id=call.owner.id,
        name=name[:MAX_NAME],
        icon=_icon(icon),
        placement_handler=placement_handler,
        icon_disabled=_icon_or_none(icon_disabled),
        comment=comment[:MAX_ICON] if isinstance(comment, str) else "",
        **{flag: read(value) for flag, value in flags.items()},
    )
    try:
        connectors.register(call, connector)
    except connectors.ForeignConnector:
        return RegistrationReply.refused(REGISTRATION_ERROR)
    return RegistrationReply(result=True)


def _refuse_registration(code: str, name: Any, icon: Any, placement_handler: Any) -> Fault | None:
    """Return the first documented refusal, in the documented order."""
    image = icon.get("DATA_IMAGE") if isinstance(icon, dict) else None
    checks: tuple[tuple[bool, Fault], ...] = (
        (not code, CONNECTOR_ID_REQUIRED),
        ("." in code, ID_WITH_POINT),
        (not isinstance(name, str) or not name.strip(), NAME_REQUIRED),
        (not isinstance(image, str) or not image, ICON_REQUIRED),
        (not isinstance(placement_handler, str) or not placement_handler, NO_PLACEMENT_HANDLER),
        (isinstance(image, str) and len(image) > MAX_ICON, GENERAL_ERROR),
    )
    return next((fault for refused, fault in checks if refused), None)


def _is_flag(value: Any) -> bool:
    try:
        reader(bool)(value)
    except WrongValue:
        return False
    return True


def _icon(value: dict[str, Any]) -> Icon:
    parts = (value.get(name, "") for name in ("DATA_IMAGE", "COLOR", "SIZE", "POSITION"))
    return Icon(*(part[:MAX_ICON] if isinstance(part, str) else "" for part in parts))


def _icon_or_none(value: Any) -> Icon | None:
    return _icon(value) if isinstance(value, dict) and isinstance(value.get("DATA_IMAGE"), str) else None


@family.method("imconnector.unregister", unreachable=ALWAYS_AN_APPLICATION, writes=True, faults=(UNREGISTRATION_ERROR,))
def unregister(
    call: Call,
    *,
    id: Annotated[Any, Doc("Connector ID given at registration.")] = None,  # noqa: A002
) -> RegistrationReply:
    """Take the application's connector away."""
    try:
        connectors.unregister(call, id.strip().lower() if isinstance(id, str) else "")
    except connectors.ForeignConnector:
        return RegistrationReply.refused(UNREGISTRATION_ERROR)
    return RegistrationReply(result=True)


@family.method(
    "imconnector.activate",
    differs=(N_SWITCHES_OFF,),
    writes=True,
    errors=PROVIDER_ERRORS,
    may_be_empty=("active",),
)
def activate(
    call: Call,
    *,
    connector: ConnectorId,
    line: LineId,
    active: Annotated[str, Doc("1 or Y switches on, 0 or N switches off; any other text switches on.")],
) -> bool:
    """Switch the application's connector on or off on an open line."""
    connectors.activate(call, connector.lower(), line, active=active.lower() not in ("", "0", "n", "false"))
    return True


@family.method("imconnector.deactivate", writes=True, errors=PROVIDER_ERRORS, documented=False)
def deactivate(call: Call, *, connector: ConnectorId, line: LineId) -> bool:
    """Switch the application's connector off on an open line."""
    connectors.activate(call, connector.lower(), line, active=False)
    return True


@family.method("imconnector.connector.data.set", writes=True, errors=PROVIDER_ERRORS)
def data_set(
    call: Call,
    *,
    connector: ConnectorId,
    line: LineId,
    data: Annotated[dict[str, Any], Doc("The outer channel: ID, URL, URL_IM, NAME; replaces what was told before.")],
) -> bool:
    """Tell what outer channel the connector is connected to on an open line."""
    connectors.set_data(call, connector.lower(), line, data)
    return True


@family.method("imconnector.set.error", writes=True, errors=PROVIDER_ERRORS, documented=False)
def set_error(
    call: Call,
    *,
    connector: ConnectorId,
    line: LineId,
    error: Annotated[str, Doc("What is wrong; empty, 0 or N clears it.")] = "",
) -> bool:
    """Show an error of the connector on an open line, until it is activated anew."""
    text = "" if error.lower() in ("", "0", "n", "false") else error
    connectors.set_error(call, connector.lower(), line, text[:MAX_NAME])
    return True


@family.method("imconnector.status")
def status(
    call: Call,
    *,
    connector: ConnectorId,
    line: Annotated[int, Doc("Id of the open line; 0 if left out.")] = 0,
) -> StatusReply:
    """Tell how the connector stands on an open line."""
    code = connector.lower()
    registered = call.find_connector(code)
    connection = call.find_connection(code, line) if registered else None
    return StatusReply(
        LINE=line,
        CONNECTOR=code,
        ERROR=bool(connection and connection.error),
        CONFIGURED=bool(connection and connection.configured),
        STATUS=bool(connection and connection.working),
    )


@family.method("imconnector.list", differs=(OWN_CONNECTORS,), faults=(NO_ACCESS_TO_CONNECTORS,))
def list_(call: Call) -> dict[str, str]:
    """List all connectors: names by ID."""
    if not call.actor.is_admin:
        raise ApiError(NO_ACCESS_TO_CONNECTORS)
    return {one.code: one.name for one in connector_store.list_connectors(call.tx, call.portal_id)}


@family.method(
    "imconnector.chat.name.set",
    scopes=("imconnector", "imopenlines"),
    writes=True,
    errors=PROVIDER_ERRORS | {connectors.RenamingFailed: CHAT_RENAMING_FAILED},
)
def chat_name_set(
    call: Call,
    *,
    connector: ConnectorId,
    line: LineId,
    chat_id: Annotated[str, Doc("Id of the chat outside.")],
    name: Annotated[str, Doc("The chat's new name.")],
    user_id: Annotated[str | None, Doc("Id of the user outside; needed unless the connector groups chats.")] = None,
) -> dict[str, Any]:
    """Give a chat a new name."""
    code = connector.lower()
    if user_id is None and connectors.needs_user(call, code):
        raise ApiError(ARGUMENT.missing("USER_ID"))
    connectors.rename(call, code, line, chat_id, user_id, name)
    return {"SUCCESS": True, "DATA": {"RESULT": {}}}
