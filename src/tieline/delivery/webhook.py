"""An event as a request: the documented form body with its auth block, signed as Standard Webhooks say."""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import aiohttp
import msgspec

from tieline.api import php_form
from tieline.delivery import guard
from tieline.delivery.retry import Reply
from tieline.domain.apps import ACCESS_TOKEN_LIFE, App, Grant
from tieline.domain.clock import SECOND
from tieline.domain.events import Delivery
from tieline.domain.people import Portal
from tieline.services.call import Rules

TIMEOUT = 30
MAX_ANSWER = 4_096
AT_ONCE = 2_000  # bytes that are signed in one step: for more the interpreter lets others run, which takes longer
_SIGNING_PREFIX = "whsec_"
MOST_BOTS = 1_000  # whose tokens are remembered as they are written


class Outgoing(NamedTuple):
    """A request that is ready to be sent."""

    url: str
    body: bytes
    headers: dict[str, str]


@dataclass(slots=True)
class Origin:
    """Where a request comes from: the portal, the application it is for, and the tokens of who acted, if anybody."""

    portal: Portal
    app: App
    application_token: str
    signing: hmac.HMAC
    user_id: int | None = None
    access_token: str | None = None
    refresh_token: str | None = None
    _form: tuple[int, str] = (0, "")
    _bot_forms: dict[tuple[Any, ...], tuple[int, str]] = field(default_factory=dict)

    def form(self, moment: int) -> str:
        """Write the auth block as a form, which changes with each second (`moment`)."""
        if self._form[0] != moment:
            self._form = (moment, php_form.encode({"auth": self.auth_block(moment)}))
        return self._form[1]

    def auth_block(self, moment: int) -> dict[str, Any]:
        """Write the auth block: tokens where somebody acted, and always what proves the portal."""
        if self.access_token is None:
            return self.portal_part()
        life = ACCESS_TOKEN_LIFE // SECOND
        return {
            "access_token": self.access_token,
            "expires": moment + life,
            "expires_in": life,
            "scope": self.app.scope_list,
            "status": self.app.status.value,
            "user_id": self.user_id,
            **({"refresh_token": self.refresh_token} if self.refresh_token else {}),
            **self.portal_part(),
        }

    def portal_part(self) -> dict[str, Any]:
        """Write what proves the portal, and where it is."""
        return {
            "domain": self.portal.domain,
            "server_endpoint": self.portal.rest_url,
            "client_endpoint": self.portal.rest_url,
            "member_id": self.portal.member_id,
            "application_token": self.application_token,
        }

    def bot_block(self, grant: Grant, moment: int) -> dict[str, Any]:
        """Write what a bot's program needs to call back: its tokens, if it has any, and what proves the portal."""
        if not grant.access_token:
            return {**self.portal_part(), "user_id": grant.user_id}
        life = ACCESS_TOKEN_LIFE // SECOND
        return {
            "access_token": grant.access_token,
            "expires": moment + life,
            "expires_in": life,
            "scope": self.app.scope_list,
            "status": self.app.status.value,
            "refresh_token": grant.refresh_token,
            "user_id": grant.user_id,
            "client_id": self.app.client_id,
            **self.portal_part(),
        }

    def bot_form(self, part: "BotPart", grant: Grant, moment: int) -> str:
        """Write a bot's tokens as a form, for their place in an event; in its first version they stand there twice."""
        key = (*part, grant.access_token)
        known = self._bot_forms.get(key)
        if known is None or known[0] != moment:
            block = self.bot_block(grant, moment)
            told: dict[str, Any] = {part.name: block} | (block if part.name.isupper() else {})
            for name in reversed(part.path):
                told = {name: told}
            if len(self._bot_forms) >= MOST_BOTS:
                self._bot_forms.clear()
            known = self._bot_forms[key] = (moment, php_form.encode(told))
        return known[1]


class BotPart(NamedTuple):
    """Where tokens of a bot belong in an event, and the name under which they are there."""

    bot_id: int
    path: tuple[str, ...]
    name: str


def signing(key: str) -> hmac.HMAC:
    """Make what signs with a key, which is written as Standard Webhooks write it."""
    return hmac.new(base64.b64decode(key.removeprefix(_SIGNING_PREFIX)), digestmod=hashlib.sha256)


def bots_in(data: Any) -> list[int]:
    """Return the bots to which an event brings their tokens."""
    return list(dict.fromkeys(part.bot_id for part in _bot_parts(data)))


def _bot_parts(data: Any) -> Iterator[BotPart]:
    for name in ("BOT", "COMMAND"):
        for number, told in data.get(name, {}).items():
            yield BotPart(told["BOT_ID"], ("data", name, number), "AUTH")
    if "bot" in data:
        yield BotPart(data["bot"]["id"], ("data", "bot"), "auth")


def prepare(
    delivery: Delivery, data: str, origin: Origin, now: int, grants: dict[int, Grant] | None = None
) -> Outgoing:
    """Build the request of one attempt; only its moment, its tokens and its signature differ from the last one's."""
    moment = now // SECOND
    told = msgspec.json.decode(data)
    head = php_form.encode({"event": delivery.event, "event_handler_id": delivery.binding_id, "data": told})
    bots = [origin.bot_form(part, grants[part.bot_id], moment) for part in _bot_parts(told)] if grants else []
    body = "&".join((head, *bots, f"ts={moment}", origin.form(moment))).encode()
    stable_id = f"evt_{delivery.portal_id}_{delivery.id}"
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "user-agent": "tieline",
        "webhook-id": stable_id,
        "webhook-timestamp": str(moment),
        "webhook-signature": sign(origin.signing, stable_id, moment, body),
    }
    return Outgoing(delivery.handler, body, headers)


def sign(signing: hmac.HMAC, stable_id: str, timestamp: int, body: bytes) -> str:
    """Sign a body as Standard Webhooks say: `v1,` and the base64 of an HMAC-SHA256."""
    signed = signing.copy()
    signed.update(b"%s.%d." % (stable_id.encode(), timestamp))
    for start in range(0, len(body), AT_ONCE):
        signed.update(body[start : start + AT_ONCE])
    return "v1," + base64.b64encode(signed.digest()).decode()


class Sender:
    """Posts events to handlers; the worker's slots limit how many at a time, and nobody looks into an answer."""

    def __init__(self, rules: Rules) -> None:
        self._client = guard.Client(rules, timeout=TIMEOUT, limit_per_host=0, auto_decompress=False)
        self._session = lru_cache(maxsize=4096)(self._client.session)

    async def send(self, outgoing: Outgoing) -> Reply:
        """Post one request; every failure is a reply with its reason. A redirect is a failure: nobody follows it."""
        try:
            async with self._session(outgoing.url).post(
                outgoing.url, data=outgoing.body, headers=outgoing.headers, allow_redirects=False
            ) as response:
                await _drain(response)
                status = response.status
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            return Reply(reason=guard.reason(error))
        reply = Reply(status)
        return reply if reply.accepted else Reply(status, f"the handler answered {status}")

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()


async def _drain(response: aiohttp.ClientResponse) -> None:
    """Read a short answer, so that the connection can be used again; a long one costs the connection."""
    length = response.content_length
    if length is not None and length <= MAX_ANSWER:
        await response.read()
        return
    size = 0
    async for chunk in response.content.iter_any():
        size += len(chunk)
        if size > MAX_ANSWER:
            response.close()
            return
