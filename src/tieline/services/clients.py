"""Programs that call by incoming webhooks: each names itself by a key of its own, under which its bots are kept."""

from tieline.domain.apps import App, AppKind
from tieline.services import apps
from tieline.services.call import Call
from tieline.store import apps as store


def ensure(call: Call) -> App:
    """Return the application that calls; a webhook's caller who is new here is kept as one."""
    known = call.program()
    if known is not None:
        return known
    call.touch()  # who comes at the same moment waits here, and finds it
    known = call.program()
    if known is not None:
        return known
    assert call.webhook is not None  # who has no application comes by a webhook
    settings = apps.Settings(call.webhook.title or "Webhook", call.webhook.scopes, script_only=True)
    return apps.add(call, settings, AppKind.CLIENT, client_id=call.program_name(call.client)).app


def rename(call: Call, app: App, key: str) -> None:
    """Let a webhook's caller go by another key from now on."""
    store.set_client_id(call.tx, call.portal_id, app.id, call.program_name(key))
    call.touch()
