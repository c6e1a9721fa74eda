"""A person's drive as tests use it, and what the documented samples look like."""

import base64
from typing import Any
from urllib.parse import urlsplit

from support.portal import Client, Portal, Reply

SCOPES = "disk,im"
FILE = dict.fromkeys(
    [
        *("ID", "NAME", "STORAGE_ID", "TYPE", "PARENT_ID", "DELETED_TYPE", "GLOBAL_CONTENT_VERSION", "FILE_ID", "SIZE"),
        *("CREATE_TIME", "UPDATE_TIME", "CREATED_BY", "UPDATED_BY", "DELETED_BY", "DOWNLOAD_URL", "DETAIL_URL"),
    ],
    str,
) | {"CODE": type(None), "DELETE_TIME": type(None)}
FOLDER = {name: kind for name, kind in FILE.items() if name not in ("GLOBAL_CONTENT_VERSION", "FILE_ID", "SIZE")}
FOLDER = {name: kind for name, kind in FOLDER.items() if name != "DOWNLOAD_URL"} | {"REAL_OBJECT_ID": str}
_MADE = {"ID": int, "DELETED_TYPE": int, "DELETED_BY": type(None)}
MADE_FILE = FILE | _MADE | {"GLOBAL_CONTENT_VERSION": int, "FILE_ID": int}
MADE_FOLDER = FOLDER | _MADE | {"REAL_OBJECT_ID": int}
STORAGE = dict.fromkeys(("ID", "NAME", "MODULE_ID", "ENTITY_TYPE", "ENTITY_ID", "ROOT_OBJECT_ID"), str)
STORAGE |= {"CODE": type(None)}
VERSION = dict.fromkeys(
    ("ID", "OBJECT_ID", "SIZE", "NAME", "GLOBAL_CONTENT_VERSION", "CREATE_TIME", "CREATED_BY", "DOWNLOAD_URL"), str
)
MISSING, DENIED, ARGUMENT = (400, "ERROR_NOT_FOUND"), (400, "ACCESS_DENIED"), (400, "ERROR_ARGUMENT")
TAKEN = (400, "DISK_OBJ_22000")
NOWHERE = 9_999_999


def shape(told: dict[str, Any]) -> dict[str, type]:
    """Return the keys of an answer and the types of their values."""
    return {name: type(value) for name, value in told.items()}


def encoded(content: bytes) -> str:
    """Write a content as requests carry it."""
    return base64.b64encode(content).decode()


def path_of(link: str) -> str:
    """Return the path of a link, as the portal in process is asked for it."""
    parts = urlsplit(link)
    assert parts.netloc == "portal.example:8443"
    return parts.path


class Drive:
    """What one person has on the disk; calls are made by the person's webhook."""

    def __init__(self, portal: Portal, *, admin: bool = False, user_id: int | None = None) -> None:
        self.portal = portal
        self.user_id = user_id or portal.person(admin=admin)
        self.hook: Client = portal.webhook(self.user_id, scopes=SCOPES)
        own = self.hook.call("disk.storage.getlist", filter={"ENTITY_TYPE": "user", "ENTITY_ID": self.user_id}).result
        self.storage, self.root = int(own[0]["ID"]), int(own[0]["ROOT_OBJECT_ID"])

    def call(self, method: str, /, **params: Any) -> Reply:
        """Call a method of the disk; the first part of its name is left out."""
        return self.hook.call(f"disk.{method}", **params)

    def common(self) -> tuple[int, int]:
        """Return the ids of the common storage and of its root."""
        (found,) = self.call("storage.getlist", filter={"ENTITY_TYPE": "common"}).result
        return int(found["ID"]), int(found["ROOT_OBJECT_ID"])

    def folder(self, name: str, parent: int | None = None) -> int:
        """Make a folder; returns its id."""
        return self.call("folder.addsubfolder", id=parent or self.root, data={"NAME": name}).result["ID"]

    def file(self, name: str, content: bytes = b"hello", parent: int | None = None, **more: Any) -> int:
        """Upload a file; returns its id."""
        params = {"id": parent or self.root, "data": {"NAME": name}, "fileContent": [name, encoded(content)], **more}
        return self.call("folder.uploadfile", **params).result["ID"]

    def names(self, folder: int | None = None, **params: Any) -> list[str]:
        """Return the names of what lies in a folder."""
        return [one["NAME"] for one in self.call("folder.getchildren", id=folder or self.root, **params).result]

    def content(self, link: str) -> bytes:
        """Return what a link leads to."""
        reply = self.portal.request("GET", path_of(link))
        assert reply.status == 200, reply.content
        return reply.content

    def read(self, file_id: int) -> bytes:
        """Return the content of a file."""
        return self.content(self.call("file.get", id=file_id).result["DOWNLOAD_URL"])
