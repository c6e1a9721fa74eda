"""From the declarations: the Markdown reference of methods and events."""

from typing import get_origin

from tieline.api.faults import EMPTY_CODE
from tieline.api.method import Event, Method, Param
from tieline.api.openapi import faults_of
from tieline.api.registry import Registry
from tieline.api.schemas import plain
from tieline.domain.definitions import DEFINITIONS, GROUPS, PARTS


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


def statistics() -> str:
    """Write the published figures of the statistics as Markdown."""
    lines = [
        "# Figures of the statistics",
        "",
        "Generated from `src/tieline/domain/definitions.py` by `make docs`; a test keeps it fresh. A worked example:",
        "[statistics](../statistics.md).",
        "",
        "| figure | unit | meaning | columns |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {one.title} | {one.unit.value} | {one.text} | {', '.join(f'`{column}`' for column in one.columns)} |"
        for one in DEFINITIONS
    ]
    lines += ["", "## Of many values", "", "| column ends in | meaning |", "|---|---|"]
    lines += [f"| `{part}` | {text} |" for part, text in PARTS.items()]
    lines += ["", "## Groups", "", "| group | meaning |", "|---|---|"]
    lines += [f"| `{group}` | {text} |" for group, text in GROUPS.items()]
    return "\n".join(lines) + "\n"


def _type_name(param: Param) -> str:
    hint = plain(param.hint)
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
    if own := faults_of(method):
        lines += ["| error | status | text |", "|---|---|---|"]
        lines += [f"| `{fault.code or EMPTY_CODE}` | {fault.status} | {fault.text} |" for fault in own]
        lines.append("")
    return lines


def _event_lines(event: Event) -> list[str]:
    scopes = " or ".join(f"`{scope}`" for scope in event.scopes)
    return [f"## {event.name}", "", event.doc, "", f"Scope: {scopes}.", ""]
