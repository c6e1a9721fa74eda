"""The OpenAPI document: valid, complete, and true of what the server answers."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from support.portal import Client, Desk, Portal, Reply
from tieline.api import faults
from tieline.api.method import Auth, Method
from tieline.api.openapi import faults_of, openapi
from tieline.methods import registry

REGISTRY = registry()
METHODS = [method for method in REGISTRY if method.auth is not Auth.SESSION]
DOCUMENT: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(openapi(REGISTRY)))
KINDS = {"application/json", "application/x-www-form-urlencoded", "multipart/form-data"}


def operations() -> Iterator[tuple[Method, dict[str, Any]]]:
    for method in METHODS:
        for operation in DOCUMENT["paths"][f"/{method.name}"].values():
            yield method, operation


def resolved(value: Any) -> Any:
    """Follow a reference into the document."""
    if not isinstance(value, dict) or "$ref" not in value:
        return value
    place: Any = DOCUMENT
    for part in value["$ref"].removeprefix("#/").split("/"):
        place = place[part]
    return place


def check(reply: Reply, method: str) -> None:
    """Check an answer against the schema of its status."""
    response = resolved(DOCUMENT["paths"][f"/{method}"]["post"]["responses"][str(reply.status)])
    schema = {**response["content"]["application/json"]["schema"], "components": DOCUMENT["components"]}
    Draft202012Validator(schema).validate(reply.body)


def test_document_is_valid() -> None:
    validate(DOCUMENT)


def test_document_is_served_to_everybody(quick_portal: Portal) -> None:
    reply = quick_portal.request("GET", "/openapi.json")
    assert (reply.status, reply.headers["access-control-allow-origin"]) == (200, "*")
    assert reply.body == DOCUMENT


def test_every_method_but_those_of_the_pages_is_described() -> None:
    assert set(DOCUMENT["paths"]) == {f"/{method.name}" for method in METHODS}
    ids = [operation["operationId"] for _, operation in operations()]
    assert len(set(ids)) == len(ids)
    for method, operation in operations():
        assert operation["summary"]
        assert set(operation["tags"]) == set(method.scopes) <= {tag["name"] for tag in DOCUMENT["tags"]}


def test_every_parameter_is_described() -> None:
    for method in METHODS:
        body = DOCUMENT["paths"][f"/{method.name}"]["post"]["requestBody"]
        required = [param.wire_name for param in method.params if param.required]
        assert set(body["content"]) == KINDS
        assert body["required"] is bool(required)
        for kind in body["content"].values():
            assert set(kind["schema"]["properties"]) == {param.wire_name for param in method.params}
            assert all(schema["description"] for schema in kind["schema"]["properties"].values())
            assert kind["schema"].get("required", []) == required


def test_query_is_described_where_openapi_can_say_it() -> None:
    paths = DOCUMENT["paths"]
    select = next(one for one in paths["/user.search"]["get"]["parameters"] if one["name"].startswith("select"))
    assert (select["name"], select["style"], select["explode"]) == ("select[]", "form", True)
    query = {one["name"]: one for one in paths["/imopenlines.config.update"]["get"]["parameters"]}
    assert (query["CONFIG_ID"]["required"], query["PARAMS"]["style"]) == (True, "deepObject")
    assert "get" not in paths["/imconnector.send.messages"]


def test_webhooks_are_served_where_they_are_answered() -> None:
    assert [server["url"] for server in DOCUMENT["servers"]] == ["/rest", "/rest/{user}/{code}"]
    for method, operation in operations():
        of_apps = method.auth is Auth.APP
        assert ([server["url"] for server in operation.get("servers", [])] == ["/rest"]) is of_apps
        assert ({} in operation["security"]) is not of_apps


def test_every_error_is_told_under_its_status_with_its_code() -> None:
    for method, operation in operations():
        for fault in faults_of(method):
            response = resolved(operation["responses"][str(fault.status)])
            if fault.status == 200:
                assert fault.code in [told["error"] for told in response["x-errors"]]
                continue
            content = response["content"]["application/json"]
            assert fault.code in content["schema"]["allOf"][1]["properties"]["error"]["enum"]
            assert fault.code in [resolved(example)["value"]["error"] for example in content["examples"].values()]


@pytest.mark.parametrize("fault", [faults.INTERNAL_SERVER_ERROR, faults.NO_AUTH_FOUND, faults.METHOD_NOT_FOUND])
def test_errors_of_the_system_are_shared(fault: faults.Fault) -> None:
    component = f"System{fault.status}"
    assert component in DOCUMENT["components"]["responses"]
    for method, operation in operations():
        if all(own.status != fault.status for own in faults_of(method)):
            assert operation["responses"][str(fault.status)] == {"$ref": f"#/components/responses/{component}"}


def test_real_answers_fit(quick_desk: Desk) -> None:
    desk = quick_desk
    chat, portal = desk.write_in(), desk.portal
    nobody = Client(portal)
    for method in METHODS:
        check(nobody.call(method.name), method.name)
        for client in (desk.app, desk.operator, portal.webhook(scopes="imconnector,user")):
            check(client.call(method.name), method.name)
    for method, params in {
        "im.dialog.messages.get": {"DIALOG_ID": f"chat{chat}"},
        "imopenlines.dialog.get": {"CHAT_ID": chat},
        "imopenlines.config.get": {"CONFIG_ID": desk.line},
        "imopenlines.operator.answer": {"CHAT_ID": 999},
        "batch": {"cmd": ["server.time", "no.such.method"]},
    }.items():
        check(desk.operator.call(method, **params), method)


def test_documentation_names_no_other_host() -> None:
    assert "http" not in json.dumps(DOCUMENT["servers"])
