"""Chat applications: what a bot puts beside the message field, a command or a page in a frame."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from tieline.domain.given import is_safe

NARROWEST, LOWEST = 250, 50
LARGEST = 10_000
HASH_LENGTH = CODE_LENGTH = 32
_SAID = re.compile(r"[A-Za-z0-9 +_/-]{1,1000}")
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{1,30}")
_CONTEXTS = frozenset({"all", "user", "chat", "bot", "lines", "call"})


class Deed(StrEnum):
    """What a press on a chat application does, where it opens no frame."""

    PUT = "PUT"
    SEND = "SEND"
    CALL = "CALL"
    SUPPORT = "SUPPORT"


_PARAMS: dict[Deed, Callable[[str], object]] = {
    Deed.PUT: _SAID.fullmatch,
    Deed.SEND: _SAID.fullmatch,
    Deed.CALL: _PHONE.fullmatch,
    Deed.SUPPORT: lambda text: len(text) == CODE_LENGTH and text.isalnum(),
}


class FrameInsecure(Exception):
    """A frame's address must begin with https."""


class HashWrong(Exception):
    """A frame needs a hash of 32 characters, by which it knows who opens it."""


class ParamsWrong(Exception):
    """A chat application does one thing that is possible, or opens one frame."""


class Untitled(Exception):
    """A chat application that is shown needs a title."""


@dataclass(frozen=True, slots=True)
class Title:
    """What a chat application is called in a language."""

    language: str
    title: str
    description: str = ""
    copyright: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What a chat application does, where, and how it looks; `icon` is the id of a kept file, 0 for none."""

    deed: str = ""
    param: str = ""
    frame: str = ""
    width: int = NARROWEST
    height: int = LOWEST
    hash: str = ""
    icon: int = 0
    context: str = "ALL"
    hidden: bool = False
    extranet: bool = False
    livechat: bool = False
    popup: bool = False
    titles: tuple[Title, ...] = ()

    def check(self) -> None:
        """Refuse what cannot be shown or done."""
        if self.context.lower().removesuffix("-admin") not in _CONTEXTS:
            raise ParamsWrong
        if self.deed:
            if self.deed not in _PARAMS or not _PARAMS[Deed(self.deed)](self.param):
                raise ParamsWrong
        else:
            self._check_frame()
        if not self.hidden and not self.titles:
            raise Untitled

    def _check_frame(self) -> None:
        if not self.frame:
            raise ParamsWrong
        if not is_safe(self.frame) or urlsplit(self.frame).scheme != "https":
            raise FrameInsecure
        if len(self.hash) != HASH_LENGTH:
            raise HashWrong
        if not (NARROWEST <= self.width <= LARGEST and LOWEST <= self.height <= LARGEST):
            raise ParamsWrong


@dataclass(frozen=True, slots=True)
class ChatApp:
    """A chat application of a bot; `code` is its name for its program."""

    id: int
    bot_id: int
    app_id: int
    code: str
    look: Look
    created_at: int = 0
