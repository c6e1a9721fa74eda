"""An event as a request: the documented form body with its auth block, signed as Standard Webhooks say."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import msgspec

from tieline.api import php_form
from tieline.delivery import guard
from tieline.delivery.retry import Reply
from tieline.domain.apps import ACCESS_TOKEN_LIFE, App
from tieline.domain.people import Portal
from tieline.services.call import Rules
from tieline.services.urls import refuse_address

TIMEOUT = 30
MAX_ANSWER = 4_096
_SIGNING_PREFIX = "whsec_"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request that is ready to be sent."""

    url: str
    body: bytes
    headers: dict[str, str]


def auth_block(
    portal: Portal,
    app: App,
    application_token: str,
    *,
    now: int,
    user_id: int | None,
    access_token: str | None,
    refresh_token: str | None,
) -> dict[str, Any]:
    """Write the auth block: tokens where somebody acted, and always what proves the portal."""
    portal_part = {
        "domain": portal.domain,
        "server_endpoint": portal.rest_url,
        "client_endpoint": portal.rest_url,
        "member_id": portal.member_id,
        "application_token": application_token,
    }
    if access_token is None:
        return portal_part
    return {
        "access_token": access_token,
        "expires": (now + ACCESS_TOKEN_LIFE) // 1000,
        "expires_in": ACCESS_TOKEN_LIFE // 1000,
        "scope": app.scope_list,
        "status": app.status,
        "user_id": user_id,
        **({"refresh_token": refresh_token} if refresh_token else {}),
        **portal_part,
    }


def prepare(
    url: str,
    event: str,
    binding_id: int,
    data: bytes | str,
    auth: dict[str, Any],
    *,
    stable_id: str,
    key: str,
    now: int,
) -> Outgoing:
    """Build the request of one attempt; only its moment, its tokens and its signature differ from the last one's."""
    form = {
        "event": event,
        "event_handler_id": binding_id,
        "data": msgspec.json.decode(data),
        "ts": now // 1000,
        "auth": auth,
    }
    body = php_form.encode(form).encode()
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "user-agent": "tieline",
        "webhook-id": stable_id,
        "webhook-timestamp": str(now // 1000),
        "webhook-signature": sign(key, stable_id, now // 1000, body),
    }
    return Outgoing(url, body, headers)


def sign(key: str, stable_id: str, timestamp: int, body: bytes) -> str:
    """Sign a body as Standard Webhooks say: `v1,` and the base64 of an HMAC-SHA256."""
    secret = base64.b64decode(key.removeprefix(_SIGNING_PREFIX))
    signed = f"{stable_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()


class Sender:
    """Posts events to handlers."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        timeout = aiohttp.ClientTimeout(total=TIMEOUT)
        jar = aiohttp.DummyCookieJar
        self._guarded = aiohttp.ClientSession(
            connector=guard.connector(rules, limit_per_host=0),  # the worker's slots are the limit
            timeout=timeout,
            cookie_jar=jar(),
        )
        self._listed = aiohttp.ClientSession(
            connector=guard.open_connector(limit_per_host=0),
            timeout=timeout,
            cookie_jar=jar(),
        )

    async def send(self, outgoing: Outgoing) -> Reply:
        """Post one request; every failure is a reply with its reason. A redirect is a failure: nobody follows it."""
        if why := refuse_address(outgoing.url, self._rules):
            return Reply(reason=why)
        listed = urlsplit(outgoing.url).hostname in self._rules.allowed_hosts
        session = self._listed if listed else self._guarded
        try:
            async with session.post(
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
        await self._guarded.close()
        await self._listed.close()


async def _drain(response: aiohttp.ClientResponse) -> None:
    """Read a short answer, so that the connection can be used again; a long one costs the connection."""
    if response.content_length == 0:
        return
    size = 0
    async for chunk in response.content.iter_any():
        size += len(chunk)
        if size > MAX_ANSWER:
            response.close()
            return
