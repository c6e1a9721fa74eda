"""im.disk.*: the folder of a chat, sending files from the disk, deleting them, saving them among one's own."""

from collections.abc import Callable
from typing import Annotated, Any

from tieline.api.differences import ISO_DATES, Difference
from tieline.api.faults import ApiError, Dialect, Fault
from tieline.api.method import Doc, Family
from tieline.api.wire import WrongValue, iso, reader
from tieline.domain.disk import Object
from tieline.domain.files import FileType
from tieline.methods import dialog_ids
from tieline.methods.disk import download_url
from tieline.methods.views import file_view
from tieline.services import chat_files, chats, disk, disk_files, disk_links, groups
from tieline.services.call import Call
from tieline.store import files as file_store

CHAT_ID_EMPTY = Fault("CHAT_ID_EMPTY", "Chat ID can't be empty")
DIALOG_ID_EMPTY = Fault("DIALOG_ID_EMPTY", "Dialog ID can't be empty")
ACCESS_ERROR = Fault("ACCESS_ERROR", "You do not have access to the specified dialog", 403)
FILES_ERROR = Fault("FILES_ERROR", "List of files is not specified")
SAVE_ERROR = Fault("SAVE_ERROR", "Error during saving file to chat")
FILE_ID_EMPTY = Fault("FILE_ID_EMPTY", "File ID can't be empty")
FILE_SAVE_ERROR = Fault("FILE_SAVE_ERROR", "File ID can't be saved")
PARAMS_ERROR = Fault("PARAMS_ERROR", "Incorrect params")
SILENT_IS_SILENT = Difference(
    140, "SILENT_MODE=Y keeps files and their message from the customer of a dialog, as its name says."
)
NEVER_SMALLER = Difference(141, "Images are never made smaller, so AS_FILE changes nothing.")
_FAULTS = {
    "CHAT_ID": CHAT_ID_EMPTY,
    "DIALOG_ID": DIALOG_ID_EMPTY,
    "FILE_ID": FILE_ID_EMPTY,
}

family = Family(
    scopes=("im",),
    dialect=Dialect(
        missing=lambda name: _FAULTS.get(name, PARAMS_ERROR), wrong=lambda name, _: _FAULTS.get(name, PARAMS_ERROR)
    ),
)
ChatId = Annotated[int | None, Doc("Id of the chat; or DIALOG_ID.")]
DialogId = Annotated[str | None, Doc("The chat as `chat<ID>`, or the id of a user; in place of CHAT_ID.")]
FileIds = Annotated[Any, Doc("Id of a file that the caller may read, or a list of them, 100 at most.")]
_OF_CHAT: dict[type[Exception], Fault] = {
    dialog_ids.WrongDialog: DIALOG_ID_EMPTY,
    groups.UserMissing: ACCESS_ERROR,
    chats.ChatMissing: ACCESS_ERROR,
    chats.NoAccess: ACCESS_ERROR,
}


def _chat_id(
    call: Call,
    chat_id: int | None,
    dialog_id: str | None,
    named: Callable[[Call, str], int] = dialog_ids.find,
) -> int:
    if chat_id is not None:
        if chat_id <= 0:
            raise ApiError(CHAT_ID_EMPTY)
        return chat_id
    if dialog_id is None:
        raise ApiError(CHAT_ID_EMPTY)
    return named(call, dialog_id)


@family.method("im.disk.folder.get", writes=True, errors=_OF_CHAT, may_be_empty=("dialog_id",))
def folder_get(call: Call, *, chat_id: ChatId = None, dialog_id: DialogId = None) -> dict[str, int]:
    """Return the id of the folder of a chat's files, which is made when it is first asked for."""
    return {"ID": disk.chat_folder(call, _chat_id(call, chat_id, dialog_id)).id}


def _file_ids(file_id: Any, upload_id: Any) -> list[int]:
    given = file_id if file_id is not None else upload_id
    if given is None:
        raise ApiError(FILES_ERROR)
    try:
        return list(reader(list[int])(given if isinstance(given, list | dict) else [given]))
    except WrongValue as error:
        raise ApiError(SAVE_ERROR) from error


