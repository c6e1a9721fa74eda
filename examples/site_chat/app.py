"""The routes: three for the portal, the rest for the visitor's page."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from b24pysdk.credentials import OAuthPlacementData
from b24pysdk.errors import BitrixSDKException
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from site_chat.events import apply_event, parse_event
from site_chat.limits import RateLimit, read_body, read_form
from site_chat.portal import ConnectorState, NotInstalledError, Portal, RefusedError, UnavailableError
from site_chat.sender import Sender
from site_chat.store import Message, Store, Visitor
from site_chat.text import MAX_TEXT, clean, clean_name, signed

PAGES = Path(__file__).parent / "pages"
EVENT_LIMIT = 2_000_000
API_LIMIT = 64_000
LONGEST_WAIT = 25
MAX_VERSION = 2**62
MAX_DIGITS = 19
MAX_KEY = 64
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:;"
    " base-uri 'none'; form-action 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}

log = logging.getLogger("site_chat.app")


def create_app(store: Store, portal: Portal, sender: Sender, public_url: str) -> Starlette:
    """Put the parts together."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        sender.start()
        yield
        await run_in_threadpool(sender.stop)
        store.close()

    routes = [
        Route("/install", install, methods=["POST"]),
        Route("/settings", settings, methods=["POST"]),
        Route("/handler", handler, methods=["POST"]),
        Route("/", page("index.html")),
        Route("/chat.js", page("chat.js")),
        Route("/content.js", page("content.js")),
        Route("/chat.css", page("chat.css")),
        Route("/api/visitors", add_visitor, methods=["POST"]),
        Route("/api/messages", add_message, methods=["POST"]),
        Route("/api/messages", get_messages, methods=["GET"]),
        Route("/api/messages/{id:int}/retry", retry_message, methods=["POST"]),
    ]
    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers={HTTPException: show_error})
    app.state.store, app.state.portal, app.state.sender = store, portal, sender
    app.state.public_url = public_url
    app.state.new_visitors, app.state.new_messages = RateLimit(20, 0.2), RateLimit(10, 1)
    app.state.stopping = lambda: False
    return app


async def show_error(_request: Request, error: Exception) -> Response:
    """Answer every error of ours as JSON, which the page can show."""
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


# for the portal


async def install(request: Request) -> Response:
    """Take the ONAPPINSTALL event."""
    try:
        event = parse_event(await read_form(request, EVENT_LIMIT))
        await run_in_threadpool(request.app.state.portal.install, event)
    except (BitrixSDKException, NotInstalledError) as error:
        raise HTTPException(403, "This is not an installation of this application.") from error
    except (UnavailableError, RefusedError) as error:
        log.warning("installation failed: %s", error)
        raise HTTPException(502, f"The portal did not accept the connector: {error}") from error
    request.app.state.sender.wake()
    return PlainTextResponse("installed")


async def handler(request: Request) -> Response:
    """Take an event: save first, then answer; confirmations to the portal follow in the background."""
    store, portal = request.app.state.store, request.app.state.portal
    try:
        event = parse_event(await read_form(request, EVENT_LIMIT))
        portal.check(event.auth.application_token)
    except (BitrixSDKException, NotInstalledError) as error:
        raise HTTPException(403, "This event does not come from the portal.") from error
    await run_in_threadpool(apply_event, store, event)
    request.app.state.sender.wake()
    return PlainTextResponse("ok")


async def settings(request: Request) -> Response:
    """Show the connector's settings inside the portal: opening them switches the chosen line on."""
    portal: Portal = request.app.state.portal
    fields = await read_form(request, EVENT_LIMIT)
    try:
        portal.check(fields.get("APPLICATION_TOKEN", ""))
        placement = OAuthPlacementData.from_dict(fields)
        line = chosen_line(placement.placement_options)
        if not line:
            return settings_page(request, 400, "No line was chosen", "Choose a line first.")
        state = await run_in_threadpool(portal.connect, placement, line)
    except (BitrixSDKException, NotInstalledError) as error:
        log.info("settings were refused: %r", error)
        text = "Open these settings from the portal's contact center."
        return settings_page(request, 403, "Not available", text)
    except (UnavailableError, RefusedError) as error:
        return settings_page(request, 502, "The portal did not accept this", str(error))
    request.app.state.sender.wake()
    return settings_page(request, 200, *describe(state))


def chosen_line(options: Any) -> str:
    """Return the number of the line for which the settings were opened, or an empty string."""
    line = str(options.get("LINE", "")) if isinstance(options, dict) else ""
    return line if line.isascii() and line.isdigit() and len(line) < MAX_DIGITS else ""


def describe(state: ConnectorState) -> tuple[str, str]:
    """Put the connector's state into words."""
    if state.working:
        return "The chat is on", f"What visitors write on the website arrives at line {state.line}."
    step = "the portal says that it is not working" if state.configured else "it is not fully set up yet"
    return "The chat is not on", f"The connector is attached to line {state.line}, but {step}."


