"""Applications that act for somebody else than the administrator."""

from dataclasses import replace

from support.portal import Client
from tieline.services import tokens


def acting_for(app: Client, person: int) -> Client:
    """Return the application with a token that was issued to a person."""

    def issue(tx) -> str:
        call = app.portal.admin_call(tx)
        found = call.find_app(app.facts["id"])
        assert found is not None
        return tokens.issue(call, found, person).access_token

    return replace(app, auth={"auth": app.portal.write(issue)})
