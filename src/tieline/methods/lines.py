"""tieline.line.*: what a line would do, and trying it out, for the pages of its settings."""

from typing import Annotated, Any

from tieline.api.faults import Fault
from tieline.api.method import BASIC, Auth, Doc, Family
from tieline.api.wire import iso
from tieline.domain.clock import SECOND
from tieline.methods.imopenlines_lines import INVALID_FORMAT, Settings, describe_wrong_setting
from tieline.services import connector_messages, connectors, line_preview, line_settings, line_trial
from tieline.services.call import Call

NO_LINE = Fault("LINE_NOT_FOUND", "There is no such open line", 404)
TOO_FAR = Fault("ERROR_ARGUMENT", "The moment is more than ten years away")
PRODUCTION = Fault("ACCESS_DENIED", "Lines are tried out in development alone", 403)
LINE_OFF = Fault("NOT_ACTIVE_LINE", "The line is switched off")
NO_WORDS = Fault("MESSAGE_EMPTY", "Message can't be empty")
NO_TRIAL = Fault("ACCESS_ERROR", "There is no such dialog of a test customer", 403)

family = Family(scopes=(BASIC,), auth=Auth.SESSION)
LineId = Annotated[int, Doc("Id of the open line.")]
_PEOPLE = ("operator", "former")


class _NoLine(Exception):
    """There is no such line."""


@family.method(
    "tieline.line.preview",
    documented=False,
    admin=True,
    errors={_NoLine: NO_LINE, line_preview.MomentTooFar: TOO_FAR},
    faults=(INVALID_FORMAT,),
)
def line_preview_get(
    call: Call,
    *,
    line: LineId,
    params: Settings | None = None,
    moment: Annotated[int | None, Doc("Milliseconds since 1970 in UTC; the present by default.")] = None,
) -> dict[str, Any]:
    """Tell what a line would do with a message of a moment, by its settings with others over them."""
    found, now = call.find_line(line), call.now if moment is None else moment
    if found is None:
        raise _NoLine
    try:
        steps = line_preview.preview(call, line_preview.as_set(call, found, params or {}), now)
    except line_settings.WrongSetting as error:
        raise describe_wrong_setting(error) from error
    return {
        "date": iso(now, call.portal.time_zone),
        "steps": [_step(call, now, step) for step in steps],
        "canTry": not call.world.rules.production,
    }


def _step(call: Call, now: int, step: line_preview.Step) -> dict[str, Any]:
    """Write a step; only what counts from the message itself has a moment."""
    is_fixed = step.phase is line_preview.Phase.MESSAGE
    return {
        "phase": step.phase.value,
        "kind": step.kind,
        "after": step.after // SECOND,
        "date": iso(now + step.after, call.portal.time_zone) if is_fixed else None,
        "values": step.values,
    }


@family.method(
    "tieline.line.try",
    documented=False,
    admin=True,
    writes=True,
    in_batch=False,
    errors={
        line_trial.NotInProduction: PRODUCTION,
        connectors.LineInactive: LINE_OFF,
        connector_messages.MessageRefused: NO_WORDS,
    },
)
def line_try(
    call: Call,
    *,
    line: LineId,
    text: Annotated[str, Doc("What the customer writes.")] = "",
    customer: Annotated[str, Doc("What tells test customers apart; a new one by default.")] = "",
) -> dict[str, Any]:
    """Let a test customer write over a line; nothing goes outside or into the CRM."""
    receipt = line_trial.write(call, line, text, customer)
    return {"chatId": receipt.chat_id, "customer": receipt.incoming.user.id}


@family.method("tieline.line.story", documented=False, admin=True, errors={line_trial.NoTrial: NO_TRIAL})
def line_story(call: Call, *, chat_id: Annotated[int, Doc("Id of the chat.")]) -> list[dict[str, Any]]:
    """Tell what has happened in a test customer's dialog and what was said, oldest first."""
    zone = call.portal.time_zone
    return [
        {"date": iso(entry.at, zone), "kind": entry.kind, "values": entry.data | _named(call, entry.data)}
        for entry in line_trial.story(call, chat_id)
    ]


def _named(call: Call, data: dict[str, Any]) -> dict[str, str | None]:
    """Name the people of an entry."""
    people = {name: call.find_person(data[name]) for name in _PEOPLE if data.get(name)}
    return {name: person.full_name if person else None for name, person in people.items()}
