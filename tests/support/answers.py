"""How methods refused while the tests ran, so that no error is declared that nobody has seen."""

import json
import re
from collections.abc import Iterator
from urllib.parse import unquote

from tieline.api.coverage import documented
from tieline.api.openapi import SYSTEM
from tieline.methods import registry

Answer = tuple[str, int, str]  # the method, the status, the code of the error
IN_BATCH = 0  # the status of a command, which has none
SEEN: set[Answer] = set()
_METHOD = re.compile(r"^/(?:ui/)?rest/(?:\d+/\w+/)?([\w.]+?)(?:\.json|\.xml)?/*(?:\?|$)", re.IGNORECASE)


def keep(path: str, status: int, body: object) -> None:
    """Note how a method refused: in the envelope, inside a result, or for a command of a batch."""
    found = _METHOD.match(unquote(path))
    if found is None or not isinstance(body, dict):
        return
    method, result = found[1].lower(), body.get("result")
    if "error" in body:
        SEEN.add((method, status, str(body["error"])))
    elif isinstance(result, dict):
        if isinstance(result.get("error"), str):
            SEEN.add((method, status, result["error"]))
        told = result.get("result_error") or ()
        for error in told.values() if isinstance(told, dict) else told:
            SEEN.add((method, IN_BATCH, str(error["error"])))


def unseen(seen: set[Answer]) -> Iterator[str]:
    """Return errors that clients may get and no test has met: declared ones, and documented ones within reach."""
    system = {fault.code for fault in SYSTEM}
    told = documented()["methods"]
    for method in registry():
        name = method.name.lower()
        met = {(status, code) for one, status, code in seen if one == name}
        for fault in method.all_faults:
            if not met & {(fault.status, fault.code), (IN_BATCH, fault.code)}:
                yield f"{method.name}: {fault.status} {fault.code}"
        codes = {code for _, code in met}
        explained = {left for difference in method.differs for left in difference.leaves_out} | set(method.unreachable)
        for code in told.get(method.name, {"errors": ()})["errors"]:
            if code not in codes | system | explained:
                yield f"{method.name}: {code}"


def written(seen: set[Answer]) -> str:
    """Write answers as text, to hand them from a worker to its master."""
    return json.dumps(sorted(seen))


def read(text: str) -> set[Answer]:
    """Read what `written` wrote."""
    return {(name, status, code) for name, status, code in json.loads(text)}
