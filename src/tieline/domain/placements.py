"""Placements: where an application's pages appear in the portal, and what may be bound there."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the portal; `shown` if this portal has it, `single` if an application may be there but once."""

    code: str
    scope: str = ""
    shown: bool = False
    single: bool = False
    for_one_user: bool = False


_ENTITIES = ("LEAD", "DEAL", "CONTACT", "COMPANY", "QUOTE", "SMART_INVOICE", "ORDER", "ACTIVITY")
_CRM_PARTS = (
    "ACTIVITY_TIMELINE_MENU",
    "DETAIL_ACTIVITY",
    "DETAIL_TAB",
    "DETAIL_TOOLBAR",
    "DOCUMENTGENERATOR_BUTTON",
    "LIST_MENU",
    "LIST_TOOLBAR",
)
_CRM = (
    "CRM_ANALYTICS_MENU",
    "CRM_ANALYTICS_TOOLBAR",
    "CRM_BANK_DETAIL_AUTOCOMPLETE",
    "CRM_DETAIL_SEARCH",
    "CRM_FUNNELS_TOOLBAR",
    "CRM_REQUISITE_AUTOCOMPLETE",
    *(f"CRM_{entity}_{part}" for entity in _ENTITIES for part in _CRM_PARTS),
)
PAGE = "DEFAULT"
SETTINGS = "SETTING_CONNECTOR"
BACKGROUND = "PAGE_BACKGROUND_WORKER"
PLACES = {
    place.code: place
    for place in (
        Place("CONTACT_CENTER", "contact_center", shown=True),
        Place("IM_CONTEXT_MENU", "im", shown=True),
        Place("IM_NAVIGATION", "im", shown=True),
        Place("IM_SIDEBAR", "im", shown=True),
        Place("IM_SMILES_SELECTOR", ""),
        Place("IM_TEXTAREA", "im", shown=True),
        Place("LEFT_MENU", "", shown=True),
        Place(BACKGROUND, "", single=True, for_one_user=True),
        Place("REST_APP_URI", "", shown=True, single=True),
        Place(SETTINGS, "imopenlines"),
        Place("USER_PROFILE_MENU", "user"),
        Place("USER_PROFILE_TOOLBAR", "user"),
        *(Place(code, "crm") for code in _CRM),
    )
}
CHAT_PLACES = frozenset({"IM_CONTEXT_MENU", "IM_NAVIGATION", "IM_SIDEBAR", "IM_TEXTAREA"})


@dataclass(frozen=True, slots=True)
class Placement:
    """An application's page that is bound to a place, for everybody or (`user_id`) for one person."""

    id: int
    app_id: int
    code: str
    handler: str
    user_id: int = 0
    title: str = ""
    description: str = ""
    group_name: str = ""
    languages: dict[str, dict[str, str]] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)

    def text(self, name: str, language: str) -> str:
        """Return TITLE, DESCRIPTION or GROUP_NAME in a language, if there is one."""
        general = {"TITLE": self.title, "DESCRIPTION": self.description, "GROUP_NAME": self.group_name}
        return self.languages.get(language, {}).get(name) or general[name]
