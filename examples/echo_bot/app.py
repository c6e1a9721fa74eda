"""The routes: the installation, and the handler of the bot's events."""

import logging
from collections import OrderedDict
from typing import Any
from urllib.parse import parse_qsl

from b24pysdk.errors import BitrixSDKException
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from echo_bot.portal import NotFromPortalError, Portal, UnavailableError, parse_event
from echo_bot.talk import react

MAX_BODY = 1_000_000
MAX_FIELDS = 2_000
REMEMBERED = 10_000

log = logging.getLogger("echo_bot.app")


class Seen:
    """Which events were answered, so that one that comes twice is answered once; and how far one was got with."""

    def __init__(self) -> None:
        """Begin with none."""
        self._steps: OrderedDict[str, int] = OrderedDict()

    def steps(self, event: str) -> int:
        """Return how many actions of an event are done."""
        return self._steps.get(event, 0)

    def done(self, event: str, steps: int) -> None:
        """Note that so many actions of an event are done."""
        self._steps[event] = steps
        while len(self._steps) > REMEMBERED:
            self._steps.popitem(last=False)


def create_app(portal: Portal) -> Starlette:
    """Put the parts together."""
    routes = [
        Route("/install", install, methods=["POST"]),
        Route("/bot", bot, methods=["POST"]),
        Route("/health", health),
    ]
    app = Starlette(routes=routes)
    app.state.portal, app.state.seen = portal, Seen()
    return app


async def _form(request: Request) -> dict[str, str] | None:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            return None
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        return None
    return dict(request.query_params) | dict(fields)


async def health(_request: Request) -> Response:
    """Say that the bot runs."""
    return PlainTextResponse("ok")


async def install(request: Request) -> Response:
    """Take the ONAPPINSTALL event."""
    fields = await _form(request)
    if fields is None:
        return PlainTextResponse("The form cannot be read.", 400)
    try:
        event = parse_event(fields)
        await run_in_threadpool(request.app.state.portal.install, event)
    except (BitrixSDKException, NotFromPortalError):
        return PlainTextResponse("This is not an installation of this application.", 403)
    except UnavailableError as error:
        log.warning("the installation failed: %s", error)
        return PlainTextResponse(f"The portal did not accept the bot: {error}", 502)
    return PlainTextResponse("installed")


async def bot(request: Request) -> Response:
    """Answer an event; what the portal did not take is tried again when it sends the event again."""
    fields = await _form(request)
    if fields is None:
        return PlainTextResponse("The form cannot be read.", 400)
    portal, seen = request.app.state.portal, request.app.state.seen
    try:
        event = parse_event(fields)
        portal.check(event.auth.application_token)
    except (BitrixSDKException, NotFromPortalError):
        return PlainTextResponse("This event does not come from the portal.", 403)
    data = event.data if isinstance(event.data, dict) else {}
    key = request.headers.get("webhook-id", "")
    actions = react(str(event.event).upper(), data)
    for step, action in enumerate(actions[seen.steps(key) :], seen.steps(key) + 1):
        try:
            await run_in_threadpool(portal.carry_out, action, _token_of(data, action.bot))
        except UnavailableError as error:
            log.warning("the portal did not take an answer: %s", error)
            return PlainTextResponse("The portal did not take the answer.", 503)
        if key:
            seen.done(key, step)
    return PlainTextResponse("ok")


def _token_of(data: dict[str, Any], number: int) -> str:
    """Return the token that an event brings for a bot."""
    parts = [part for name in ("BOT", "COMMAND") if isinstance(data.get(name), dict) for part in data[name].values()]
    mine = [part for part in parts if isinstance(part, dict) and str(part.get("BOT_ID")) == str(number)]
    return str(mine[0].get("access_token", "")) if mine else ""
