"""tieline.consent.*: the page on which a person lets an application act in their name."""

from typing import Annotated, Any

from tieline.api.faults import USER_ACCESS_ERROR, Fault
from tieline.api.method import BASIC, Auth, Doc, Family
from tieline.methods.scopes import explain
from tieline.services import tokens
from tieline.services.call import Call
from tieline.services.urls import with_query

WRONG_CLIENT = Fault("wrong_client", "No application has this client_id", 404)
NOT_INSTALLED = Fault("NOT_INSTALLED", "Application not installed", 401)
PAYMENT = Fault("PAYMENT_REQUIRED", "Payment required", 401)
FOREIGN_REDIRECT = Fault("redirect_uri_mismatch", "The redirect_uri is none of the application's addresses", 400)
REFUSALS: dict[type[Exception], Fault] = {
    tokens.ClientUnknown: WRONG_CLIENT,
    tokens.NotInstalled: NOT_INSTALLED,
    tokens.PaymentRequired: PAYMENT,
    tokens.NoAccess: USER_ACCESS_ERROR,
    tokens.ForeignRedirect: FOREIGN_REDIRECT,
}

family = Family(scopes=(BASIC,), auth=Auth.SESSION)
ClientId = Annotated[str, Doc("client_id of the application.")]
RedirectUri = Annotated[str, Doc("Where the application wants the answer: one of its addresses.")]


def _person(call: Call) -> dict[str, Any]:
    return {"name": call.actor.full_name, "email": call.actor.email}


@family.method("tieline.consent.ask", documented=False, errors=REFUSALS)
def ask(call: Call, *, client_id: ClientId, redirect_uri: RedirectUri = "") -> dict[str, Any]:
    """Tell what an application wants, before the caller agrees."""
    app = tokens.find_consenting(call, client_id)
    return {
        "app": {"id": app.id, "name": app.name},
        "redirect": tokens.redirect_of(app, redirect_uri),
        "person": _person(call),
        "scopes": explain(app.scopes),
    }


@family.method("tieline.consent.give", documented=False, writes=True, in_batch=False, errors=REFUSALS)
def give(
    call: Call,
    *,
    client_id: ClientId,
    redirect_uri: RedirectUri = "",
    state: Annotated[str, Doc("What the application gets back as it came.")] = "",
) -> dict[str, Any]:
    """Agree: returns the code, and the address to go to with it if the application has one."""
    app = tokens.find_consenting(call, client_id)
    target, code = tokens.redirect_of(app, redirect_uri), tokens.add_code(call, app)
    answer = {
        "code": code,
        "state": state,
        "domain": call.portal.domain,
        "member_id": call.portal.member_id,
        "scope": app.scope_list,
        "server_domain": call.portal.domain,
    }
    return {"code": code, "url": with_query(target, answer) if target else None}
