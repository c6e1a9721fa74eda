"""How a method and an event are declared: once, and everything else derives from it."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from tieline.api.differences import Difference
from tieline.api.faults import ADMIN_ONLY, ARGUMENT, ApiError, Dialect, Fault, Problem
from tieline.api.wire import Reader, WrongValue, is_empty, reader
from tieline.domain.events import Fact

Handler = TypeVar("Handler", bound=Callable[..., Any])
Renderer = TypeVar("Renderer", bound=Callable[..., Any])
REQUIRED: Any = object()
BASIC = "basic"  # the scope that everybody has


class Auth(Enum):
    """Which credentials may call a method."""

    ANY = "application, webhook or session"
    APP = "application"
    CLIENT = "application, or webhook of a program that names itself"
    SESSION = "session of the portal's own pages"


class BotTokens(Enum):
    """Where in an event's data the tokens of bots stand, which are put there when it is sent."""

    NONE = "nowhere"
    BOTS = "at each of the bots"
    COMMANDS = "at each of the commands"
    BOT = "at the bot"


class Tokens(Enum):
    """Which tokens an event brings where somebody acted."""

    NONE = "none"
    ACCESS = "access"
    REFRESH = "access and refresh"


@dataclass(frozen=True, slots=True)
class Doc:
    """One sentence about a parameter."""

    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list: `total` of all items, `next` where another page exists; None leaves them out."""

    items: Any
    total: int | None = None
    next: int | None = None


@dataclass(frozen=True, slots=True)
class ClientKey:
    """The parameter by which a program names itself to webhooks, and how a method complains of it.

    One that is longer than `limit` characters is refused as `wrong`.
    """

    wire_name: str
    doc: str
    missing: Fault
    wrong: Fault
    limit: int = 255

    def read(self, raw: Mapping[str, Any]) -> str:
        """Take the key out of a call's parameters."""
        folded = self.wire_name.upper()
        value = next((value for name, value in raw.items() if name.upper() == folded), "")
        if is_empty(value) or not isinstance(value, str | int):
            raise ApiError(self.missing)
        if len(str(value)) > self.limit:
            raise ApiError(self.wrong)
        return str(value)


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter of a method; `key` if it names the caller, and the method's body has no use for it."""

    name: str
    wire_name: str
    doc: str
    hint: Any
    default: Any
    read: Reader
    may_be_empty: bool
    key: bool = False
    folded: str = field(init=False)  # its name, as it is compared

    def __post_init__(self) -> None:
        object.__setattr__(self, "folded", self.wire_name.upper())

    @property
    def required(self) -> bool:
        """Without it the call is refused."""
        return self.default is REQUIRED


