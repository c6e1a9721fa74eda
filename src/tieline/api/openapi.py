"""From the declarations: the OpenAPI 3.1 document of all methods for applications and webhooks."""

from collections.abc import Iterable
from typing import Any

import msgspec

from tieline.api import faults
from tieline.api.faults import Fault
from tieline.api.method import Auth, Method, Page, Param
from tieline.api.registry import Registry
from tieline.api.schemas import Schema, describe

JSON = "application/json"
_OF_SOME_METHODS = (
    faults.ERROR_ARGUMENT,
    faults.BATCH_METHOD_NOT_ALLOWED,
    faults.BATCH_LENGTH_EXCEEDED,
    faults.ADMIN_ONLY,
    faults.WRONG_AUTH_TYPE,
    faults.SESSION_ONLY,
    faults.FOREIGN_ORIGIN,
)
# What the server itself may answer to any call.
SYSTEM = tuple(fault for fault in vars(faults).values() if isinstance(fault, Fault) and fault not in _OF_SOME_METHODS)
_SUCCESS = 200
_TIME: Schema = {
    "type": "object",
    "description": "When the call came in and how long it took, in seconds.",
    "properties": {
        **{name: {"type": "number"} for name in ("start", "finish", "duration", "processing", "operating")},
        **{name: {"type": "string", "format": "date-time"} for name in ("date_start", "date_finish")},
        "operating_reset_at": {"type": "integer"},
    },
    "required": [
        *("start", "finish", "duration", "processing", "date_start", "date_finish"),
        *("operating_reset_at", "operating"),
    ],
}
_ERROR: Schema = {
    "type": "object",
    "properties": {
        "error": {"type": "string"},
        "error_description": {"type": "string"},
        "argument": {"type": "string", "description": "Which argument is missing or wrong."},
    },
    "required": ["error", "error_description"],
}
_SERVERS = [
    {"url": "/rest", "description": "Applications, by a token."},
    {
        "url": "/rest/{user}/{code}",
        "description": "Incoming webhooks: the path names the user and the secret code.",
        "variables": {"user": {"default": "1"}, "code": {"default": "code"}},
    },
]
_SECURITY_SCHEMES = {
    "auth": {
        "type": "apiKey",
        "in": "query",
        "name": "auth",
        "description": "An access token; it may as well stand in the body, as the parameter `auth`.",
    },
    "bearer": {"type": "http", "scheme": "bearer", "description": "An access token as a header."},
}
_DESCRIPTION = """\
The classic REST methods of this server. Parameters come in the query, as a form with PHP's nesting (`a[b][0]=c`), as
multipart or as a JSON object; query and body are merged, and unknown parameters are passed over. A number may come as
text, a boolean as Y or N, 1 or 0, true or false. Names of methods are found in any case, those of parameters too
unless a method says otherwise. `.json` or `.xml` behind a method's name chooses the answer's format. A method with
webhooks among its servers answers incoming webhooks as well."""


def faults_of(method: Method) -> list[Fault]:
    """Return the faults of a method, beside those of any: its own, those of rights and those of arguments."""
    rights = [faults.WRONG_AUTH_TYPE] if method.auth is Auth.APP else []
    found = [*method.all_faults, *rights, *([method.admin] if method.admin else []), *method.argument_faults]
    found.sort(key=lambda fault: not fault.text)  # of those with one code the first that has a text is told
    return sorted({(f.status, f.code): f for f in reversed(found)}.values(), key=lambda f: (f.status, f.code))


def openapi(registry: Registry) -> dict[str, Any]:
    """Describe all methods for applications and webhooks as OpenAPI 3.1."""
    methods = [method for method in registry if method.auth is not Auth.SESSION]
    hints = [hint for method in methods for hint in (*(p.hint for p in method.params), method.result)]
    described, components = describe(hints, "components/schemas")
    schemas = iter(described)
    paths = {}
    for method in methods:
        params = [_param(param, next(schemas)) for param in method.params]
        paths[f"/{method.name}"] = _operations(method, params, next(schemas), components)
    return {
        "openapi": "3.1.0",
        "info": {"title": "tieline", "version": "1", "description": _DESCRIPTION},
        "servers": _SERVERS,
        "tags": [{"name": scope, "description": f"Scope `{scope}`."} for scope in ("basic", *registry.scopes)],
        "paths": paths,
        "components": {
            "schemas": components | {"Error": _ERROR, "Time": _TIME},
            "examples": {_example_name(fault): _example(fault) for fault in SYSTEM},
            "responses": {_shared(status): _refusal(status, ()) for status in _statuses(SYSTEM)},
            "securitySchemes": _SECURITY_SCHEMES,
        },
    }


def _param(param: Param, schema: Schema) -> Schema:
    told = {**schema, "description": param.doc}
    if not param.required and param.default is not None:
        told["default"] = msgspec.to_builtins(param.default)
    return told


