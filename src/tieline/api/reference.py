"""From the declarations: OpenAPI 3.1, the Markdown reference and the coverage ledger."""

import types
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec

from tieline.api import faults
from tieline.api.faults import Fault
from tieline.api.method import Auth, Event, Method, Page, Param
from tieline.api.registry import Registry

# Documented errors that this server cannot come to, and why.
UNREACHABLE: dict[str, str] = {
    "IM_NOT_INSTALLED": "the messenger is a part of the server",
    "NO_APPLICATION_ID": "the method answers applications only, so there is always one",
    "IMCONNECTOR_NOT_SPECIFIED_CORRECT_COMMAND": "each method names its command",
    "CHAT_TYPE": "every chat is one of an open line so far",
    "USER_ID": "no call comes without a user",
}
EMPTY_CODE = "Empty string"  # what the documentation writes where an error has no code
_OF_ANY_METHOD = frozenset(
    fault.code for fault in vars(faults).values() if isinstance(fault, Fault) and fault is not faults.ERROR_ARGUMENT
)
_TIME = {
    "type": "object",
    "properties": {
        **{name: {"type": "number"} for name in ("start", "finish", "duration", "processing", "operating")},
        **{name: {"type": "string", "format": "date-time"} for name in ("date_start", "date_finish")},
        "operating_reset_at": {"type": "integer"},
    },
}


@lru_cache(maxsize=1)
def documented() -> dict[str, Any]:
    """Return the names, parameters and error codes of the documentation: facts, kept with the project."""
    text = resources.files("tieline.api").joinpath("documented.json").read_text("utf-8")
    data: dict[str, Any] = msgspec.json.decode(text)
    return data


def _plain(hint: Any) -> Any:
    """Strip our marks off a type, so that msgspec can describe it."""
    origin, args = get_origin(hint), get_args(hint)
    if hint is Page:
        return Any
    if origin is Annotated:
        return _plain(args[0])
    if origin in (Union, types.UnionType):
        return Union[tuple(_plain(arg) for arg in args)]  # noqa: UP007 - made at run time
    if origin in (list, dict):
        return origin[tuple(_plain(arg) for arg in args)]
    return hint


