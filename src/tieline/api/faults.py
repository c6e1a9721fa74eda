"""The catalogue of errors: code, text and status of everything a client may be told."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """One error as the client sees it."""

    code: str
    text: str
    status: int = 400
    extra: dict[str, Any] = field(default_factory=dict)

    def saying(self, text: str) -> "Fault":
        """The same error with another text."""
        return replace(self, text=text)

    def body(self) -> dict[str, Any]:
        """The error's envelope."""
        return {"error": self.code, "error_description": self.text, **self.extra}


class ApiError(Exception):
    """Ends a call with a fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"{fault.code}: {fault.text}")
        self.fault = fault


# The system's own, of any method.
INTERNAL_SERVER_ERROR = Fault("INTERNAL_SERVER_ERROR", "Internal server error", 500)
OVERLOAD_LIMIT = Fault("OVERLOAD_LIMIT", "REST API is blocked due to overload", 503)
QUERY_LIMIT_EXCEEDED = Fault("QUERY_LIMIT_EXCEEDED", "Too many requests", 503)
OPERATION_TIME_LIMIT = Fault("OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit.", 429)
METHOD_NOT_FOUND = Fault("ERROR_METHOD_NOT_FOUND", "Method not found!", 404)
BATCH_METHOD_NOT_ALLOWED = Fault("ERROR_BATCH_METHOD_NOT_ALLOWED", "Method is not allowed for batch usage", 405)
BATCH_LENGTH_EXCEEDED = Fault("ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded")
INVALID_REQUEST = Fault("INVALID_REQUEST", "Https required")
UNREADABLE_REQUEST = Fault("INVALID_REQUEST", "The request cannot be read")
BODY_TOO_LARGE = Fault("INVALID_REQUEST", "The request body is too large", 413)
PORTAL_NOT_FOUND = Fault("PORTAL_NOT_FOUND", "No portal is served under this host name", 404)

NO_AUTH_FOUND = Fault("NO_AUTH_FOUND", "Wrong authorization data", 401)
INVALID_CREDENTIALS = Fault("INVALID_CREDENTIALS", "Invalid request credentials", 401)
INVALID_TOKEN = Fault("invalid_token", "Unable to get application by token", 401)
EXPIRED_TOKEN = Fault("expired_token", "The access token provided has expired.", 401)
AUTHORIZATION_ERROR = Fault("authorization_error", "Unable to authorize user", 401)
APPLICATION_NOT_FOUND = Fault("APPLICATION_NOT_FOUND", "Application not found", 401)
USER_ACCESS_ERROR = Fault("user_access_error", "The user does not have access to the application.", 403)
PAYMENT_REQUIRED = Fault("PAYMENT_REQUIRED", "Subscription has been ended", 401)
SCOPE_OF_TOKEN = Fault(
    "insufficient_scope", "The request requires higher privileges than provided by the access token", 401
)
SCOPE_OF_WEBHOOK = SCOPE_OF_TOKEN.saying("The request requires higher privileges than provided by the webhook token")
WRONG_AUTH_TYPE = Fault(
    "WRONG_AUTH_TYPE",
    "Current authorization type is denied for this method Application context required",
    403,
)
APP_ONLY = Fault("ACCESS_DENIED", "Access denied! Application context required", 403)
NO_SESSIONS = Fault("WRONG_AUTH_TYPE", "Access for this method not allowed by session authorization", 403)
SESSION_ONLY = Fault("WRONG_AUTH_TYPE", "This method is for the portal's own pages", 403)
FOREIGN_ORIGIN = Fault("ACCESS_DENIED", "Access denied! The request comes from another site", 403)
ADMIN_ONLY = Fault("ACCESS_DENIED", "Access denied! Administrator access rights required", 403)

EMPTY_CODE = "Empty string"  # what the documentation writes where an error has no code

# The usual complaint about an argument.
ERROR_ARGUMENT = Fault("ERROR_ARGUMENT", "Argument is null or empty")


def missing_argument(name: str) -> Fault:
    """Say which argument is missing, the way imconnector and imopenlines do."""
    return replace(ERROR_ARGUMENT, text=f"Argument '{name}' is null or empty", extra={"argument": name})


def wrong_argument(name: str, problem: "Problem") -> Fault:
    """Say which argument has a wrong value and of what type it must be."""
    return replace(
        ERROR_ARGUMENT,
        text=f"The value of an argument '{name}' must be of type {problem.expected}",
        extra={"argument": name},
    )


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a value does not fit its type: what was expected, and how deep inside the value."""

    expected: str
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one family of methods complains of a missing and of a wrong argument."""

    missing: Callable[[str], Fault] = missing_argument
    wrong: Callable[[str, Problem], Fault] = wrong_argument


ARGUMENT = Dialect()
