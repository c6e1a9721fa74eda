"""app.* and user.option.*: what an application is told of itself and keeps here, and the events of its life."""

from typing import Annotated, Any

from tieline.api.differences import Difference
from tieline.api.faults import ADMIN_ONLY, APP_ONLY, ApiError, Fault
from tieline.api.method import BASIC, Doc, Family, Spelled, Tokens
from tieline.api.wire import Wire, iso, yes_no
from tieline.domain.apps import ACCESS_TOKEN_LIFE, App
from tieline.domain.events import AppInstalled, AppPaid, AppRemoved, AppUpdated
from tieline.services import apps
from tieline.services.call import Call

family = Family(scopes=(BASIC,))
LICENSE = {"LICENSE": "selfhosted", "LICENSE_TYPE": "selfhosted", "LICENSE_FAMILY": "selfhosted"}
OPTIONS_EMPTY = Fault("ArgumentNullException", "options is empty")
OPTION_TOO_LARGE = Fault("ERROR_ARGUMENT", "")
ADMIN_OF_OPTIONS = ADMIN_ONLY.saying("Access denied! Administrator authorization required")


WEBHOOK_SHAPE = Difference(
    15, "A webhook is answered with its scopes and the licence; one page refuses it.", errors=("ACCESS_DENIED",)
)
OPTIONS_REFUSED = Difference(
    40,
    "Without an application, or the rights, options answer ACCESS_DENIED with 403; a table says AccessException.",
    errors=("AccessException",),
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
        "STATUS": app.status.value,
        "INSTALLED": app.installed,
        "PAYMENT_EXPIRED": yes_no(app.payment_expired(call.real_now)),
        "DAYS": app.days_left(call.real_now),
        "LANGUAGE_ID": portal.language,
        **LICENSE,
        "client_id": app.client_id,
        "scope": app.scope_list,
        "expires": iso(call.real_now + ACCESS_TOKEN_LIFE, portal.time_zone),
        "install": {
            "installed": app.installed,
            "version": str(app.version),
            "status": app.status.value,
            "scope": app.scope_list,
            "domain": portal.host,
            "uri": app.handler_url,
            "client_endpoint": portal.rest_url,
            "member_id": portal.member_id,
            "member_type": "",
        },
        "user_id": call.actor.id,
    }


OptionName = Annotated[str | None, Doc("Name of one option; all by default."), Spelled("option")]
Options = Annotated[dict[str, Any] | None, Doc("Options by name; others stay as they are."), Spelled("options")]


def _owner(call: Call) -> App:
    if call.app is None:
        raise ApiError(APP_ONLY)
    return call.app


def _read(call: Call, name: str | None, user_id: int = 0) -> Any:
    kept = apps.options(call, _owner(call), user_id)
    return kept.get(name) if name else kept


@family.method("app.option.get", faults=(APP_ONLY,), differs=(OPTIONS_REFUSED,))
def app_option_get(call: Call, *, option: OptionName = None) -> Any:
    """Return an option of the application, or null; without a name all of them."""
    return _read(call, option)


@family.method(
    "app.option.set",
    differs=(OPTIONS_REFUSED,),
    writes=True,
    errors={apps.OptionsEmpty: OPTIONS_EMPTY, apps.OptionTooLarge: OPTION_TOO_LARGE},
    faults=(APP_ONLY, ADMIN_OF_OPTIONS),
)
def app_option_set(call: Call, *, options: Options = None) -> bool:
    """Keep options of the application; for administrators."""
    app = _owner(call)
    if not call.actor.is_admin:
        raise ApiError(ADMIN_OF_OPTIONS)
    apps.set_options(call, app, options or {})
    return True


@family.method("user.option.get", faults=(APP_ONLY,), differs=(OPTIONS_REFUSED,))
def user_option_get(call: Call, *, option: OptionName = None) -> Any:
    """Return an option that the application keeps for the caller, or null; without a name all of them."""
    return _read(call, option, call.actor.id)


@family.method(
    "user.option.set",
    differs=(OPTIONS_REFUSED,),
    writes=True,
    errors={apps.OptionsEmpty: OPTIONS_EMPTY, apps.OptionTooLarge: OPTION_TOO_LARGE},
    faults=(APP_ONLY,),
)
def user_option_set(call: Call, *, options: Options = None) -> bool:
    """Keep options of the application for the caller."""
    apps.set_options(call, _owner(call), options or {}, call.actor.id)
    return True


def _version(number: int) -> str:
    return f"{number}.0.0"


class Installation(Wire):
    """An application as it was installed."""

    VERSION: str
    ACTIVE: str
    INSTALLED: str
    LANGUAGE_ID: str


@family.event("OnAppInstall", of=AppInstalled, tokens=Tokens.REFRESH)
def app_install(_: Call, fact: AppInstalled) -> Installation:
    """The application was installed; its tokens come with the event."""
    return Installation(VERSION=_version(fact.version), ACTIVE="Y", INSTALLED="Y", LANGUAGE_ID=fact.language)


class Update(Wire):
    """An application's new version, and the one before."""

    VERSION: str
    PREVIOUS_VERSION: str
    LANGUAGE_ID: str


@family.event("OnAppUpdate", of=AppUpdated, tokens=Tokens.REFRESH)
def app_update(_: Call, fact: AppUpdated) -> Update:
    """A new version of the application was installed."""
    return Update(
        VERSION=_version(fact.version),
        PREVIOUS_VERSION=_version(fact.previous_version),
        LANGUAGE_ID=fact.language,
    )


class Removal(Wire):
    """How an application was removed: CLEAN is 1 if its data are not wanted any more."""

    LANGUAGE_ID: str
    CLEAN: int


@family.event("OnAppUninstall", of=AppRemoved, tokens=Tokens.NONE)
def app_uninstall(_: Call, fact: AppRemoved) -> Removal:
    """The application was removed; the application token alone proves it."""
    return Removal(LANGUAGE_ID=fact.language, CLEAN=int(fact.clean))


class Payment(Wire):
    """How an application is paid for; DAYS of its period are left."""

    CODE: str
    VERSION: int
    STATUS: str
    PAYMENT_EXPIRED: str
    DAYS: int | None
    LANGUAGE_ID: str


@family.event("OnAppPayment", of=AppPaid, tokens=Tokens.NONE)
def app_payment(_: Call, fact: AppPaid) -> Payment:
    """The application was paid for, or its way of payment changed."""
    return Payment(
        CODE=fact.code,
        VERSION=fact.version,
        STATUS=fact.status,
        PAYMENT_EXPIRED=yes_no(fact.expired),
        DAYS=fact.days,
        LANGUAGE_ID=fact.language,
    )