@dataclass(frozen=True, slots=True)
class Method:
    """One REST method."""

    name: str
    scopes: tuple[str, ...]
    auth: Auth
    admin: Fault | None
    writes: bool
    in_batch: bool
    large: bool
    exact_names: bool
    params: tuple[Param, ...]
    rest: str | None
    result: Any
    errors: Mapping[type[Exception], Fault]
    faults: tuple[Fault, ...]
    dialect: Dialect
    doc: str
    handler: Callable[..., Any]
    documented: bool
    differs: tuple[Difference, ...]
    unreachable: Mapping[str, str]
    key: ClientKey | None = None

    def bind(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Turn decoded parameters into keyword arguments; refuses in the declared order."""
        if not self.exact_names:
            folded = {key.upper(): value for key, value in raw.items()}
        bound: dict[str, Any] = {}
        for param in self.params:
            if param.key:
                continue
            value = raw.get(param.wire_name) if self.exact_names else folded.get(param.folded)
            if value is None or (is_empty(value) and not param.may_be_empty):
                if param.required:
                    raise ApiError(self.dialect.missing(param.wire_name))
                bound[param.name] = param.default
                continue
            try:
                bound[param.name] = param.read(value)
            except WrongValue as error:
                raise ApiError(self.dialect.wrong(param.wire_name, error.problem)) from error
        if self.rest:
            named = {param.folded for param in self.params}
            bound |= {key: value for key, value in raw.items() if key.upper() not in named}
        return bound

    def fault_of(self, error: Exception) -> Fault | None:
        """Return the declared fault of a domain error, or None if this method did not declare it."""
        for kind, fault in self.errors.items():
            if isinstance(error, kind):
                return fault.saying(str(error)) if error.args and fault.text == "" else fault
        return None

    @property
    def all_faults(self) -> tuple[Fault, ...]:
        """Every fault of its own that the method may answer with."""
        named = (self.key.missing, self.key.wrong) if self.key else ()
        return (*self.faults, *self.errors.values(), *named)

    @property
    def argument_faults(self) -> tuple[Fault, ...]:
        """Every fault by which it complains of an argument."""
        missing = (self.dialect.missing(param.wire_name) for param in self.params if param.required)
        read = [param for param in self.params if not param.key]  # the key has complaints of its own
        typed = [param for param in read if param.hint is not Any and Any not in get_args(param.hint)[:1]]
        wrong = (self.dialect.wrong(param.wire_name, Problem("value", depth)) for param in typed for depth in (0, 1))
        return (*missing, *wrong)


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its wire name, the fact it tells and how its data look."""

    name: str
    scopes: tuple[str, ...]
    fact: type[Fact]
    render: Callable[..., Any]
    tokens: Tokens
    late: bool
    doc: str
    data: Any
    differs: tuple[Difference, ...]
    bots: BotTokens = BotTokens.NONE

    @property
    def wire_name(self) -> str:
        """The name as payloads carry it."""
        return self.name.upper()


@dataclass
class Family:
    """Methods and events that share scopes, credentials and a way of complaining; any of the scopes suffices."""

    scopes: tuple[str, ...]
    auth: Auth = Auth.ANY
    dialect: Dialect = ARGUMENT
    exact_names: bool = False
    admin: Fault = ADMIN_ONLY
    key: ClientKey | None = None
    methods: list[Method] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def method(
        self,
        name: str,
        *,
        errors: Mapping[type[Exception], Fault] | None = None,
        faults: tuple[Fault, ...] = (),
        scopes: tuple[str, ...] | None = None,
        auth: Auth | None = None,
        admin: bool = False,
        writes: bool = False,
        in_batch: bool = True,
        large: bool = False,
        dialect: Dialect | None = None,
        may_be_empty: tuple[str, ...] = (),
        documented: bool = True,
        differs: tuple[Difference, ...] = (),
        unreachable: Mapping[str, str] | None = None,
    ) -> Callable[[Handler], Handler]:
        """Declare the decorated function as a method.

        Its keyword-only arguments are the parameters; `**rest` takes whatever else comes, beside a `call`
        that is positional-only. A method that `writes` runs in the writer, others on a reader; one that has
        something to write now and then goes from there to the writer by `Call.require_writer`. One that is
        `large` takes long texts in Base64, which go to disk as they come in. `errors` maps domain errors to
        faults, `faults` lists those that the body raises itself as ApiError. `differs` tells where it departs
        from the documentation, `unreachable` which documented errors it cannot come to, and why.
        """

        def declare(handler: Handler) -> Handler:
            key = self.key if (auth or self.auth) is Auth.CLIENT else None
            params, rest = _params(name, handler, may_be_empty, key)
            self.methods.append(
                Method(
                    name=name,
                    scopes=self.scopes if scopes is None else scopes,
                    auth=auth or self.auth,
                    admin=self.admin if admin else None,
                    writes=writes,
                    in_batch=in_batch,
                    large=large,
                    exact_names=self.exact_names,
                    params=params,
                    rest=rest,
                    result=_result(name, handler),
                    errors=errors or {},
                    faults=faults,
                    dialect=dialect or self.dialect,
                    doc=inspect.getdoc(handler) or _wrong(name, "has no docstring"),
                    handler=handler,
                    documented=documented,
                    differs=differs,
                    unreachable=unreachable or {},
                    key=key,
                )
            )
            return handler

        return declare

    def event(
        self,
        name: str,
        *,
        of: type[Fact],
        tokens: Tokens = Tokens.ACCESS,
        late: bool = False,
        bots: BotTokens = BotTokens.NONE,
        differs: tuple[Difference, ...] = (),
    ) -> Callable[[Renderer], Renderer]:
        """Declare the decorated function as the wire form of a fact: (call, fact) -> data.

        It is made in the transaction that the fact belongs to; `late` where the data are not known before the event
        is sent for the first time.
        """

        def declare(render: Renderer) -> Renderer:
            self.events.append(
                Event(
                    name=name,
                    scopes=self.scopes,
                    fact=of,
                    render=render,
                    tokens=tokens,
                    late=late,
                    doc=inspect.getdoc(render) or _wrong(name, "has no docstring"),
                    data=get_type_hints(render, include_extras=True).get("return")
                    or _wrong(name, "says not what its data are"),
                    differs=differs,
                    bots=bots,
                )
            )
            return render

        return declare


def _key_param(key: ClientKey) -> Param:
    return Param("client_key", key.wire_name, key.doc, str, "", reader(str), may_be_empty=True, key=True)


def _result(name: str, handler: Callable[..., Any]) -> Any:
    return get_type_hints(handler, include_extras=True).get("return") or _wrong(name, "says not what it returns")


def _params(
    name: str, handler: Callable[..., Any], may_be_empty: tuple[str, ...], key: ClientKey | None
) -> tuple[tuple[Param, ...], str | None]:
    hints = get_type_hints(handler, include_extras=True)
    first, *others = inspect.signature(handler).parameters.values()
    if first.name != "call":
        _wrong(name, "must take `call` first")
    params: list[Param] = []
    rest = None
    for parameter in others:
        if parameter.kind is parameter.VAR_KEYWORD:
            rest = parameter.name
            continue
        if parameter.kind is not parameter.KEYWORD_ONLY:
            _wrong(name, f"{parameter.name} must be keyword-only")
        hint = hints.get(parameter.name) or _wrong(name, f"{parameter.name} has no type")
        marks = list(_marks(hint))
        docs = [mark.text for mark in marks if isinstance(mark, Doc)]
        spelled = [mark.name for mark in marks if isinstance(mark, Spelled)]
        params.append(
            Param(
                name=parameter.name,
                wire_name=spelled[0] if spelled else parameter.name.upper(),
                doc=docs[0] if docs else _wrong(name, f"{parameter.name} has no Doc"),
                hint=hint,
                default=REQUIRED if parameter.default is parameter.empty else parameter.default,
                read=reader(hint),
                may_be_empty=parameter.name in may_be_empty,
            )
        )
    if key is not None:
        params.append(_key_param(key))
    return tuple(params), rest


def _marks(hint: Any) -> Iterator[Any]:
    """Return what Annotated carries, also inside a union with None."""
    for part in get_args(hint):
        if get_origin(hint) is Annotated and not isinstance(part, type):
            yield part
        yield from _marks(part)


@dataclass(frozen=True, slots=True)
class Spelled:
    """How the documentation spells a parameter that is not UPPER_CASE."""

    name: str


def _wrong(name: str, why: str) -> Any:
    raise TypeError(f"{name}: {why}")
