"""The command line: with a running server, through its socket; and without one, on the database itself."""

import json
import signal
import stat
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from support import servers
from support.receiver import Receiver
from support.served import Scene, Served, environment
from support.waiting import until
from tieline.http.asking import socket_path

SCOPES = "im,imconnector,imopenlines"
# A shell makes jobs in the background deaf to Ctrl-C, and what they start inherits it.
HEED = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"


@pytest.fixture
def client(served: Served):
    with served.client() as made:
        yield made


def profile(client: httpx.Client, token: str) -> int:
    """Call a method with a token; returns the status."""
    return client.get("/rest/profile", params={"auth": token}).status_code


def log_in(client: httpx.Client, served: Served, email: str, password: str) -> int:
    headers = {"origin": served.http_url, "host": served.http_url.removeprefix("http://")}
    return client.post("/ui/login", json={"email": email, "password": password}, headers=headers).status_code


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_person_added_beside_a_running_server_can_log_in_at_once(served: Served, client) -> None:
    added = served.command("user", "add", "--name", "Olga", "--email", "olga@example.com")
    assert added.keys() == {"id", "password"}
    assert log_in(client, served, "olga@example.com", added["password"]) == 200
    assert log_in(client, served, "olga@example.com", added["password"] + "x") == 401


def test_person_gets_a_new_password(served: Served, client) -> None:
    added = served.command("user", "add", "--name", "Pia", "--email", "pia@example.com")
    changed = served.command("user", "password", "--user", str(added["id"]))
    assert (changed["id"], changed["email"]) == (added["id"], "pia@example.com")
    assert log_in(client, served, "pia@example.com", added["password"]) == 401
    assert log_in(client, served, "pia@example.com", changed["password"]) == 200
    unknown = served.run("user", "password", "--user", "99999")
    assert (unknown.returncode, unknown.stderr) == (1, "tieline: no such user: 99999\n")


def test_application_added_beside_a_running_server_can_call_at_once(served: Served, client) -> None:
    app = served.command("app", "add", "--name", "A", "--scopes", SCOPES, "--script-only")
    assert profile(client, app["access_token"]) == 200
    assert app["scope"] == SCOPES
    assert app["client_endpoint"] == f"{served.url}/rest/"
    renewal = {key: app[key] for key in ("client_id", "client_secret", "refresh_token")}
    renewed = client.get("/oauth/token/", params={"grant_type": "refresh_token", **renewal}).json()
    assert profile(client, renewed["access_token"]) == 200


def test_application_is_told_of_its_installation(served: Served, receiver: Receiver) -> None:
    url = f"{receiver.url}/install"
    app = served.command("app", "add", "--name", "B", "--scopes", SCOPES, "--script-only", "--install-url", url)
    event = receiver.wait(1, event="ONAPPINSTALL")[0].flat
    assert event["auth[application_token]"] == app["application_token"]


def test_webhook_and_line_added_beside_a_running_server_work_at_once(served: Served, client) -> None:
    person = served.command("user", "add", "--name", "Otto", "--email", "otto@example.com", "--admin")["id"]
    hook = served.command("webhook", "add", "--user", str(person), "--scopes", SCOPES)["url"]
    line = served.command("line", "add", "--name", "Support", "--operators", str(person))["id"]
    found = client.get(hook.removeprefix(served.url) + "imopenlines.config.get", params={"CONFIG_ID": line}).json()
    assert found["result"]["LINE_NAME"] == "Support"
    assert found["result"]["QUEUE"] == [str(person)]


def test_disconnected_connector_is_off_and_its_application_is_told(served: Served, client, receiver: Receiver) -> None:
    scene = Scene(served, f"{receiver.url}/handler", connector="disconnecting", email="scene1@example.com")
    scene.call(client, "event.bind", event="OnImConnectorStatusDelete", handler=f"{receiver.url}/off")
    words = ("--line", str(scene.line), "--connector", scene.connector)
    assert served.command("line", "disconnect", *words)["active"] is False
    event = receiver.wait(1, event="ONIMCONNECTORSTATUSDELETE")[0].flat
    assert (event["data[connector]"], event["data[line]"]) == (scene.connector, str(scene.line))
    status = scene.call(client, "imconnector.status", CONNECTOR=scene.connector, LINE=scene.line)
    assert status["STATUS"] is False
    again = served.run("line", "disconnect", *words)
    assert (again.returncode, again.stderr) == (1, "tieline: this connector is not active on this line\n")


