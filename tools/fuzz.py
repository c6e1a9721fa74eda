"""Fuzzes a server of its own from its OpenAPI document, as an application and as a webhook, by schemathesis."""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from support.receiver import Receiver
from support.schemas import problems
from support.served import Scene, Served

ROOT = Path(__file__).parents[1]
TIELINE = Path(sys.executable).parent / "tieline"
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
# What a server logs where it met something that it did not foresee.
UNFORESEEN = re.compile(r"a call failed|a command of a batch failed|cannot be prepared|Traceback", re.IGNORECASE)
SPARE = 20  # of what calls may delete
OVERTIME = 300  # seconds that a round may take beyond its own


@dataclass
class Round:
    """One run of schemathesis: against which address, with which headers."""

    name: str
    url: str
    headers: dict[str, str]


class Ground:
    """A server with an application and a webhook of all scopes, and a dialog to be found by its ids."""

    def __init__(self, served: Served, receiver: Receiver) -> None:
        self._served = served
        self._scene = Scene(served, f"{receiver.url}/handler")
        self._client = served.client()
        self.document = self._client.get("/openapi.json").json()
        scopes = [tag["name"] for tag in self.document["tags"] if tag["name"] != "basic"]
        self._app = served.ask("app.add", name="Fuzz", scopes=scopes, script_only=True)
        self._hook = served.ask("webhook.add", user=1, scopes=scopes)["url"].removeprefix(served.url).rstrip("/")
        for event in self._client.get("/events.json").json()["$defs"]:
            if event.startswith("ON"):
                told = {"event": event, "handler": f"{receiver.url}/handler", "auth": self._app["access_token"]}
                self._client.post("/rest/event.bind", json=told).raise_for_status()
        item = self._scene.send(self._client, "fuzz-chat", "fuzz-message", "Hello")
        self.chat = int(item["session"]["CHAT_ID"])
        messages = [self._scene.answer(self._client, self.chat, f"Message {number}") for number in range(SPARE)]
        lines = [served.ask("line.add", name=f"Line {number}", operators=[1])["id"] for number in range(SPARE)]
        self.known: dict[str, list[Any]] = {
            "LINE": [self._scene.line],
            "CONFIG_ID": [*lines, self._scene.line],
            "CONNECTOR": [self._scene.connector],
            "CHAT_ID": [self.chat],
            "DIALOG_ID": [f"chat{self.chat}", str(self._scene.operator)],
            "MESSAGE_ID": messages,
            "SESSION_ID": [int(item["session"]["ID"])],
            "USER_ID": [1, self._scene.operator],
            "USER_CODE": [f"{self._scene.connector}|{self._scene.line}|fuzz-chat|user-fuzz-chat"],
            "EVENT": ["OnAppTest", "OnImConnectorMessageAdd"],
            "CMD": [["server.time", f"im.dialog.messages.get?DIALOG_ID=chat{self.chat}", "no.such.method"]],
            "HANDLER": [f"{receiver.url}/other"],
            "URL": [f"{receiver.url}/file"],
        }

    def rounds(self) -> Iterator[Round]:
        """Return the two ways to call: by a token and by a webhook's path."""
        bearer = {"Authorization": f"Bearer {self._app['access_token']}"}
        yield Round("token", f"{self._served.http_url}/rest", bearer)
        yield Round("webhook", f"{self._served.http_url}{self._hook}", {})

    def hinted(self) -> dict[str, Any]:
        """Return the document with ids that exist as choices, so that calls come further than to the first refusal."""
        document = json.loads(json.dumps(self.document))
        for path in document["paths"].values():
            for operation in path.values():
                for query in operation.get("parameters", []):
                    query["schema"] = self._with_choices(query["name"], query["schema"])
                for kind in operation.get("requestBody", {}).get("content", {}).values():
                    kind["schema"] = self._hint(kind["schema"])
        for schema in document["components"]["schemas"].values():
            schema.update(self._hint(schema))
        return document

    def _hint(self, schema: dict[str, Any]) -> dict[str, Any]:
        properties = schema.get("properties", {})
        return schema | (
            {"properties": {name: self._with_choices(name, inner) for name, inner in properties.items()}}
            if properties
            else {}
        )

    def _with_choices(self, name: str, schema: dict[str, Any]) -> dict[str, Any]:
        choices = self.known.get(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper())
        return {"anyOf": [{"enum": choices}, schema]} if choices else schema


def run(found: Round, document: Path, options: argparse.Namespace, report: Path) -> dict[str, Any]:
    """Run schemathesis for one way to call; returns its report."""
    headers = [part for name, value in found.headers.items() for part in ("--header", f"{name}: {value}")]
    command = [
        *(str(options.schemathesis), "run", str(document), "--url", found.url, *headers),
        *("--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing", "--mode", "all"),
        *("--max-time", str(options.seconds // 2), "--seed", str(options.seed), "--continue-on-failure"),
        *("--workers", "1", "--generation-database", "none", "--suppress-health-check", "all", "--warnings", "off"),
        *("--request-timeout", "30"),
        *("--report", "json", "--report-json-path", str(report), "--no-color"),
    ]
    patience = options.seconds / 2 + OVERTIME
    ended = subprocess.run(command, timeout=patience, check=False, cwd=report.parent, env=environment())
    told: dict[str, Any] = json.loads(report.read_text("utf-8"))
    return told | {"exit": ended.returncode}


def figure(told: dict[str, Any]) -> str:
    """Say what a round came to, in a line."""
    calls, rates = told["test_cases"], told["valid_rates"].values()
    valid = [phase for phases in rates for phase in phases.values()]
    accepted, rejected = (sum(phase[kind] for phase in valid) for kind in ("accepted", "rejected"))
    return (
        f"{calls['generated']} calls of {told['operations']['tested']} operations, "
        f"{calls['unique_failures']} failures, {calls['errored']} errors in the tool; "
        f"of {accepted + rejected} valid calls {accepted} were carried out"
    )


def environment() -> dict[str, str]:
    """Return the environment of a tool that has packages of its own."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def main() -> int:
    """Fuzz for a while; returns 1 where anything was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600, help="how long, both ways together")
    parser.add_argument("--seed", type=int, default=random.randrange(2**32), help="of the generated calls")
    parser.add_argument("--schemathesis", type=Path, default=ROOT / ".venv-fuzz" / "bin" / "schemathesis")
    options = parser.parse_args()
    found, figures = 0, []
    with (
        closing(Receiver()) as receiver,
        tempfile.TemporaryDirectory() as folder,
        Served(TIELINE, Path(folder) / "data", tls=False) as served,
    ):
        ground = Ground(served, receiver)
        document = Path(folder) / "openapi.json"
        document.write_text(json.dumps(ground.hinted()), "utf-8")
        for way in ground.rounds():
            told = run(way, document, options, Path(folder) / f"{way.name}.json")
            figures.append(f"{way.name}: {figure(told)}")
            found += told["exit"] != 0
        assert httpx.get(f"{served.http_url}/healthz").json() == {"status": "ok"}
        unforeseen = Counter(UNFORESEEN.findall(served.output()))
        if unforeseen:
            print(served.output()[-20_000:])
        wrong = {text for event in receiver.requests if event.path == "/handler" for text in problems(event)}
        print(*figures, sep="\n")
        print(f"{len(receiver.requests)} events, schemas broken: {sorted(wrong) or 'none'}")
        print(f"logged and not foreseen: {dict(unforeseen) or 'nothing'}; seed {options.seed}")
    return int(bool(found or unforeseen or wrong))


if __name__ == "__main__":
    sys.exit(main())
