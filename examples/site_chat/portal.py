"""Every call to the portal, made with the official SDK."""

import hmac
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import RLock
from typing import Any
from urllib.parse import quote, urlsplit

from b24pysdk import BitrixApp, BitrixToken, Client
from b24pysdk.api.requesters import BitrixOAuthRequester
from b24pysdk.credentials import OAuthEventData, OAuthPlacementData, OAuthToken, RenewedOAuth
from b24pysdk.errors import BitrixAPIError, BitrixSDKException

from site_chat.store import Message, Store, Visitor

CONNECTOR = "tieline_site_chat"
NAME = "Website chat"
EVENTS = (
    "OnImConnectorMessageAdd",
    "OnImConnectorMessageUpdate",
    "OnImConnectorMessageDelete",
    "OnImConnectorDialogFinish",
)
TIMEOUT = 10
REFUSALS = {"ERROR_ARGUMENT", "INVALID_ARG_VALUE"}
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 70 71"><path fill="#fff" d="M17 20h36a4 4 0 0 1 4 4'
    'v21a4 4 0 0 1-4 4H35l-12 9v-9h-6a4 4 0 0 1-4-4V24a4 4 0 0 1 4-4z"/></svg>'
)

log = logging.getLogger("site_chat.portal")


class NotInstalledError(Exception):
    """The portal has not installed this application yet, or the request does not come from the portal."""


class RefusedError(Exception):
    """The portal will not take this, however often it is sent."""


class UnavailableError(Exception):
    """The portal could not take this now; a later attempt may succeed."""


@dataclass(frozen=True)
class ConnectorState:
    """What the settings page shows."""

    line: str
    configured: bool
    working: bool


class PortalApp(BitrixApp):
    """The application's credentials, renewed at a chosen authorisation server.

    The SDK's requester has that server as a class constant; a subclass of our own points elsewhere.
    """

    def __init__(self, oauth_url: str, client_id: str, client_secret: str) -> None:
        """Prepare a requester for this authorisation server."""
        super().__init__(client_id=client_id, client_secret=client_secret)

        class Requester(BitrixOAuthRequester):
            __slots__ = ()
            _OAUTH_TOKEN_URL = f"{oauth_url}/oauth/token/"

        self._requester = Requester

    def refresh_oauth_token(self, refresh_token: str, **kwargs: Any) -> RenewedOAuth:
        """Exchange a refresh token for new tokens."""
        return RenewedOAuth.from_dict(self._requester(self, **kwargs).refresh_oauth_token(refresh_token))


class SavedToken(BitrixToken):
    """The SDK's token, handed over to be saved whenever the SDK has renewed it."""

    save: Callable[[OAuthToken], None]

    def refresh_and_set_oauth_token(self, **kwargs: Any) -> None:
        """Renew the tokens and save them: the old refresh token is spent now."""
        super().refresh_and_set_oauth_token(**kwargs)
        self.save(self.oauth_token)


@contextmanager
def portal_errors() -> Iterator[None]:
    """Translate whatever the SDK raises into one of two questions: give up, or try again."""
    try:
        yield
    except BitrixAPIError as error:
        kind = RefusedError if error.error in REFUSALS else UnavailableError
        raise kind(f"{error.error}: {error.error_description}".strip(": ")) from error
    except BitrixSDKException as error:
        raise UnavailableError(str(error)) from error
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise UnavailableError(f"The portal's answer is not understood: {error!r}") from error