def settings_page(request: Request, status: int, title: str, text: str) -> Response:
    """Fill the settings page; it may be framed, since the portal shows it in a frame."""
    values = {"title": title, "text": text, "url": request.app.state.public_url + "/"}
    values["mood"] = "good" if title.endswith("is on") else "bad"
    template = Template((PAGES / "settings.html").read_text(encoding="utf-8"))
    html = template.substitute({name: escape(value) for name, value in values.items()})
    return HTMLResponse(html, status, HEADERS)


# for the visitor's page


def page(name: str) -> Any:
    """Serve one file of the page."""

    async def serve(_request: Request) -> Response:
        return FileResponse(PAGES / name, headers=HEADERS)

    return serve


async def read_json(request: Request) -> dict[str, Any]:
    """Read a JSON object from the body."""
    try:
        body = json.loads(await read_body(request, API_LIMIT))
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, "The request is not JSON.") from error
    if not isinstance(body, dict):
        raise HTTPException(400, "The request is not a JSON object.")
    return body


async def this_visitor(request: Request) -> Visitor:
    """Find the visitor by the key which the page keeps in the browser."""
    _, _, key = request.headers.get("authorization", "").partition("Bearer ")
    visitor: Visitor | None = await run_in_threadpool(request.app.state.store.visitor_by_key, key)
    if visitor is None:
        raise HTTPException(401, "This visitor is not known.")
    return visitor


async def add_visitor(request: Request) -> Response:
    """Begin a conversation: a name in, an id and a key out."""
    request.app.state.new_visitors.check(request.client.host if request.client else "")
    name = (await read_json(request)).get("name")
    if not isinstance(name, str) or not (name := clean_name(name)):
        raise HTTPException(422, "Please enter a name.")
    visitor, key = await run_in_threadpool(request.app.state.store.add_visitor, name)
    return JSONResponse({"id": visitor.id, "key": key, "name": visitor.name}, 201)


async def add_message(request: Request) -> Response:
    """Save a visitor's message and let the background thread send it."""
    visitor = await this_visitor(request)
    body = await read_json(request)
    text, key = body.get("text"), body.get("key")
    if not (isinstance(text, str) and isinstance(key, str) and key.isascii() and 0 < len(key) <= MAX_KEY):
        raise HTTPException(422, "A message needs a text and a key.")
    if len(text) > MAX_TEXT:
        raise HTTPException(422, f"A message may have {MAX_TEXT} characters.")
    if not (text := clean(text, MAX_TEXT)):
        raise HTTPException(422, "The message is empty.")
    request.app.state.new_messages.check(visitor.id)
    message = await run_in_threadpool(request.app.state.store.add_from_visitor, visitor.id, key, text)
    request.app.state.sender.wake()
    return JSONResponse(shown(message), 201)


async def retry_message(request: Request) -> Response:
    """Try a refused message again, at the visitor's wish."""
    visitor = await this_visitor(request)
    request.app.state.new_messages.check(visitor.id)
    number = min(request.path_params["id"], MAX_VERSION)
    message = await run_in_threadpool(request.app.state.store.retry, visitor.id, number)
    if message is None:
        raise HTTPException(404, "There is no such message.")
    request.app.state.sender.wake()
    return JSONResponse(shown(message))


async def get_messages(request: Request) -> Response:
    """Return what is new after a version; with "wait" the answer is held back until there is something."""
    visitor, store = await this_visitor(request), request.app.state.store
    try:
        after = min(max(int(request.query_params.get("after", "0")), 0), MAX_VERSION)
        wait = min(max(int(request.query_params.get("wait", "0")), 0), LONGEST_WAIT)
    except ValueError as error:
        raise HTTPException(422, "The numbers cannot be read.") from error
    end = time.monotonic() + wait
    while True:
        seen = store.changes
        messages, version = await run_in_threadpool(store.history, visitor.id, after)
        if messages or time.monotonic() >= end or request.app.state.stopping():
            return JSONResponse({"messages": [shown(m) for m in messages], "after": version})
        # Changes come from other threads, and looking is cheap.
        while store.changes == seen and time.monotonic() < end and not request.app.state.stopping():  # noqa: ASYNC110
            await asyncio.sleep(0.1)


def shown(message: Message) -> dict[str, Any]:
    """Return a message as the page shows it: plain text only, whatever the operator typed."""
    name, text = signed(message.text) if message.kind == "operator" else ("", message.text)
    return {
        "id": message.id,
        "key": message.key,
        "kind": message.kind,
        "state": message.state,
        "waiting": message.attempts > 1,
        "name": name,
        "text": text,
        "files": message.files,
        "attach": message.extras.get("attach", []),
        "keyboard": message.extras.get("keyboard", []),
        "time": int(message.created),
    }
