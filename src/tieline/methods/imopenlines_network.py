"""imopenlines.network.* and imopenlines.revision.get: what one portal knows of others, and clients of the portal."""

import re
from typing import Annotated, Any

from tieline.api.differences import Difference
from tieline.api.faults import ApiError, Dialect, Fault
from tieline.api.method import Doc, Family
from tieline.services.call import Call

WRONG_CODE = Fault("CODE", "You entered an invalid code")
NOT_FOUND = Fault("NOT_FOUND", "Line not found")
USER_ID_EMPTY = Fault("USER_ID_EMPTY", "User ID can't be empty")
MESSAGE_EMPTY = Fault("MESSAGE_EMPTY", "Message can't be empty")
FROM_PAGES = Fault("WRONG_AUTH_TYPE", "Access for this method not allowed by session authorization", 403)
_BY_PARAMETER = {"USER_ID": USER_ID_EMPTY, "MESSAGE": MESSAGE_EMPTY}
_CODE = re.compile(r"[0-9A-Za-z]{32}")
REVISIONS = {"rest": 2, "web": 1, "mobile": 1}  # what the documentation describes

family = Family(
    scopes=("imopenlines",),
    dialect=Dialect(
        missing=lambda name: _BY_PARAMETER.get(name, WRONG_CODE),
        wrong=lambda name, _: _BY_PARAMETER.get(name, WRONG_CODE),
    ),
)
NO_NETWORK = Difference(63, "There is no network of portals: a code of 32 characters answers NOT_FOUND.")
NO_BOT_MODULE = "the server has no modules that could be missing"
NOTHING_SENT = "no channel of a network is found, so nothing is sent"
Code = Annotated[str, Doc("Code of an open channel of another portal, 32 characters.")]


def _search(code: str) -> ApiError:
    return ApiError(NOT_FOUND if _CODE.fullmatch(code) else WRONG_CODE)


@family.method(
    "imopenlines.network.join",
    differs=(NO_NETWORK,),
    unreachable={"IMBOT_ERROR": NO_BOT_MODULE, "INACTIVE": "no channel of a network is found"},
    faults=(WRONG_CODE, NOT_FOUND),
)
def network_join(call: Call, *, code: Code) -> int:  # noqa: ARG001
    """Search for an open channel of another portal; here is none."""
    raise _search(code)


@family.method(
    "imopenlines.network.message.add",
    differs=(NO_NETWORK,),
    unreachable={
        "IMBOT_ERROR": NO_BOT_MODULE,
        **dict.fromkeys(
            ("USER_MESSAGE_LIMIT", "ATTACH_OVERSIZE", "ATTACH_ERROR", "KEYBOARD_ERROR", "WRONG_REQUEST"), NOTHING_SENT
        ),
    },
    faults=(FROM_PAGES, WRONG_CODE, NOT_FOUND),
)
def network_message_add(
    call: Call,
    *,
    code: Code,
    user_id: Annotated[int, Doc("Id of who gets the message.")],  # noqa: ARG001 - nothing is sent
    message: Annotated[str, Doc("The text.")],  # noqa: ARG001
    attach: Annotated[Any, Doc("An attachment.")] = None,  # noqa: ARG001
    keyboard: Annotated[Any, Doc("A keyboard.")] = None,  # noqa: ARG001
    url_preview: Annotated[str, Doc("N shows no previews of links.")] = "Y",  # noqa: ARG001
) -> bool:
    """Write to somebody in the name of an open channel of another portal; here is none."""
    if call.app is None and call.webhook is None:
        raise ApiError(FROM_PAGES)
    raise _search(code)


@family.method("imopenlines.revision.get")
def revision_get(call: Call) -> dict[str, int]:  # noqa: ARG001
    """Return the revisions of the API that clients may rely on."""
    return REVISIONS