class Portal:
    """The portal as this connector needs it; one call at a time, from any thread."""

    def __init__(
        self, store: Store, *, url: str, oauth_url: str, client_id: str, client_secret: str, public_url: str
    ) -> None:
        """Remember where everything is; nothing is called yet."""
        self._store = store
        self._domain = urlsplit(url).netloc
        self._app = PortalApp(oauth_url, client_id, client_secret)
        self._identity = f"{client_id} {self._domain}"
        self._public_url = public_url
        self._lock = RLock()

    # tokens

    def _token(self, tokens: OAuthToken) -> SavedToken:
        # The address is ours, not the event's: the SDK would keep its host name and lose the port.
        token = SavedToken(
            domain=self._domain,
            auth_token=tokens.access_token,
            refresh_token=tokens.refresh_token,
            expires=tokens.expires,
            expires_in=tokens.expires_in,
            bitrix_app=self._app,
        )
        token.save = self._save
        return token

    def _save(self, tokens: OAuthToken) -> None:
        self._store.put(
            access_token=tokens.access_token,
            refresh_token=tokens.refresh_token or "",
            expires=tokens.expires.isoformat() if tokens.expires else "",
        )

    def _saved(self) -> OAuthToken:
        access_token, expires = self._store.get("access_token"), self._store.get("expires")
        if not access_token:
            raise NotInstalledError
        return OAuthToken(
            access_token=access_token,
            refresh_token=self._store.get("refresh_token") or None,
            expires=datetime.fromisoformat(expires) if expires else None,
        )

    def _client(self, tokens: OAuthToken) -> Client:
        return Client(self._token(tokens), timeout=TIMEOUT, max_retries=1)

    def _known_token(self) -> str:
        """Return the application token of this application on this portal, if it was ever installed there."""
        return self._store.get("application_token") if self._store.get("identity") == self._identity else ""

    def check(self, application_token: Any) -> None:
        """Let pass only who knows the application token that came with the first installation."""
        known, given = self._known_token(), str(application_token)
        if not known or not hmac.compare_digest(known.encode(), given.encode()):
            raise NotInstalledError

    # step 1: installation

    def install(self, event: OAuthEventData) -> None:
        """Take the portal's tokens, register the connector and subscribe to its events."""
        with self._lock, portal_errors():
            self._take_tokens(event)
            token, client = self._token(self._saved()), self._client(self._saved())
            icon = {"DATA_IMAGE": f"data:image/svg+xml;charset=US-ASCII,{quote(ICON)}", "COLOR": "#1f7a5c"}
            registration = {
                "ID": CONNECTOR,
                "NAME": NAME,
                "ICON": icon,
                "ICON_DISABLED": icon | {"COLOR": "#8a9691"},
                "PLACEMENT_HANDLER": f"{self._public_url}/settings",
                "CHAT_GROUP": "N",
                "BUTTONS": "Y",  # tieline's own; a portal that does not know it passes it over
            }
            answer = token.call_method("imconnector.register", registration, timeout=TIMEOUT)["result"]
            if not answer["result"]:
                raise UnavailableError(str(answer.get("error_description") or answer))
            for name in EVENTS:
                self._bind(client, name)
            log.info("installed on %s", self._domain)

    def _take_tokens(self, event: OAuthEventData) -> None:
        """Save the tokens of an installation, proven by renewing them with our own client secret."""
        tokens, application_token = event.auth.oauth_token, event.auth.application_token
        known = self._known_token()
        if known:
            self.check(application_token)
        if tokens is None or not tokens.refresh_token or not isinstance(application_token, str):
            raise NotInstalledError
        try:
            renewed = self._app.refresh_oauth_token(tokens.refresh_token, timeout=TIMEOUT, max_retries=1)
        except BitrixAPIError as error:
            if not known:
                raise NotInstalledError from error
            return  # the same event once more: its refresh token was spent the first time
        self._save(renewed.oauth_token)
        self._store.put(application_token=application_token, identity=self._identity)

    def _bind(self, client: Client, name: str) -> None:
        try:
            client.event.bind(event=name, handler=f"{self._public_url}/handler").result  # noqa: B018
        except BitrixAPIError as error:
            if "already bind" not in error.error_description.lower():
                raise

    # step 2: settings

    def connect(self, placement: OAuthPlacementData, line: str) -> ConnectorState:
        """Switch the connector on for a line, with the rights of the person who opened the settings."""
        with self._lock, portal_errors():
            client = self._client(placement.oauth_token)
            client.imconnector.activate(connector=CONNECTOR, line=line, active=1).result  # noqa: B018
            client.imconnector.connector.data.set(  # noqa: B018
                connector=CONNECTOR,
                line=line,
                data={"ID": f"{CONNECTOR}_line_{line}", "URL_IM": f"{self._public_url}/", "NAME": NAME},
            ).result
            if placement.oauth_token.refresh_token:
                self._save(placement.oauth_token)  # fresh tokens: a quiet website must not lose the portal
            self._store.put(line=line)
            return self._state(client, line)

    def _state(self, client: Client, line: str) -> ConnectorState:
        status = client.imconnector.status(connector=CONNECTOR, line=line).result
        return ConnectorState(line, bool(status["CONFIGURED"]), bool(status["STATUS"]))

    # step 3: a visitor's message

    def send(self, visitor: Visitor, message: Message) -> None:
        """Hand over a visitor's message; the same id on a repeat lets the portal drop the double."""
        first, _, last = visitor.name.partition(" ")
        with self._lock, portal_errors():
            answer = (
                self._client(self._saved())
                .imconnector.send.messages(
                    connector=CONNECTOR,
                    line=self._store.get("line"),
                    messages=[
                        {
                            "user": {"id": visitor.id, "name": first, "last_name": last},
                            "message": {
                                "id": str(message.id),
                                "date": int(message.created),
                                "text": message.text,
                            },
                            "chat": {"id": visitor.id, "url": f"{self._public_url}/"},
                        }
                    ],
                )
                .result
            )
            item = answer["DATA"]["RESULT"][0]
            if not item["SUCCESS"]:
                raise RefusedError(str(item.get("ERRORS")))
            chat = (item.get("session") or {}).get("CHAT_ID")
            if chat:
                self._store.set_chat(visitor.id, str(chat))

    # step 4: an operator's message

    def confirm(self, message: Message) -> None:
        """Tell the portal that an operator's message has arrived, and under which id."""
        with self._lock, portal_errors():
            self._client(self._saved()).imconnector.send.status.delivery(  # noqa: B018
                connector=CONNECTOR,
                line=message.line or self._store.get("line"),
                messages=[
                    {
                        "im": {"chat_id": message.portal_chat, "message_id": message.portal_key},
                        "message": {"id": [str(message.id)], "date": int(message.created)},
                        "chat": {"id": message.visitor},
                    }
                ],
            ).result

    # step 5: status

    def ready(self) -> bool:
        """Tell whether the application is installed and a line is chosen."""
        return bool(self._store.get("access_token") and self._store.get("line"))
