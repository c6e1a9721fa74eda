"""im.search.user.list and im.search.last.*: finding people, and what the caller found last."""

from typing import Annotated, Any

from tieline.api.faults import ApiError, Dialect, Fault, wrong_argument
from tieline.api.method import Doc, Family, Page
from tieline.domain.chats import Chat, ChatType
from tieline.domain.people import User
from tieline.methods.chat_views import chat_view
from tieline.methods.views import color, user_view
from tieline.services import files, searches
from tieline.services.call import Call
from tieline.store import directory
from tieline.store.directory import Condition, Field, Place

FIND_SHORT = Fault("FIND_SHORT", "Too short a search phrase.")
DIALOG_ID_EMPTY = Fault("DIALOG_ID_EMPTY", "Dialog ID can't be empty")
SHORTEST, MOST_WORDS, LONGEST = 2, 10, 255
DEFAULT_LIMIT, MAX_LIMIT = 10, 50
_BY_PARAMETER = {"FIND": FIND_SHORT, "DIALOG_ID": DIALOG_ID_EMPTY}
_USER = """id name first_name last_name work_position color avatar gender birthday extranet network bot connector
external_auth_id status idle last_activity_date mobile_last_date departments absent phones"""
_CHAT = """id name owner extranet avatar color type entity_type entity_id entity_data_1 entity_data_2 entity_data_3
mute_list date_create message_type"""

family = Family(
    scopes=("im",),
    dialect=Dialect(
        missing=lambda name: _BY_PARAMETER[name],
        wrong=lambda name, problem: _BY_PARAMETER.get(name) or wrong_argument(name, problem),
    ),
)
DialogId = Annotated[str, Doc("A chat as `chat<ID>`, or the id of a user.")]
ERRORS: dict[type[Exception], Fault] = {searches.NoDialog: DIALOG_ID_EMPTY}


@family.method("im.search.user.list", faults=(FIND_SHORT,))
def user_list(
    call: Call,
    *,
    find: Annotated[str, Doc("Words, each a part of a name, a position or a department; two characters at least.")],
    business: Annotated[bool, Doc("Y or N; everybody of the portal counts as a business user.")] = False,  # noqa: ARG001
    offset: Annotated[int, Doc("How many to pass over.")] = 0,
    limit: Annotated[int, Doc("How many at most: 10 by default, 50 at most.")] = DEFAULT_LIMIT,
) -> Page:
    """Find active people of the portal, by name."""
    if len(find.strip()) < SHORTEST:
        raise ApiError(FIND_SHORT)
    words = find[:LONGEST].split()[:MOST_WORDS]
    wanted = [Condition(Field("ACTIVE"), "=", 1), *(Condition(Field("", Place.NAMES), "like", one) for one in words)]
    first, size = max(offset, 0), min(limit, MAX_LIMIT) if limit > 0 else DEFAULT_LIMIT
    found = directory.list_people(call.tx, call.portal_id, wanted, sort=Field("NAME"), limit=size, offset=first)
    total = directory.count_people(call.tx, call.portal_id, wanted)
    following = first + size if first + size < total else None
    return Page({str(user.id): _found(call, user) for user in found} or [], total=total, next=following)


def _found(call: Call, user: User) -> dict[str, Any]:
    """Write a user as this method does: some of what is told elsewhere, and no birthday as false."""
    view = user_view(call, user)
    return {name: view[name] for name in _USER.split()} | {"birthday": view["birthday"] or False}


@family.method("im.search.last.add", writes=True, errors=ERRORS)
def last_add(call: Call, *, dialog_id: DialogId) -> bool:
    """Remember a chat or user as found last; false if there is no such thing to be seen."""
    return searches.add(call, dialog_id)


@family.method("im.search.last.delete", writes=True, errors=ERRORS)
def last_delete(call: Call, *, dialog_id: DialogId) -> bool:
    """Forget a chat or user among what was found last; false if it is not there."""
    return searches.delete(call, dialog_id)


@family.method("im.search.last.get")
def last_get(
    call: Call,
    *,
    skip_openlines: Annotated[bool, Doc("Y leaves out dialogs of open lines.")] = False,
    skip_chat: Annotated[bool, Doc("Y leaves out group chats.")] = False,
    skip_dialog: Annotated[bool, Doc("Y leaves out users.")] = False,
) -> list[dict[str, Any]]:
    """Return what the caller found last, the newest first; what is no longer to be seen is left out."""
    skipped = {"user": skip_dialog, ChatType.LINES: skip_openlines}
    found = searches.last(call)
    return [_last(call, one) for one in found if not skipped.get(_kind(one), skip_chat)]


def _kind(one: Chat | User) -> str:
    return "user" if isinstance(one, User) else one.type


def _last(call: Call, one: Chat | User) -> dict[str, Any]:
    if isinstance(one, User):
        avatar = {"url": files.avatar(call, one), "color": color(one.id)}
        return {"id": one.id, "type": "user", "avatar": avatar, "title": one.full_name, "user": user_view(call, one)}
    view = chat_view(call, one)
    return {
        "id": one.dialog_id,
        "type": "chat",
        "avatar": {"url": view["avatar"], "color": view["color"]},
        "title": one.title,
        "chat": {name: view[name] for name in _CHAT.split()},
    }