@family.method(
    "im.disk.file.commit",
    writes=True,
    differs=(ISO_DATES, SILENT_IS_SILENT, NEVER_SMALLER),
    errors={
        **_OF_CHAT,
        chat_files.FileMissing: SAVE_ERROR,
        chat_files.FilesWrong: SAVE_ERROR,
        disk_files.CopyFailed: SAVE_ERROR,
    },
    faults=(FILES_ERROR,),
    may_be_empty=("dialog_id", "file_id", "upload_id"),
)
def file_commit(
    call: Call,
    *,
    chat_id: ChatId = None,
    dialog_id: DialogId = None,
    file_id: FileIds = None,
    upload_id: FileIds = None,
    message: Annotated[str, Doc("What is said of the files.")] = "",
    silent_mode: Annotated[bool, Doc("Y keeps them from the customer of a dialog: a note for operators.")] = False,
    as_file: Annotated[bool, Doc("Y for images that are not to be made smaller, which none is here.")] = False,  # noqa: ARG001
) -> dict[str, Any]:
    """Send files of the disk into a chat; what does not lie in its folder is copied there."""
    number = _chat_id(call, chat_id, dialog_id, dialog_ids.begin)
    wanted = _file_ids(file_id, upload_id)
    taken, message_id = chat_files.commit(call, number, wanted, message, silent=silent_mode)
    return {
        "FILES": {f"upload{number}": _file(call, found) for number, found in taken.items()},
        "DISK_ID": [str(found.id) for found in taken.values()],
        "FILE_MODELS": {f"upload{number}": _model(call, found) for number, found in taken.items()},
        "MESSAGE_ID": message_id,
    }


def _file(call: Call, found: Object) -> dict[str, Any]:
    file = file_store.find_file(call.tx, call.portal_id, found.id)
    assert file is not None
    return file_view(call, file)


_TYPES = {FileType.IMAGE: 2, FileType.VIDEO: 3, FileType.AUDIO: 9, FileType.FILE: 7}


def _model(call: Call, found: Object) -> dict[str, Any]:
    zone, told = call.portal.time_zone, _file(call, found)
    storage_id, parent_id = disk.place(call, found)
    return {
        "id": found.id,
        "name": found.name,
        "createTime": iso(found.created_at, zone),
        "updateTime": iso(found.updated_at, zone),
        "deleteTime": None,
        "code": None,
        "xmlId": None,
        "storageId": storage_id,
        "realObjectId": found.id,
        "parentId": parent_id,
        "deletedType": int(found.deleted),
        "createdBy": str(found.author_id),
        "updatedBy": str(found.updated_by),
        "deletedBy": str(found.deleted_by),
        "uniqueCode": f"file{found.id}",
        "typeFile": _TYPES[FileType(told["type"])],
        "globalContentVersion": found.version,
        "fileId": found.content_id or found.id,
        "size": found.size or 0,
        "etag": (found.sha256 or "")[:32],
        "links": {
            "download": download_url(call, found),
            "showInGrid": disk_links.detail_url(call, found),
            "preview": told["urlPreview"],
        },
    }


OneFile = Annotated[int, Doc("Id of the file.")]


@family.method("im.disk.file.delete", writes=True)
def file_delete(call: Call, *, chat_id: Annotated[int, Doc("Id of the chat.")], file_id: OneFile) -> bool:
    """Delete a file that the caller sent into a chat, and a message that said nothing else.

    True also where the file is another's, which stays; false where the caller cannot see it.
    """
    return chat_files.delete(call, chat_id, file_id)


@family.method(
    "im.disk.file.save",
    writes=True,
    errors={
        chat_files.FileMissing: FILE_SAVE_ERROR,
        disk_files.CopyFailed: FILE_SAVE_ERROR,
        disk.NameTaken: FILE_SAVE_ERROR,
        disk.TooMany: FILE_SAVE_ERROR,
    },
)
def file_save(call: Call, *, file_id: OneFile) -> dict[str, dict[str, Any]]:
    """Copy a file of a chat into the folder Saved Files of the caller's storage."""
    folder, file = chat_files.save(call, file_id)
    return {name: {"id": one.id, "name": one.name} for name, one in (("folder", folder), ("file", file))}
