"""Asking a running server over the socket in its data folder, as the command line does; light, so that it is quick."""

import json
import os
import socket
from functools import cache
from pathlib import Path
from typing import Any

from tieline.domain.plain import PlainError

SOCKET = "control.sock"
TIMEOUT = 30
_SHORT_ENOUGH = 100  # a socket's path may be some 107 bytes long


class CommandFailed(PlainError):
    """A command cannot be carried out; the text says why."""


@cache
def socket_path(folder: Path) -> str:
    """Return a name of the control socket that is short enough for the system; a long one costs one descriptor."""
    path = str(folder / SOCKET)
    if len(path) <= _SHORT_ENOUGH:
        return path
    descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    return f"/proc/self/fd/{descriptor}/{SOCKET}"


def ask(folder: Path, command: str, args: dict[str, Any]) -> Any:
    """Say a command to the server of a data folder; raises ConnectionRefusedError or FileNotFoundError without one."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(TIMEOUT)
        connection.connect(socket_path(folder))
        connection.sendall(json.dumps({"command": command, "args": args}).encode() + b"\n")
        with connection.makefile("rb") as file:
            line = file.readline()
    answer = json.loads(line) if line else {"error": "the server went away"}
    if "error" in answer:
        raise CommandFailed(answer["error"])
    return answer["result"]
