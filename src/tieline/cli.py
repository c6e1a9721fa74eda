"""The command line; the only place that prints."""

import contextlib
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from tieline.domain.ids import new_password
from tieline.domain.plain import PlainError
from tieline.http import asking
from tieline.settings import Settings, load

FOLLOW_PAUSE = 0.5
CLOCK_PAUSE = 0.2
UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
# A server's parts are imported where one is started: what asks a running one then takes a third of the time.


def main() -> None:
    """Run the command line; what goes wrong is one line that says what to do."""
    os.umask(0o077)  # all that is made here may hold secrets
    try:
        sys.exit(commands(standalone_mode=False))
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.ClickException as error:
        click.echo(f"tieline: {error.format_message()}", err=True)
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    except (PlainError, OSError) as error:
        click.echo(f"tieline: {error}", err=True)
        sys.exit(1)


def _data_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Say which installation a command is for."""
    for option in (
        click.option("--database", help="URL of a PostgreSQL database, in place of a data folder."),
        click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="The data folder."),
    ):
        function = option(function)
    return function


def _json_option(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(function)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tieline")
def commands() -> None:
    """tieline: a hub for customer conversations that speaks the REST dialect of Bitrix24 Open Channels."""


@commands.command()
@_data_options
@click.option("--host", help="Address to listen on (127.0.0.1).")
@click.option("--port", type=int, help="Port to listen on (8443).")
@click.option("--tls", is_flag=True, default=None, help="Speak TLS with a certificate of the development CA.")
@click.option("--tls-cert", type=click.Path(path_type=Path, exists=True), help="Certificate chain.")
@click.option("--tls-key", type=click.Path(path_type=Path, exists=True), help="Key of the certificate.")
@click.option(
    "--also-serve",
    multiple=True,
    metavar="HOST",
    help="A foreign host that clients hard-code: the development certificate covers it too.",
)
@click.option("--http-port", type=int, help="Plain http beside, on loopback only.")
@click.option("--domain", help="Host name of the portal's address.")
@click.option("--url", help="Public address of the portal.")
@click.option("--profile", type=click.Choice(["development", "production"]))
@click.option("--strict", is_flag=True, default=None, help="As documented: an event is sent once.")
@click.option("--request-limit", help="Requests of an address: off, standard, enterprise or A_SECOND/AT_ONCE.")
@click.option("--operating-limit", help="Seconds that a method may work for one caller: off, on or LIMIT/WINDOW.")
@click.option("--config", type=click.Path(path_type=Path, exists=True), help="Settings as a TOML file.")
def serve(config: Path | None, **given: Any) -> None:
    """Run a server until it is told to stop."""
    settings = load(given, config)
    from tieline import app  # it takes longer than to say what is wrong

    async def ready() -> None:
        click.echo(f"tieline is ready: {settings.public_url}")
        sys.stdout.flush()

    with app.owned(settings):
        app.run(settings, ready)


@commands.command(name="demo")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("data"),
    help="The data folder (./data).",
)
@click.option("--port", type=int, default=8443, help="Port for TLS (8443); http and the examples take the next.")
def run_demo(data: Path, port: int) -> None:
    """Run a portal with operators, a line, a website chat and bots, and say where to click."""
    from tieline import app, demo

    settings = load({"data": data, "port": port, "tls": True, "http_port": port + 1})

    async def ready() -> None:
        for line in await demo.prepare(settings, demo.Ports(port + 2, port + 3)):
            click.echo(line)
        sys.stdout.flush()

    with app.owned(settings), demo.running_examples():
        app.run(settings, ready)


@commands.command(name="migrate")
@_data_options
def run_migrate(**given: Any) -> None:
    """Bring the schema of a database up to date."""
    from tieline import app
    from tieline.store.migrations import migrate

    settings = load(given)
    with app.owned(settings):
        migrate(settings.database_url)
    click.echo("The schema is up to date.")


def _ask(settings: Settings, command: str, args: dict[str, Any]) -> Any:
    """Carry out a command: through the running server of a data folder, else on the database itself."""
    if not settings.database:
        with contextlib.suppress(ConnectionRefusedError, FileNotFoundError):
            return asking.ask(settings.folder, command, args)
    from tieline import app

    return app.carry_out(settings, command, args)


def _print(facts: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(facts))
        return
    for name, value in facts.items():
        click.echo(f"{name}: {value}")


def _names(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


@commands.group(name="app")
def app_group() -> None:
    """Applications of the portal."""


@app_group.command(name="add")
@_data_options
@click.option("--name", required=True)
@click.option("--scopes", required=True, help="Scopes, separated by commas.")
@click.option("--handler", help="Address of the application's page.")
@click.option("--install-url", help="Address that is told of the installation.")
@click.option("--script-only", is_flag=True, help="It has no page: it is installed at once.")
@_json_option
def app_add(
    data: Path | None, database: str | None, name: str, scopes: str, handler: str | None, install_url: str | None,
    script_only: bool, as_json: bool,
) -> None:  # fmt: skip
    """Add an application and print its secrets, once."""
    args = {
        "name": name,
        "scopes": _names(scopes),
        "handler": handler,
        "install_url": install_url,
        "script_only": script_only,
    }
    _print(_ask(load({"data": data, "database": database}), "app.add", args), as_json=as_json)


@commands.group()
def webhook() -> None:
    """Incoming webhooks."""


@webhook.command(name="add")
@_data_options
@click.option("--user", type=int, required=True, help="Id of the user in whose name it calls.")
@click.option("--scopes", required=True, help="Scopes, separated by commas.")
@_json_option
def webhook_add(data: Path | None, database: str | None, user: int, scopes: str, as_json: bool) -> None:
    """Add an incoming webhook and print its URL, once."""
    settings = load({"data": data, "database": database})
    _print(_ask(settings, "webhook.add", {"user": user, "scopes": _names(scopes)}), as_json=as_json)


def _hash(password: str) -> str:
    from tieline.services.people import hash_password

    return hash_password(password)


@commands.group()
def user() -> None:
    """People who log in."""


@user.command(name="add")
@_data_options
@click.option("--name", required=True)
@click.option("--email", required=True)
@click.option("--admin", is_flag=True)
@click.option("--presence", type=click.Choice(["auto", "online"]), help="online: there also without an open page.")
@_json_option
def user_add(
    data: Path | None, database: str | None, name: str, email: str, admin: bool, presence: str | None, as_json: bool
) -> None:
    """Add a person and print the password, once."""
    password = new_password()
    args = {"name": name, "email": email, "admin": admin, "presence": presence, "password_hash": _hash(password)}
    added = _ask(load({"data": data, "database": database}), "person.add", args)
    _print({**added, "password": password}, as_json=as_json)


@user.command(name="presence")
@_data_options
@click.option("--user", "user_id", type=int, required=True, help="Id of the person.")
@click.argument("choice", type=click.Choice(["auto", "online", "away", "absent"]))
@_json_option
def user_presence(data: Path | None, database: str | None, user_id: int, choice: str, as_json: bool) -> None:
    """Say whether a person is there: auto goes by the open pages, online holds also without one."""
    args = {"user": user_id, "choice": choice}
    _print(_ask(load({"data": data, "database": database}), "person.presence", args), as_json=as_json)


@user.command(name="password")
@_data_options
@click.option("--user", "user_id", type=int, required=True, help="Id of the person.")
@_json_option
def user_password(data: Path | None, database: str | None, user_id: int, as_json: bool) -> None:
    """Give a person a new password and print it, once."""
    password = new_password()
    args = {"user": user_id, "password_hash": _hash(password)}
    changed = _ask(load({"data": data, "database": database}), "person.password", args)
    _print({**changed, "password": password}, as_json=as_json)


@commands.group()
def line() -> None:
    """Open lines."""


@line.command(name="add")
@_data_options
@click.option("--name", required=True)
@click.option("--operators", required=True, help="Ids of users, separated by commas.")
@_json_option
def line_add(data: Path | None, database: str | None, name: str, operators: str, as_json: bool) -> None:
    """Add an open line with its operators and print its id."""
    numbers = _names(operators)
    if not all(number.isdecimal() for number in numbers):
        raise click.BadParameter("ids of users, separated by commas", param_hint="--operators")
    settings = load({"data": data, "database": database})
    _print(_ask(settings, "line.add", {"name": name, "operators": numbers}), as_json=as_json)


@line.command(name="disconnect")
@_data_options
@click.option("--line", "line_id", type=int, required=True)
@click.option("--connector", required=True, help="ID of the connector.")
@_json_option
def line_disconnect(data: Path | None, database: str | None, line_id: int, connector: str, as_json: bool) -> None:
    """Switch a connector off on a line; its application is told."""
    settings = load({"data": data, "database": database})
    _print(_ask(settings, "line.disconnect", {"line": line_id, "connector": connector}), as_json=as_json)


@commands.group(name="clock", invoke_without_command=True)
@_data_options
@_json_option
@click.pass_context
def clock_group(context: click.Context, data: Path | None, database: str | None, as_json: bool) -> None:
    """The portal's clock, which in development can be stopped, moved and made to run faster."""
    context.obj = (load({"data": data, "database": database}), as_json)
    if context.invoked_subcommand is None:
        _lead_clock(context.obj, {})