def _schemas(hints: Iterable[Any]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    described, components = msgspec.json.schema_components(
        [_plain(hint) for hint in hints], ref_template="#/components/schemas/{name}"
    )
    return list(described), components


def _faults_of(method: Method) -> list[Fault]:
    return sorted({(f.status, f.code): f for f in method.all_faults}.values(), key=lambda f: (f.status, f.code))


def openapi(registry: Registry) -> dict[str, Any]:
    """Describe all methods for applications and webhooks as OpenAPI 3.1."""
    methods = [method for method in registry if method.auth is not Auth.SESSION]
    paths = {}
    hints = [hint for method in methods for hint in (*(p.hint for p in method.params), method.result)]
    described, components = _schemas(hints)
    position = 0
    for method in methods:
        count = len(method.params)
        schemas = described[position : position + count + 1]
        position += count + 1
        paths[f"/rest/{method.name}"] = {"post": _operation(method, schemas[:-1], schemas[-1])}
    components["Error"] = {
        "type": "object",
        "required": ["error"],
        "properties": {"error": {"type": "string"}, "error_description": {"type": "string"}},
    }
    components["Time"] = _TIME
    return {
        "openapi": "3.1.0",
        "info": {"title": "tieline", "version": "1", "description": "REST methods of this server."},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {"type": "apiKey", "in": "query", "name": "auth"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _operation(method: Method, params: list[dict[str, Any]], result: dict[str, Any]) -> dict[str, Any]:
    properties = {
        param.wire_name: {**schema, "description": param.doc}
        for param, schema in zip(method.params, params, strict=True)
    }
    body: dict[str, Any] = {"type": "object", "properties": properties}
    if required := [param.wire_name for param in method.params if param.required]:
        body["required"] = required
    envelope: dict[str, Any] = {"result": result, "time": {"$ref": "#/components/schemas/Time"}}
    if get_origin(method.result) is None and method.result is Page:
        envelope |= {"total": {"type": "integer"}, "next": {"type": "integer"}}
    responses: dict[str, Any] = {
        "200": {
            "description": "Success",
            "content": {"application/json": {"schema": {"type": "object", "properties": envelope}}},
        }
    }
    for fault in _faults_of(method):
        key = str(fault.status)
        if key == "200":
            continue
        known = responses.setdefault(
            key,
            {
                "description": "",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
            },
        )
        known["description"] = ", ".join(filter(None, [known["description"], fault.code or EMPTY_CODE]))
    content = {kind: {"schema": body} for kind in ("application/json", "application/x-www-form-urlencoded")}
    return {
        "operationId": method.name,
        "summary": method.doc.splitlines()[0],
        "tags": list(method.scopes),
        "security": [{"token": []}, {"bearer": []}],
        "requestBody": {"content": content},
        "responses": responses,
    }


@dataclass(frozen=True, slots=True)
class Coverage:
    """How a documented method stands here."""

    name: str
    state: str
    missing_params: tuple[str, ...] = ()
    missing_errors: tuple[str, ...] = ()
    unreachable: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()


def coverage(registry: Registry) -> list[Coverage]:
    """Compare every documented method with what is declared."""
    return [_covered(registry.find(name), name, told) for name, told in documented()["methods"].items()]


def _covered(method: Method | None, name: str, told: dict[str, Any]) -> Coverage:
    if method is None:
        return Coverage(name, "absent")
    here = {param.wire_name.upper() for param in method.params}
    params = tuple(p for p in told["params"] if p.upper() not in here and not method.rest)
    codes = {fault.code or EMPTY_CODE for fault in method.all_faults} | {
        method.dialect.missing(param.wire_name).code for param in method.params if param.required
    }
    open_errors = [code for code in told["errors"] if code not in codes and code not in _OF_ANY_METHOD]
    errors = tuple(code for code in open_errors if code not in UNREACHABLE)
    unreachable = tuple(code for code in open_errors if code in UNREACHABLE)
    state = "partial" if params or errors or method.lacks else "implemented"
    return Coverage(name, state, params, errors, unreachable, method.lacks)


def ledger(registry: Registry) -> str:
    """Write the coverage ledger as Markdown."""
    rows = coverage(registry)
    extensions = [m for m in registry if not m.documented]
    states = ("implemented", "partial", "absent")
    counts = {state: sum(row.state == state for row in rows) for state in states}
    events = documented()["events"]
    known = {event.wire_name for event in registry.events}
    lines = [
        "# Coverage ledger",
        "",
        "Generated from the declarations by `make docs`; a test keeps it fresh.",
        "",
        (
            f"Of {len(rows)} documented methods {counts['implemented']} are implemented, {counts['partial']} partial, "
            f"{counts['absent']} absent; of {len(events)} documented events {len(known & set(events))} are implemented."
        ),
        "",
        "## Methods",
        "",
        "| method | state | missing parameters | missing errors | what else is missing |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| `{row.name}` | {row.state} | {_codes(row.missing_params)} | {_codes(row.missing_errors)} | "
        f"{'; '.join(row.lacks)} |"
        for row in rows
        if row.state != "absent"
    ]
    lines += ["", "## Absent methods", "", *[f"- `{row.name}`" for row in rows if row.state == "absent"]]
    lines += ["", "## Extensions: methods that no page documents", ""]
    lines += [f"- `{method.name}`: {method.doc.splitlines()[0]}" for method in extensions]
    lines += [
        "",
        "## Documented errors that cannot be reached",
        "",
        "| error | methods | why |",
        "|---|---|---|",
    ]
    for code, why in sorted(UNREACHABLE.items()):
        where = [row.name for row in rows if code in row.unreachable]
        lines += [f"| `{code}` | {_codes(where)} | {why} |"] if where else []
    lines += ["", "## Events", "", "| event | state |", "|---|---|"]
    lines += [f"| `{name}` | {'implemented' if name in known else 'absent'} |" for name in events]
    lines += [f"| `{name}` | extension |" for name in sorted(known - set(events))]
    return "\n".join(lines) + "\n"


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def reference(registry: Registry) -> str:
    """Write the reference of all methods and events as Markdown."""
    lines = [
        "# Methods and events",
        "",
        "Generated from the declarations by `make docs`; a test keeps it fresh.",
        "",
    ]
    for method in sorted(registry, key=lambda method: method.name):
        lines += _method_lines(method)
    lines += ["# Events", ""]
    for event in sorted(registry.events, key=lambda event: event.wire_name):
        lines += _event_lines(event)
    return "\n".join(lines).rstrip() + "\n"


def _type_name(param: Param) -> str:
    hint = _plain(param.hint)
    text = getattr(hint, "__name__", str(hint)) if get_origin(hint) is None else str(hint)
    return text.replace("typing.", "").replace("tieline.methods.", "").replace(" | None", "").replace("|", "or")


def _method_lines(method: Method) -> list[str]:
    rights = "; administrators only" if method.admin else ""
    lines = [
        f"## {method.name}",
        "",
        method.doc,
        "",
        f"Scope: {' or '.join(f'`{scope}`' for scope in method.scopes)}. For: {method.auth.value}{rights}.",
        "",
    ]
    if method.params:
        lines += ["| parameter | type | meaning |", "|---|---|---|"]
        lines += [
            f"| `{param.wire_name}`{' (required)' if param.required else ''} | {_type_name(param)} | {param.doc} |"
            for param in method.params
        ]
        lines.append("")
    if own := _faults_of(method):
        lines += ["| error | status | text |", "|---|---|---|"]
        lines += [f"| `{fault.code or EMPTY_CODE}` | {fault.status} | {fault.text} |" for fault in own]
        lines.append("")
    return lines


def _event_lines(event: Event) -> list[str]:
    scopes = " or ".join(f"`{scope}`" for scope in event.scopes)
    return [f"## {event.name}", "", event.doc, "", f"Scope: {scopes}.", ""]
