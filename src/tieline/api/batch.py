"""Several calls in one: commands in order, `$result[...]` from earlier ones, one commit for all."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import structlog

from tieline.api import faults, php_form
from tieline.api.faults import ApiError, Fault
from tieline.api.method import Method
from tieline.api.registry import Registry
from tieline.api.wire import WrongValue, clean, reader
from tieline.services.call import Call, NeedsWriter

log = structlog.get_logger(__name__)
NAME = "batch"
MAX_COMMANDS = 50
_REFERENCE = re.compile(r"\$result((?:\[[^\[\]]*\])+)")
_STEP = re.compile(r"\[([^\[\]]*)\]")
Perform = Callable[[Call, Method, dict[str, Any]], dict[str, Any]]


def commands(params: dict[str, Any]) -> dict[str, Any]:
    """Return the commands of a batch by their keys."""
    for name, value in params.items():
        if name.upper() == "CMD":
            if isinstance(value, dict):
                return value
            if isinstance(value, list):
                return {str(number): command for number, command in enumerate(value)}
            break
    raise ApiError(faults.missing_argument("cmd"))


def _split(command: Any) -> tuple[str, str]:
    """Part a command into method and query; some clients send an object of method and params."""
    if isinstance(command, dict):
        query = command.get("params") or ""
        method = command.get("method")
        text = query if isinstance(query, str) else php_form.encode(query if isinstance(query, dict) else {})
        return (method, text) if isinstance(method, str) else ("", "")
    name, _, query = command.partition("?") if isinstance(command, str) else ("", "", "")
    return name.strip().strip("/"), query


def writes(registry: Registry, method: Method, params: dict[str, Any]) -> bool:
    """Tell whether a batch has a command that writes."""
    if method.name != NAME:
        return False
    try:
        named = [registry.find(_split(command)[0]) for command in commands(params).values()]
    except ApiError:
        return False
    return any(found is not None and found.writes for found in named)


def _halts(params: dict[str, Any]) -> bool:
    value = next((value for name, value in params.items() if name.upper() == "HALT"), None)
    try:
        return value is not None and bool(reader(bool)(value))
    except WrongValue:
        return bool(value)


def run(registry: Registry, call: Call, params: dict[str, Any], perform: Perform) -> dict[str, Any]:
    """Run a batch: at most 50 commands, those behind them end with an error; `halt` stops at the first error.

    `perform` answers one command with the body that a call of its own would get.
    """
    found = commands(params)
    bodies: dict[str, dict[str, Any]] = {}
    errors: dict[str, dict[str, Any]] = {}
    halt = _halts(params)
    for number, (key, command) in enumerate(found.items()):
        try:
            if number >= MAX_COMMANDS:
                raise ApiError(faults.BATCH_LENGTH_EXCEEDED)
            results = {done: body["result"] for done, body in bodies.items()}
            with call.tx.savepoint():
                bodies[key] = _run_one(registry, call, command, results, perform)
        except ApiError as error:
            errors[key] = _error(error.fault)
        except NeedsWriter:
            raise
        except Exception:
            if call.tx.broken:
                raise
            log.exception("a command of a batch failed")
            errors[key] = _error(faults.INTERNAL_SERVER_ERROR)
        if halt and key in errors:
            break
    listed = list(found) == [str(number) for number in range(len(found))]
    maps = {
        "result": {key: body["result"] for key, body in bodies.items()},
        "result_error": errors,
        "result_total": {key: body["total"] for key, body in bodies.items() if "total" in body},
        "result_next": {key: body["next"] for key, body in bodies.items() if "next" in body},
        "result_time": {key: body["time"] for key, body in bodies.items()},
    }
    return {name: _shape(values, listed=listed) for name, values in maps.items()}


def _run_one(registry: Registry, call: Call, command: Any, results: dict[str, Any], perform: Perform) -> dict[str, Any]:
    name, query = _split(command)
    method = registry.find(name)
    if method is None:
        raise ApiError(faults.METHOD_NOT_FOUND)
    if method.name == NAME or not method.in_batch:
        raise ApiError(faults.BATCH_METHOD_NOT_ALLOWED)
    try:
        params = clean(php_form.decode(query))
    except php_form.FormTooComplex as error:
        raise ApiError(faults.UNREADABLE_REQUEST.saying(str(error))) from error
    return perform(call, method, _replace(params, results))


def _error(fault: Fault) -> dict[str, Any]:
    return {"error": fault.code, "error_description": fault.text}


def _shape(values: dict[str, Any], *, listed: bool) -> Any:
    """Write a map as PHP does: [] when empty, a list when its keys are 0..n-1."""
    if not values:
        return []
    if listed and list(values) == [str(number) for number in range(len(values))]:
        return list(values.values())
    return values


def _replace(value: Any, results: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return {key: _replace(item, results) for key, item in value.items()}
    if isinstance(value, list):
        return [_replace(item, results) for item in value]
    if isinstance(value, str) and "$result" in value:
        return _REFERENCE.sub(lambda match: _referred(match.group(1), results), value)
    return value


def _referred(path: str, results: dict[str, Any]) -> str:
    """Return what a reference points at as text; nothing where it points at nothing."""
    value: Any = results
    for step in _steps(path):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit():
            value = value[int(step)] if int(step) < len(value) else None
        else:
            value = getattr(value, step, None)
    return php_form.scalar(value) if isinstance(value, str | int | float | bool) else ""


def _steps(path: str) -> Iterator[str]:
    for match in _STEP.finditer(path):
        yield match.group(1).strip("'\"")