def test_journal_is_printed_and_followed(served: Served, client, receiver: Receiver, tmp_path: Path) -> None:
    scene = Scene(served, f"{receiver.url}/handler", connector="followed", email="scene2@example.com")
    chat = int(scene.send(client, "c", "1", "Hello")["session"]["CHAT_ID"])
    scene.answer(client, chat, "one")
    receiver.wait(1)
    entries = until(lambda: lines(served.run("events", "--json").stdout, scene), "the journal has it")
    assert (entries[0]["outcome"], entries[0]["status"], entries[0]["attempt"]) == ("delivered", 200, 1)
    printed = served.run("events").stdout
    assert f"delivered   ONIMCONNECTORMESSAGEADD -> {receiver.url}/handler attempt 1" in printed
    follow(served, client, scene, chat, tmp_path / "followed")


def follow(served: Served, client, scene: Scene, chat: int, output: Path) -> None:
    """Follow the journal while the operator writes, then end as Ctrl-C does."""
    command = [str(served.tieline), "events", *served.where, "--follow", "--json"]
    with output.open("wb") as file:
        process = subprocess.Popen([sys.executable, "-c", HEED, *command], stdout=file, stderr=subprocess.STDOUT)
    try:
        until(lambda: len(lines(output.read_text(), scene)) >= 1, "what was there is printed")
        scene.answer(client, chat, "two")
        until(lambda: len(lines(output.read_text(), scene)) >= 2, "what is new is printed")
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(10)
    assert "Traceback" not in output.read_text()


def lines(text: str, scene: Scene) -> list[dict]:
    """Return the entries of a scene's application."""
    found = [json.loads(line) for line in text.splitlines() if line.endswith("}")]
    return [entry for entry in found if entry["app_id"] == scene.app["id"]]


def test_output_for_people_has_a_fact_per_line(served: Served) -> None:
    done = served.run("user", "add", "--name", "Ida", "--email", "ida@example.com")
    assert [line.split(": ")[0] for line in done.stdout.splitlines()] == ["id", "password"]


def test_folder_has_one_owner(served: Served) -> None:
    for words in (("serve", "--port", str(servers.free_port())), ("migrate",)):
        done = served.run(*words)
        assert done.returncode == 1
        assert done.stderr == f"tieline: another process uses {served.folder}\n"
    with served.client() as client:
        assert client.get("/healthz").json() == {"status": "ok"}


def test_port_that_is_taken_is_named(served: Served, tieline: Path, tmp_path: Path) -> None:
    other = Served(tieline, tmp_path / "other", tls=False)
    done = other.run("serve", "--port", str(served.port))
    assert (done.returncode, done.stderr) == (
        1,
        f"tieline: cannot listen on 127.0.0.1:{served.port}: Address already in use\n",
    )


def test_only_the_owner_may_read_what_the_server_keeps(served: Served) -> None:
    assert mode(served.folder) == 0o700
    assert mode(Path(socket_path(served.folder))) == 0o600
    assert {path.name: oct(mode(path)) for path in served.folder.iterdir() if mode(path) & 0o077} == {}


def test_folder_may_have_a_long_name(tieline: Path, tmp_path: Path) -> None:
    """A socket's own name may not: it is reached by another way, which costs no descriptor at each command."""
    folder = tmp_path / "long" / ("x" * 120)
    with Served(tieline, folder, tls=False) as served:
        before = len(list(Path("/proc/self/fd").iterdir()))
        for _ in range(20):
            assert served.ask("events.list") == []
        assert len(list(Path("/proc/self/fd").iterdir())) - before <= 1
        assert served.command("user", "add", "--name", "Olga", "--email", "olga@example.com")["id"] > 1


def test_refusals_of_commands_are_one_line(served: Served) -> None:
    for words, text in (
        (("webhook", "add", "--user", "999", "--scopes", "im"), "no such user: 999"),
        (("webhook", "add", "--user", "1", "--scopes", "nothing"), "no such scope: nothing"),
        (("line", "add", "--name", "L", "--operators", "999"), "no such user: 999"),
        (("line", "add", "--name", "L", "--operators", "a"), "ids of users"),
        (("app", "add", "--name", "A", "--scopes", "im", "--handler", "ftp://x"), "cannot be used"),
        (("user", "add", "--name", "", "--email", "none"), "needs a name"),
        (("events", "--nonsense"), "No such option"),
    ):
        done = served.run(*words)
        assert done.returncode in (1, 2), words
        assert done.stderr.startswith("tieline: ")
        assert text in done.stderr
        assert done.stderr.count("\n") == 1
        assert done.stdout == ""


