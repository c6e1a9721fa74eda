"""The official SDKs as programs of their own: a JSON command per line in, a result per line out."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

from support.served import Served, environment

WIRE = Path(__file__).parent.parent / "wire"
ROOT = WIRE.parent.parent
OLDEST_NODE = 18


class Refused(Exception):
    """The SDK raised what it makes of an error of the portal."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(f"{error.get('code')}: {error.get('message')}")
        self.code = error.get("code")
        self.status = error.get("status")


class Sdk:
    """A tutorial program that waits for steps."""

    def __init__(self, command: list[str], served: Served, log: Path) -> None:
        trust = {"REQUESTS_CA_BUNDLE": str(served.ca), "NODE_EXTRA_CA_CERTS": str(served.ca)}
        self._log = log.open("wb")
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env=environment(**trust),
        )
        self.renewed: list[Any] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.terminate()
        self._process.wait(10)
        self._log.close()

    def __getattr__(self, step: str) -> Any:
        return lambda **params: self.do(step, **params)

    def do(self, step: str, **params: Any) -> Any:
        """Do a step and return its result."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"step": step, **params}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, Path(self._log.name).read_text()[-2000:]
        answer = json.loads(line)
        if "renewed" in answer:
            self.renewed.append(answer["renewed"])
        if not answer["ok"]:
            raise Refused(answer["error"])
        return answer["result"]


def python_tutorial() -> list[str]:
    """Return the command that runs the Python tutorial."""
    return [sys.executable, str(WIRE / "python/tutorial.py")]


def node() -> str:
    """Return the Node of the tests; their packages are installed at need."""
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        from build_ui import BuildError, find_node, install_packages  # noqa: PLC0415 - a tool, not a package
    finally:
        sys.path.pop(0)
    hint = f"run: {sys.executable} tools/build_ui.py --packages tests/wire/node"
    try:
        found = find_node()
        install_packages(WIRE / "node", found)
    except BuildError as problem:
        raise AssertionError(f"the packages of Node cannot be installed: {problem}\n{hint}") from None
    assert (WIRE / "node/node_modules/@bitrix24/b24jssdk").is_dir(), f"the JavaScript SDK is missing; {hint}"
    return found.node


def node_tutorial() -> list[str]:
    """Return the command that runs the JavaScript tutorial."""
    return [node(), str(WIRE / "node/tutorial.mjs")]


def python_line_bot() -> list[str]:
    """Return the command that runs the Python bot of open lines."""
    return [sys.executable, str(WIRE / "python/line_bot.py")]


def node_line_bot() -> list[str]:
    """Return the command that runs the JavaScript bot of open lines."""
    return [node(), str(WIRE / "node/line_bot.mjs")]


TUTORIALS = {"b24pysdk": python_tutorial, "b24jssdk": node_tutorial}
LINE_BOTS = {"b24pysdk": python_line_bot, "b24jssdk": node_line_bot}
