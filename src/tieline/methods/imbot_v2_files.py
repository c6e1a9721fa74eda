"""imbot.v2.File.*: files that bots send, and links to files of their chats."""

from typing import Annotated, Any

from tieline.api.faults import Fault
from tieline.api.method import Doc, Spelled
from tieline.api.wire import Wire
from tieline.domain.chats import Chat
from tieline.domain.files import File
from tieline.methods import dialog_ids
from tieline.methods.chat_views import dialog_id as name_of
from tieline.methods.imbot_v2 import OF_BOTS, BotId, DialogId, act, dialect, make_family
from tieline.services import chats, disk_files, files, groups, uploads
from tieline.services.call import Call

FILE_EMPTY = Fault("FILE_EMPTY", "File name or content is empty")
FILE_INVALID_CONTENT = Fault("FILE_INVALID_CONTENT", "Invalid base64 content")
FILE_TOO_LARGE = Fault("FILE_TOO_LARGE", "File is too large")
FILE_UPLOAD_FAILED = Fault("FILE_UPLOAD_FAILED", "File upload failed")
FILE_SEND_FAILED = Fault("FILE_SEND_FAILED", "Failed to send message")
FILE_ACCESS_ERROR = Fault("FILE_ACCESS_ERROR", "File access error")
FILE_NOT_FOUND = Fault("FILE_NOT_FOUND", "File not found")
NO_FOLDERS = "the folder of a chat lists what its messages bring; no file waits for it to be made"
OF_FILES: dict[type[Exception], Fault] = {
    uploads.Empty: FILE_EMPTY,
    disk_files.ContentBroken: FILE_INVALID_CONTENT,
    disk_files.ContentTooLarge: FILE_TOO_LARGE,
}

family = make_family()
FileId = Annotated[int, Spelled("fileId"), Doc("Id of the file.")]


class New(Wire, omit_defaults=True):
    """A file with its content, Base64, at most 100 MB, and what is said of it."""

    name: str = ""
    content: Any = ""
    message: str = ""


class Sent(Wire, rename="camel"):
    """A file that was sent, and the message on which it hangs."""

    file: dict[str, Any]
    message_id: int
    chat_id: int
    dialog_id: str


def content_of(new: New) -> str:
    """Return the content of a file, Base64, which may be on disk already."""
    if not isinstance(new.content, str):
        raise disk_files.ContentBroken
    return new.content


def sent(call: Call, chat: Chat, file: dict[str, Any], message_id: int) -> Sent:
    """Write what was sent."""
    return Sent(file=file, message_id=message_id, chat_id=chat.id, dialog_id=name_of(chat, call.actor.id))


def _view(file: File) -> dict[str, Any]:
    return {
        "id": file.id,
        "chatId": file.chat_id,
        "name": file.name,
        "extension": file.extension,
        "size": file.size or 0,
    }


@family.method(
    "imbot.v2.File.upload",
    writes=True,
    large=True,
    dialect=dialect(fields=FILE_EMPTY),
    errors={
        **OF_BOTS,
        **OF_FILES,
        uploads.WrongName: FILE_UPLOAD_FAILED,
        uploads.WrongText: FILE_SEND_FAILED,
        dialog_ids.WrongDialog: FILE_SEND_FAILED,
        groups.UserMissing: FILE_SEND_FAILED,
        chats.ChatMissing: FILE_SEND_FAILED,
        chats.NoAccess: FILE_SEND_FAILED,
    },
    unreachable={"FILE_FOLDER_ERROR": NO_FOLDERS},
)
def file_upload(
    call: Call, *, bot_id: BotId, dialog_id: DialogId, fields: Annotated[New, Spelled("fields"), Doc("The file.")]
) -> Sent:
    """Send a file in a bot's name; a private chat begins with the first one."""
    acting = act(call, bot_id)
    chat_id = dialog_ids.begin(acting, dialog_id)
    file, message_id = uploads.send(acting, chat_id, fields.name, content_of(fields), fields.message)
    return sent(acting, chats.get_readable(acting, chat_id), _view(file), message_id)


class Link(Wire, rename="camel"):
    """Where a file is for a while."""

    download_url: str


@family.method(
    "imbot.v2.File.download",
    errors=OF_BOTS | {uploads.FileMissing: FILE_NOT_FOUND, uploads.NoAccess: FILE_ACCESS_ERROR},
)
def file_download(call: Call, *, bot_id: BotId, file_id: FileId) -> Link:
    """Return a link to a file of a chat that the bot is in; it holds for a day or two."""
    acting = act(call, bot_id)
    return Link(download_url=files.link(acting, uploads.find(acting, file_id)))
