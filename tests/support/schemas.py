"""The published schemas of events, as checks of what handlers received."""

from functools import cache
from typing import Any

import msgspec
from jsonschema import Draft202012Validator

from support.receiver import Received
from tieline.api.event_schemas import event_schemas
from tieline.methods import registry

REGISTRY = registry()


@cache
def bundle() -> dict[str, Any]:
    """Return the document at /events.json."""
    return msgspec.json.decode(msgspec.json.encode(event_schemas(REGISTRY)))


@cache
def _validator(event: str) -> Draft202012Validator:
    assert event in bundle()["$defs"], f"{event} has no schema"
    return Draft202012Validator({"$ref": f"#/$defs/{event}", "$defs": bundle()["$defs"]})


def problems(received: Received) -> list[str]:
    """Say where an event departs from its schema."""
    return [f"{error.json_path}: {error.message}" for error in _validator(received.event).iter_errors(received.form)]
