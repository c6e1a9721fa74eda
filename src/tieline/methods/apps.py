"""app.info: what an application is told of itself."""

from typing import Any

from tieline.api.differences import Difference
from tieline.api.method import BASIC, Family
from tieline.api.wire import iso
from tieline.domain.apps import ACCESS_TOKEN_LIFE
from tieline.services.call import Call

family = Family(scopes=(BASIC,))
LICENSE = {"LICENSE": "selfhosted", "LICENSE_TYPE": "selfhosted", "LICENSE_FAMILY": "selfhosted"}


WEBHOOK_SHAPE = Difference(
    15, "A webhook is answered with its scopes and the licence; one page refuses it.", errors=("ACCESS_DENIED",)
)
UNION = Difference(16, "The answer also has what the authorisation server's method of this name answers.")


@family.method("app.info", differs=(WEBHOOK_SHAPE, UNION))
def app_info(call: Call) -> dict[str, Any]:
    """Describe the calling application; to a webhook its scopes.

    The answer is the union of what the portal's method and the authorisation server's method of the same
    name answer, since both are called under one host here.
    """
    if call.app is None:
        return {"SCOPE": sorted(call.scopes), "LICENSE": LICENSE["LICENSE"]}
    app, portal = call.app, call.portal
    return {
        "ID": app.id,
        "CODE": app.client_id,
        "VERSION": app.version,
        "STATUS": app.status,
        "INSTALLED": app.installed,
        "PAYMENT_EXPIRED": "N",
        "DAYS": None,
        "LANGUAGE_ID": portal.language,
        **LICENSE,
        "client_id": app.client_id,
        "scope": app.scope_list,
        "expires": iso(call.now + ACCESS_TOKEN_LIFE, portal.time_zone),
        "install": {
            "installed": app.installed,
            "version": str(app.version),
            "status": app.status,
            "scope": app.scope_list,
            "domain": portal.host,
            "uri": app.handler_url,
            "client_endpoint": portal.rest_url,
            "member_id": portal.member_id,
            "member_type": "",
        },
        "user_id": call.actor.id,
    }