@pytest.mark.parametrize(
    ("words", "variables", "text"),
    [
        (["serve", "--port", "abc"], {}, "not a valid integer"),
        (["serve", "--port", "99999"], {}, "there is no port 99999"),
        (["serve", "--profile", "lax"], {}, "'development', 'production'"),
        (["serve", "--host", "300.1.1.1"], {}, "cannot listen on 300.1.1.1"),
        (["serve", "--also-serve", "https://x/"], {}, "https://x/ is no host name"),
        (["serve", "--tls-cert", "{key}"], {}, "a certificate and its key go together"),
        (["serve", "--tls-cert", "{key}", "--tls-key", "{key}"], {}, "the certificate cannot be used"),
        (["serve", "--config", "{key}"], {}, "cannot be read"),
        (["serve", "--database", "mysql://u:hunter2@h/x"], {}, "a database is named by postgresql://"),
        (["migrate", "--database", "postgresql://u:hunter2@127.0.0.1:1/x"], {}, "refused"),
        (["serve"], {"TIELINE_PORT": "abc"}, "port is a number"),
        (["serve"], {"TIELINE_SECRET_KEY": "short"}, "TIELINE_SECRET_KEY"),
        (["nosuch"], {}, "No such command"),
        (["app", "add"], {}, "Missing option"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_wrong_options_give_one_line(tieline: Path, tmp_path: Path, words, variables, text: str) -> None:
    key = tmp_path / "key"
    key.write_text("nothing = [")
    command = [str(tieline), *(word.format(key=key) for word in words)]
    if words[0] == "serve":
        command += ["--data", str(tmp_path / "data")]
    done = subprocess.run(
        command, env=environment(**variables), capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path
    )
    assert done.returncode in (1, 2)
    assert done.stderr.startswith("tieline: "), done.stderr
    assert done.stderr.count("\n") == 1
    assert text in done.stderr
    assert "hunter2" not in done.stderr


def test_commands_work_without_a_server_and_the_server_finds_what_they_did(tieline: Path, tmp_path: Path) -> None:
    served = Served(tieline, tmp_path / "data", tls=False)
    assert served.run("migrate").stdout == "The schema is up to date.\n"
    person = served.command("user", "add", "--name", "Olga", "--email", "olga@example.com")
    line = served.command("line", "add", "--name", "Support", "--operators", str(person["id"]))["id"]
    app = served.command("app", "add", "--name", "A", "--scopes", SCOPES, "--script-only")
    hook = served.command("webhook", "add", "--user", str(person["id"]), "--scopes", SCOPES)["url"]
    assert served.run("events", "--json").stdout == ""
    with served, served.client() as client:
        assert profile(client, app["access_token"]) == 200
        path = hook.split("/rest/")[1]
        found = client.get(f"/rest/{path}imopenlines.config.get", params={"CONFIG_ID": line}).json()["result"]
        assert found["LINE_NAME"] == "Support"
        assert log_in(client, served, "olga@example.com", person["password"]) == 200
    assert mode(served.folder) == 0o700


def test_server_prints_no_secret(tieline: Path, tmp_path: Path, receiver: Receiver) -> None:
    """Neither when all is well nor when handlers fail and callers are wrong."""
    with Served(tieline, tmp_path / "data", tls=False) as served, served.client() as client:
        scene = Scene(served, f"{receiver.url}/handler")
        receiver.answer = lambda _: (500, {}, b"")
        chat = int(scene.send(client, "c", "1", "My words")["session"]["CHAT_ID"])
        scene.answer(client, chat, "one")
        token = receiver.wait(1)[0].flat["auth[access_token]"]
        client.post("/rest/profile", content=b"\xff" * 100, headers={"content-type": "application/json"})
        client.get("/rest/profile", params={"auth": scene.app["access_token"][:-1] + "x"})
        log_in(client, served, "klaus@example.com", "wrong horse")
        served.stop()
        secrets = [value for key, value in scene.app.items() if "token" in key or "secret" in key]
        said = served.output()
        hidden = [*secrets, token, scene.hook.split("/")[3], "correct horse", "wrong horse", "My words"]
        assert [secret for secret in hidden if secret in said] == []
        assert "Traceback" not in said
