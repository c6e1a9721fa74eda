"""server.time, scope, methods, method.get, feature.get and batch: what every client may ask."""

from typing import Annotated, Any

from tieline.api.batch import NAME as BATCH
from tieline.api.faults import (
    BATCH_LENGTH_EXCEEDED,
    BATCH_METHOD_NOT_ALLOWED,
    ERROR_ARGUMENT,
    ApiError,
    Dialect,
    Fault,
    wrong_argument,
)
from tieline.api.method import BASIC, Doc, Family, Spelled
from tieline.api.wire import iso, yes_no
from tieline.services.call import Call

CODE_EMPTY = Fault("CODE_EMPTY", "CODE can't be empty")
FEATURES = frozenset({"rest_offline_extended", "rest_auth_connector"})
family = Family(scopes=(BASIC,))


@family.method("server.time")
def server_time(call: Call) -> str:
    """Return the server's time."""
    return iso(call.now, call.portal.time_zone)


@family.method("scope")
def scope(
    call: Call,
    *,
    full: Annotated[bool, Doc("All scopes there are, not only the caller's."), Spelled("full")] = False,
) -> list[str]:
    """List the caller's scopes."""
    return call.world.catalogue.scopes if full else sorted(call.scopes - {BASIC})


@family.method("methods", may_be_empty=("scope",))
def methods(
    call: Call,
    *,
    full: Annotated[bool, Doc("All methods of the server."), Spelled("full")] = False,
    scope: Annotated[
        str | None, Doc("Only methods of this scope; empty: those of everybody."), Spelled("scope")
    ] = None,
) -> list[str]:
    """List names of methods that the caller may use."""
    catalogue = call.world.catalogue
    if scope is not None:
        return catalogue.names([scope or BASIC])
    return catalogue.names([BASIC, *catalogue.scopes] if full else call.scopes)


@family.method("method.get")
def method_get(call: Call, *, name: Annotated[str, Doc("Name of a method."), Spelled("name")] = "") -> dict[str, bool]:
    """Tell whether a method exists and whether the caller may use it."""
    catalogue = call.world.catalogue

    def among(scopes: Any) -> bool:
        return name.lower() in (known.lower() for known in catalogue.names(scopes))

    return {"isExisting": among([BASIC, *catalogue.scopes]), "isAvailable": among(call.scopes)}


@family.method("feature.get", dialect=Dialect(missing=lambda _: CODE_EMPTY, wrong=wrong_argument), faults=(CODE_EMPTY,))
def feature_get(call: Call, *, code: Annotated[str, Doc("Name of a feature.")]) -> dict[str, str]:  # noqa: ARG001
    """Tell whether the server has a feature."""
    if code == "0":
        raise ApiError(CODE_EMPTY)
    return {"value": yes_no(code.lower() in FEATURES)}


@family.method(BATCH, in_batch=False, faults=(BATCH_METHOD_NOT_ALLOWED, BATCH_LENGTH_EXCEEDED, ERROR_ARGUMENT))
def batch(
    call: Call,  # noqa: ARG001 - the dispatcher runs batches itself
    *,
    cmd: Annotated[dict[str, Any], Doc("Commands `method?query`, as a list or by keys."), Spelled("cmd")],  # noqa: ARG001
    halt: Annotated[bool, Doc("Stop at the first error."), Spelled("halt")] = False,  # noqa: ARG001
) -> dict[str, Any]:
    """Run up to 50 calls in order as one; later ones may name results of earlier ones as `$result[key][path]`."""
    raise AssertionError("the dispatcher runs batches itself")
