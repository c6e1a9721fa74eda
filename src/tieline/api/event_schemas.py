"""From the declarations: JSON Schemas of the events, as handlers receive them once PHP's form is decoded."""

from typing import Any

from tieline.api.coverage import NOT_YET, cover_events
from tieline.api.method import Event, Tokens
from tieline.api.registry import Registry
from tieline.api.schemas import WHOLE_NUMBER, FormSchemas, Schema, describe
from tieline.api.wire import Wire

_ENCODING = [
    "The body is application/x-www-form-urlencoded with PHP's nesting: data[MESSAGES][0][chat][id]=5.",
    "Every scalar is a text; these schemas describe what is left after decoding by PHP's rules.",
    'null is an empty text, true is "1", false is "0".',
    "An empty list or object vanishes with its name, so what may be empty is not required.",
    "Keys 0 to n-1 decode to a list, any other keys to an object.",
]
_HEADERS = {
    "webhook-id": "The same for each attempt of a delivery.",
    "webhook-timestamp": "Seconds since 1970, of this attempt.",
    "webhook-signature": "v1, and the base64 of an HMAC-SHA256 over id, timestamp and body, as Standard Webhooks say.",
}


class PortalAuth(Wire, forbid_unknown_fields=True):
    """The auth block where nobody acted: it proves the portal, by application_token."""

    domain: str
    server_endpoint: str
    client_endpoint: str
    member_id: str
    application_token: str


class TokenAuth(PortalAuth, forbid_unknown_fields=True):
    """The auth block with an access token of who acted, or of whom the subscription names."""

    access_token: str
    expires: int
    expires_in: int
    scope: str
    status: str
    user_id: int


class RefreshableAuth(TokenAuth, forbid_unknown_fields=True):
    """The auth block of an event that starts an application off: it brings a refresh token too."""

    refresh_token: str


_AUTH: dict[Tokens, tuple[type[Wire], ...]] = {
    Tokens.NONE: (PortalAuth,),
    Tokens.ACCESS: (TokenAuth, PortalAuth),
    Tokens.REFRESH: (RefreshableAuth, PortalAuth),
}


def event_schemas(registry: Registry) -> dict[str, Any]:
    """Describe all events that are fired as one bundle of JSON Schemas, and name those that are not yet."""
    events = sorted(registry.events, key=lambda event: event.wire_name)
    auth = (PortalAuth, TokenAuth, RefreshableAuth)
    described, components = describe([*(event.data for event in events), *auth], "$defs")
    form = FormSchemas(components)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Events of tieline",
        "description": "Each event as its handler receives it, once the form is decoded by PHP's rules.",
        "oneOf": [{"$ref": f"#/$defs/{event.wire_name}"} for event in events],
        "$defs": {
            **{
                event.wire_name: _envelope(event, schema, form)
                for event, schema in zip(events, described, strict=False)
            },
            **form.components(),
        },
        "x-form-encoding": _ENCODING,
        "x-headers": _HEADERS,
        "x-events": {row.name: _standing(row) for row in cover_events(registry)},
    }


def _envelope(event: Event, data: Schema, form: FormSchemas) -> Schema:
    variants = _AUTH[event.tokens]
    whole = {"type": "string", "pattern": WHOLE_NUMBER}
    return {
        "title": event.name,
        "description": event.doc,
        "type": "object",
        "properties": {
            "event": {"const": event.wire_name},
            "event_handler_id": whole,
            "data": form.of(data),
            "ts": whole,
            "auth": {"anyOf": [{"$ref": f"#/$defs/{kind.__name__}"} for kind in variants]},
        },
        "required": ["event", "event_handler_id", *([] if form.vanishes(data) else ["data"]), "ts", "auth"],
        "additionalProperties": False,
    }


def _standing(row: Any) -> dict[str, Any]:
    told: dict[str, Any] = {"state": row.state, "scopes": list(row.scopes)}
    if row.state != NOT_YET:
        told["differences"] = [difference.number for difference in row.differs]
    return told
