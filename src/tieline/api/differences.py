"""Where this server differs from the documentation: what a difference is, and those that belong to no one method."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference:
    """A numbered difference from the documentation; `params` and `errors` are what it leaves out.

    A test marked `difference(number)` shows it. Numbers are never used again.
    """

    number: int
    text: str
    params: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()

    @property
    def leaves_out(self) -> tuple[str, ...]:
        """Names of the documented parameters and errors that are missing by it."""
        return (*self.params, *self.errors)


ISO_DATES = Difference(14, "Moments that samples show as an empty object are texts in ISO 8601.")

PROTOCOL: tuple[Difference, ...] = (
    Difference(1, "A missing scope answers insufficient_scope with 401; a table of the documentation says 403."),
    Difference(2, "A wrong webhook answers INVALID_CREDENTIALS with 401; a table of the documentation says 403."),
    Difference(3, "NO_AUTH_FOUND answers calls without any authorisation alone; an unknown token is an invalid_token."),
    Difference(4, "An event that a handler does not take is sent again for a day; a strict server sends it once."),
    Difference(5, "Calls, handlers and settings pages may be on plain http and this machine, but not in production."),
    Difference(6, "Scopes in an event's auth block are parted by a comma without a blank."),
    Difference(7, "Every event brings event_handler_id, also where samples show eventId or neither."),
    Difference(8, "Every auth block with a token brings expires and user_id, also where samples leave them out."),
    Difference(9, "Events carry the headers webhook-id, webhook-timestamp and webhook-signature of Standard Webhooks."),
    Difference(10, "The portal's own host is the authorisation server; server_endpoint names it."),
    Difference(27, "A refresh token that was used answers with the same new pair for a minute."),
)