def _lead_clock(chosen: tuple[Settings, bool], args: dict[str, Any]) -> None:
    settings, as_json = chosen
    facts = _ask(settings, "clock", args)
    while facts["target"] is not None:
        time.sleep(CLOCK_PAUSE)
        facts = _ask(settings, "clock", {})
    _print(facts, as_json=as_json)


@clock_group.command(name="freeze")
@click.pass_obj
def clock_freeze(chosen: tuple[Settings, bool]) -> None:
    """Stop the clock."""
    _lead_clock(chosen, {"action": "freeze"})


@clock_group.command(name="run")
@click.option("--rate", type=float, default=1, help="How many times as fast as the machine's (1).")
@click.pass_obj
def clock_run(chosen: tuple[Settings, bool], rate: float) -> None:
    """Let the clock run on from where it stands."""
    _lead_clock(chosen, {"action": "run", "rate": rate})


@clock_group.command(name="set")
@click.argument("moment", type=click.DateTime(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"]))
@click.pass_obj
def clock_set(chosen: tuple[Settings, bool], moment: datetime) -> None:
    """Lead the clock to a moment in UTC; what is due until then happens in its order."""
    _lead_clock(chosen, {"action": "set", "moment": int(moment.replace(tzinfo=UTC).timestamp() * 1000)})


@clock_group.command(name="move")
@click.argument("period")
@click.pass_obj
def clock_move(chosen: tuple[Settings, bool], period: str) -> None:
    """Let time pass, such as 90s, 5m, 2h or 1d12h; what is due meanwhile happens in its order."""
    parts = re.findall(r"(\d+)([smhd])", period)
    if not parts or "".join(number + unit for number, unit in parts) != period:
        raise click.BadParameter("such as 90s, 5m, 2h or 1d12h", param_hint="PERIOD")
    seconds = sum(int(number) * UNITS[unit] for number, unit in parts)
    _lead_clock(chosen, {"action": "move", "seconds": seconds})


@commands.group(name="statistics")
def statistics_group() -> None:
    """Figures of sessions."""


@statistics_group.command(name="recount")
@_data_options
@_json_option
def statistics_recount(data: Path | None, database: str | None, as_json: bool) -> None:
    """Find all kept figures anew from the log and the messages, a portion at a time."""
    settings = load({"data": data, "database": database})
    portion: dict[str, int | None] = {"next": 0}
    counted = 0
    while portion["next"] is not None:
        portion = _ask(settings, "statistics.recount", {"after": portion["next"]})
        counted += portion["counted"] or 0
    _print({"counted": counted}, as_json=as_json)


@commands.command()
@_data_options
@click.option("--follow", is_flag=True, help="Go on as new attempts are made.")
@_json_option
def events(data: Path | None, database: str | None, follow: bool, as_json: bool) -> None:
    """Print the journal of deliveries."""
    settings = load({"data": data, "database": database})
    for entry in _entries(settings, follow=follow):
        click.echo(json.dumps(entry) if as_json else _entry_line(entry))
        sys.stdout.flush()


def _entries(settings: Settings, *, follow: bool) -> Iterator[dict[str, Any]]:
    after = 0
    while True:
        found = _ask(settings, "events.list", {"after": after})
        yield from found
        if found:
            after = found[-1]["number"]
        elif not follow:
            return
        else:
            time.sleep(FOLLOW_PAUSE)


def _entry_line(entry: dict[str, Any]) -> str:
    at = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(entry["started_at"] / 1000))
    why = f" ({entry['reason']})" if entry["reason"] else ""
    return (
        f"{at} {entry['outcome']:<11} {entry['event']} -> {entry['handler']} "
        f"attempt {entry['attempt']}, {entry['duration']} ms{why}"
    )
