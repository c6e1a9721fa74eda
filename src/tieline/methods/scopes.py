"""What each scope opens, in words for people."""

from collections.abc import Iterable

from tieline.api.method import BASIC
from tieline.services.call import Call

SENTENCES = {
    "contact_center": "Show tiles in the contact centre",
    "crm": "Read and change leads, deals, contacts and companies",
    "department": "Read and change the departments",
    "disk": "Read and change files",
    "im": "Read and write chats and notifications in your name",
    "imbot": "Run chatbots",
    "imconnector": "Connect a messenger to open lines",
    "imopenlines": "Read and manage open lines, their dialogs and connectors",
    "placement": "Show pages of its own inside the portal",
    "tieline": "Read figures, and lead the clock of a portal in development",
    "user": "Read all about people, and add them",
    "user.userfield": "Change the fields that people have",
    "user_basic": "Read people's names and contacts",
    "user_brief": "Read people's names",
}


def explain(scopes: Iterable[str]) -> list[dict[str, str]]:
    """Return scopes with a sentence for each."""
    return [{"name": name, "text": SENTENCES.get(name, "")} for name in sorted(scopes)]


class ScopeUnknown(Exception):
    """There is no such scope; the text says which and what there are."""


def known_scopes(call: Call, names: Iterable[str]) -> frozenset[str]:
    """Read names of scopes; the basic one is everybody's and needs no asking."""
    scopes = frozenset(name.strip() for name in names if name.strip()) - {BASIC}
    if unknown := scopes - {*call.world.catalogue.scopes}:
        there_are = ", ".join(call.world.catalogue.scopes)
        raise ScopeUnknown(f"no such scope: {', '.join(sorted(unknown))}; there are {there_are}")
    return scopes