def _operations(method: Method, params: list[Schema], result: Schema, components: dict[str, Schema]) -> dict[str, Any]:
    """Describe a method by POST, and by GET where a query of OpenAPI can carry its parameters."""
    properties = {param.wire_name: schema for param, schema in zip(method.params, params, strict=True)}
    required = [param.wire_name for param in method.params if param.required]
    body: Schema = {"type": "object", "properties": properties} | ({"required": required} if required else {})
    if method.rest:
        body["additionalProperties"] = True
    kinds = (JSON, "application/x-www-form-urlencoded", "multipart/form-data")
    common = _common(method, result)
    post = {
        "operationId": method.name,
        **common,
        "requestBody": {"required": bool(required), "content": {kind: {"schema": body} for kind in kinds}},
    }
    query = [_query(name, schema, name in required, components) for name, schema in properties.items()]
    if None in query:
        return {"post": post}
    return {"get": {"operationId": f"{method.name}:query", **common, "parameters": query}, "post": post}


def _common(method: Method, result: Schema) -> dict[str, Any]:
    of_webhooks = method.auth is not Auth.APP
    scopes = " or ".join(f"`{scope}`" for scope in method.scopes)
    rights = "; administrators only" if method.admin else ""
    told = {
        "summary": method.doc.splitlines()[0],
        "description": f"{method.doc}\n\nScope: {scopes}. For: {method.auth.value}{rights}.",
        "tags": list(method.scopes),
        "security": [{"auth": []}, {"bearer": []}, *([{}] if of_webhooks else [])],
        "responses": _responses(method, result),
    }
    return told if of_webhooks else told | {"servers": _SERVERS[:1]}


def _query(name: str, schema: Schema, required: bool, components: dict[str, Schema]) -> dict[str, Any] | None:  # noqa: FBT001
    """Describe a parameter in the query by PHP's nesting, as deep as OpenAPI can say it; None if it cannot."""
    told: dict[str, Any] = {"name": name, "in": "query", "required": required, "schema": schema}
    if "description" in schema:
        told["description"] = schema["description"]
    kinds = _kinds(schema, components)
    if kinds <= {"string", "integer", "number", "boolean"}:
        return told
    if kinds == {"array"}:
        items = next(part["items"] for part in _parts(schema, components) if "items" in part)
        flat = _kinds(items, components) <= {"string", "integer", "number", "boolean"}
        return told | {"name": f"{name}[]", "style": "form", "explode": True} if flat else None
    return told | {"style": "deepObject", "explode": True} if kinds == {"object"} else None


def _parts(schema: Schema, components: dict[str, Schema]) -> list[Schema]:
    if "$ref" in schema:
        return _parts(components[schema["$ref"].rpartition("/")[2]], components)
    if "anyOf" in schema:
        return [inner for part in schema["anyOf"] for inner in _parts(part, components)]
    return [schema]


def _kinds(schema: Schema, components: dict[str, Schema]) -> set[str]:
    kinds = {part.get("type") or ("string" if "enum" in part else "") for part in _parts(schema, components)}
    return kinds - {"null"}


def _responses(method: Method, result: Schema) -> dict[str, Any]:
    envelope: dict[str, Any] = {"result": result, "time": {"$ref": "#/components/schemas/Time"}}
    if method.result is Page:
        envelope |= {"total": {"type": "integer"}, "next": {"type": "integer"}}
    success = {"type": "object", "properties": envelope, "required": ["result", "time"]}
    own = faults_of(method)
    inside = [fault for fault in own if fault.status == _SUCCESS]
    told: dict[str, Any] = {"description": "The result.", "content": {JSON: {"schema": success}}}
    if inside:
        told["description"] = f"The result; an error inside it may be {_codes(inside)}."
        told["x-errors"] = [fault.body() for fault in inside]
    responses: dict[str, Any] = {str(_SUCCESS): told}
    for status in _statuses((*SYSTEM, *own)):
        of_status = [fault for fault in own if fault.status == status != _SUCCESS]
        shared = {"$ref": f"#/components/responses/{_shared(status)}"}
        if status != _SUCCESS:
            responses[str(status)] = _refusal(status, of_status) if of_status else shared
    return responses


def _refusal(status: int, own: Iterable[Fault]) -> dict[str, Any]:
    """Describe the errors of a status: those of any method, and a method's own before them."""
    own = list(own)
    system = [fault for fault in SYSTEM if fault.status == status]
    codes = list(dict.fromkeys(fault.code for fault in (*own, *system)))
    examples = {_example_name(fault): {"$ref": f"#/components/examples/{_example_name(fault)}"} for fault in system}
    examples |= {_example_name(fault): _example(fault) for fault in own}
    schema = {"allOf": [{"$ref": "#/components/schemas/Error"}, {"properties": {"error": {"enum": codes}}}]}
    return {
        "description": _codes(own or system),
        "content": {JSON: {"schema": schema, "examples": examples}},
    }


def _shared(status: int) -> str:
    return f"System{status}"


def _statuses(found: Iterable[Fault]) -> list[int]:
    return sorted({fault.status for fault in found})


def _codes(found: Iterable[Fault]) -> str:
    return ", ".join(dict.fromkeys(fault.code for fault in found))


def _example(fault: Fault) -> dict[str, Any]:
    return {"value": fault.body()}


def _example_name(fault: Fault) -> str:
    """Name an example by its code; those of the system that share a code are told apart by their place among them."""
    alike = [other for other in SYSTEM if other.code == fault.code]
    number = alike.index(fault) + 1 if fault in alike else 1
    return fault.code if number == 1 else f"{fault.code}-{number}"
