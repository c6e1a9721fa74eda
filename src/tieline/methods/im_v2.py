"""im.v2.*: what a person fetches of the own chats, files there, bringing a bot what one comes with."""

from typing import Annotated, Any

import msgspec

from tieline.api.faults import ApiError, Dialect, Fault
from tieline.api.method import Doc, Family, Spelled
from tieline.domain.chats import Chat, ChatType
from tieline.domain.files import File
from tieline.methods import dialog_ids
from tieline.methods.fetched import Fetched, fetched
from tieline.methods.imbot_v2 import ACCESS_DENIED, BOT_NOT_FOUND, PARAMS_ERROR, PARAMS_REQUIRED, Done
from tieline.methods.imbot_v2_files import (
    FILE_EMPTY,
    FILE_NOT_FOUND,
    NO_FOLDERS,
    OF_FILES,
    FileId,
    Link,
    New,
    Sent,
    content_of,
    sent,
)
from tieline.methods.views import file_view
from tieline.services import bot_events, chats, fetching, files, groups, reader_events, uploads
from tieline.services.call import Call

CHAT_NOT_FOUND = Fault("CHAT_NOT_FOUND", "Chat not found")
UPLOAD_FAILED = Fault("UPLOAD_FAILED", "File upload failed")
SEND_FAILED = Fault("SEND_FAILED", "Failed to send message")
CONTEXT_TOO_LARGE = Fault("CONTEXT_TOO_LARGE", "The context is too large")
MAX_CONTEXT = 30_000  # bytes of JSON

family = Family(
    scopes=("im",),
    exact_names=True,
    dialect=Dialect(
        missing=lambda name: FILE_EMPTY if name == "fields" else PARAMS_REQUIRED,
        wrong=lambda name, _: FILE_EMPTY if name == "fields" else PARAMS_ERROR,
    ),
)
DialogId = Annotated[str, Spelled("dialogId"), Doc("The chat as `chat<ID>`, or the id of a user.")]


@family.method("im.v2.Event.subscribe", writes=True)
def event_subscribe(call: Call) -> bool:
    """Keep what happens in the caller's chats from now on, for a day, until it is fetched."""
    reader_events.subscribe(call)
    return True


@family.method("im.v2.Event.unsubscribe", writes=True)
def event_unsubscribe(call: Call) -> bool:
    """Keep nothing more; what was kept can still be fetched."""
    reader_events.unsubscribe(call)
    return True


@family.method("im.v2.Event.get")
def event_get(
    call: Call,
    *,
    offset: Annotated[int, Spelled("offset"), Doc("The last answer's nextOffset: confirms all before it.")] = 0,
    limit: Annotated[int, Spelled("limit"), Doc("How many at most: 100 by default, 1000 at most.")] = 100,
) -> Fetched:
    """Return what happened in the caller's chats, oldest first; whoever fetches for a person fetches alone."""
    return fetched(call, [fetching.of_user(call.actor.id)], offset, limit)


def _view(call: Call, file: File) -> dict[str, Any]:
    told = file_view(call, file)
    viewer = {name: value for name, value in told["viewerAttrs"].items() if name != "viewerResized"}
    return told | {"viewerAttrs": viewer | {"unifiedLink": told["urlShow"]}}


@family.method(
    "im.v2.File.upload",
    writes=True,
    large=True,
    errors={
        **OF_FILES,
        uploads.WrongName: UPLOAD_FAILED,
        uploads.WrongText: SEND_FAILED,
        dialog_ids.WrongDialog: CHAT_NOT_FOUND,
        groups.UserMissing: CHAT_NOT_FOUND,
        chats.ChatMissing: CHAT_NOT_FOUND,
        chats.NoAccess: ACCESS_DENIED,
    },
    unreachable={"FOLDER_ERROR": NO_FOLDERS},
)
def file_upload(
    call: Call, *, dialog_id: DialogId, fields: Annotated[New, Spelled("fields"), Doc("The file.")]
) -> Sent:
    """Send a file into a chat."""
    chat_id = dialog_ids.begin(call, dialog_id)
    file, message_id = uploads.send(call, chat_id, fields.name, content_of(fields), fields.message)
    return sent(call, chats.get_readable(call, chat_id), _view(call, file), message_id)


@family.method(
    "im.v2.File.download",
    errors={
        dialog_ids.WrongDialog: ACCESS_DENIED,
        chats.ChatMissing: ACCESS_DENIED,
        chats.NoAccess: ACCESS_DENIED,
        uploads.FileMissing: FILE_NOT_FOUND,
        uploads.NoAccess: ACCESS_DENIED,
    },
)
def file_download(call: Call, *, dialog_id: DialogId, file_id: FileId) -> Link:
    """Return a link to a file of a chat; it holds for a day or two."""
    chat = dialog_ids.get(call, dialog_id)
    return Link(download_url=files.link(call, uploads.find(call, file_id, chat.id)))


def _bots_met(call: Call, chat: Chat, dialog_id: str) -> list[Any]:
    found = bot_events.bots_of(call, chat)
    return [bot for bot in found if chat.type is not ChatType.PRIVATE or str(bot.id) == dialog_id]


@family.method(
    "im.v2.Chat.Bot.sendContext",
    documented=False,
    writes=True,
    errors={
        dialog_ids.WrongDialog: BOT_NOT_FOUND,
        groups.UserMissing: BOT_NOT_FOUND,
        chats.ChatMissing: ACCESS_DENIED,
        chats.NoAccess: ACCESS_DENIED,
    },
    faults=(CONTEXT_TOO_LARGE,),
)
def send_context(
    call: Call,
    *,
    dialog_id: DialogId,
    context: Annotated[dict[str, Any], Spelled("context"), Doc("What the bot is brought, an object of any kind.")],
) -> Done:
    """Bring a bot what the caller comes to its chat with; a private chat begins with it."""
    if len(msgspec.json.encode(context)) > MAX_CONTEXT:
        raise ApiError(CONTEXT_TOO_LARGE)
    chat = chats.get_readable(call, dialog_ids.begin(call, dialog_id))
    met = _bots_met(call, chat, dialog_id)
    if not met:
        raise ApiError(BOT_NOT_FOUND)
    for bot in met:
        bot_events.tell_context(call, chat, bot, context)
    return Done()
