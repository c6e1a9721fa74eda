"""Declarations: a wrong one fails at import and says why; a right one binds a request as it says."""

from dataclasses import dataclass
from typing import Annotated, Any

import pytest

from tieline.api.faults import ApiError, Dialect, Fault
from tieline.api.method import Auth, Doc, Family, Method, Page, Spelled
from tieline.api.registry import Registry
from tieline.domain.events import Fact

Text = Annotated[str, Doc("A text.")]


def family(**options: Any) -> Family:
    return Family(scopes=("im",), **options)


def declared(handler: Any, *, of: Family | None = None, **options: Any) -> Method:
    home = of or family()
    home.method("shop.item.add", **options)(handler)
    return home.methods[-1]


def without_docstring(call: Any, *, name: Text) -> bool:
    return True


def without_doc(call: Any, *, name: str) -> bool:
    """Add an item."""


def without_type(call: Any, *, name) -> bool:
    """Add an item."""


def without_result(call: Any, *, name: Text):
    """Add an item."""


def positional(call: Any, name: Text) -> bool:
    """Add an item."""


def without_call(request: Any, *, name: Text) -> bool:
    """Add an item."""


def strange_type(call: Any, *, name: Annotated[bytes, Doc("A text.")]) -> bool:
    """Add an item."""


@pytest.mark.parametrize(
    ("handler", "text"),
    [
        (without_docstring, "shop.item.add: has no docstring"),
        (without_doc, "shop.item.add: name has no Doc"),
        (without_type, "shop.item.add: name has no type"),
        (without_result, "shop.item.add: says not what it returns"),
        (positional, "shop.item.add: name must be keyword-only"),
        (without_call, "shop.item.add: must take `call` first"),
        (strange_type, "a request cannot carry a value of type <class 'bytes'>"),
    ],
)
def test_wrong_declaration_says_what_is_wrong(handler: Any, text: str) -> None:
    with pytest.raises(TypeError) as refused:
        declared(handler)
    assert str(refused.value) == text


@dataclass(frozen=True)
class Sold(Fact):
    """An item was sold."""


def event_without_docstring(_: Any, fact: Sold) -> dict[str, Any]:
    return {}


def event_without_data(_: Any, fact: Sold):
    """An item was sold."""


@pytest.mark.parametrize(
    ("render", "text"),
    [
        (event_without_docstring, "OnItemSold: has no docstring"),
        (event_without_data, "OnItemSold: says not what its data are"),
    ],
)
def test_wrong_declaration_of_an_event_says_what_is_wrong(render: Any, text: str) -> None:
    with pytest.raises(TypeError) as refused:
        family().event("OnItemSold", of=Sold)(render)
    assert str(refused.value) == text


def add(call: Any, *, name: Text) -> bool:
    """Add an item."""
    return True


def sold(_: Any, fact: Sold) -> dict[str, Any]:
    """An item was sold."""
    return {}


def test_method_may_not_be_declared_twice_in_any_case() -> None:
    first, second = family(), family()
    first.method("shop.item.add")(add)
    second.method("shop.Item.Add")(add)
    with pytest.raises(TypeError, match=r"shop\.Item\.Add is declared twice"):
        Registry([first, second])


def test_event_may_not_be_declared_twice_in_any_case() -> None:
    first, second = family(), family()
    first.event("OnItemSold", of=Sold)(sold)
    second.event("ONITEMSOLD", of=Sold)(sold)
    with pytest.raises(TypeError, match="ONITEMSOLD is declared twice"):
        Registry([first, second])


def test_registry_finds_by_name_in_any_case_and_by_fact() -> None:
    home = family()
    method, event = declared(add, of=home), home.event("OnItemSold", of=Sold)(sold)
    registry = Registry([home])
    assert registry.find("SHOP.item.ADD") is method
    assert registry.find("shop.item.sell") is None
    assert registry.find_event("onitemsold") is registry.events_of(Sold)[0]
    assert registry.find_event("OnItemSold").render is event
    assert registry.events_of(Fact) == ()


def test_registry_lists_by_scope_without_what_only_pages_call() -> None:
    home = Family(scopes=("im", "crm"))
    declared(add, of=home)
    home.method("shop.page", auth=Auth.SESSION)(add)
    home.event("OnItemSold", of=Sold)(sold)
    registry = Registry([home])
    assert registry.scopes == ["crm", "im"]
    assert registry.names(["crm"]) == registry.names(["im", "crm"]) == ["shop.item.add"]
    assert registry.names(["disk"]) == []
    assert registry.event_names(["im"]) == ["ONITEMSOLD"]


def many(
    call: Any,
    *,
    item_id: Annotated[int, Doc("Id of the item.")],
    name: Text = "thing",
    tags: Annotated[list[str] | None, Doc("Tags."), Spelled("tags")] = None,
) -> bool:
    """Change an item."""
    return True


@pytest.mark.parametrize(
    ("raw", "bound"),
    [
        ({"ITEM_ID": "5"}, {"item_id": 5, "name": "thing", "tags": None}),
        ({"item_id": 5, "Name": "x", "TAGS": {"0": "a"}}, {"item_id": 5, "name": "x", "tags": ["a"]}),
        ({"ITEM_ID": 0, "NAME": "", "tags": []}, {"item_id": 0, "name": "thing", "tags": None}),
        ({"ITEM_ID": 5, "NAME": None, "OTHER": [1]}, {"item_id": 5, "name": "thing", "tags": None}),
    ],
)
def test_parameters_are_bound_by_name_in_any_case(raw: dict[str, Any], bound: dict[str, Any]) -> None:
    assert declared(many).bind(raw) == bound


def refusal(method: Method, raw: dict[str, Any]) -> Fault:
    with pytest.raises(ApiError) as refused:
        method.bind(raw)
    return refused.value.fault


@pytest.mark.parametrize("value", [None, "", [], {}])
def test_empty_value_of_a_required_parameter_is_a_missing_one(value: Any) -> None:
    fault = refusal(declared(many), {"ITEM_ID": value})
    assert fault.body() == {
        "error": "ERROR_ARGUMENT",
        "error_description": "Argument 'ITEM_ID' is null or empty",
        "argument": "ITEM_ID",
    }


def test_parameters_are_refused_in_the_declared_order() -> None:
    assert refusal(declared(many), {"tags": 5}).extra == {"argument": "ITEM_ID"}
    fault = refusal(declared(many), {"ITEM_ID": 5, "NAME": ["x"], "tags": 5})
    assert fault.text == "The value of an argument 'NAME' must be of type string"


def test_parameter_that_may_be_empty_is_bound_empty() -> None:
    method = declared(many, may_be_empty=("name",))
    assert method.bind({"ITEM_ID": 5, "NAME": ""})["name"] == ""
    assert method.bind({"ITEM_ID": 5, "NAME": None})["name"] == "thing"


def test_exact_names_are_not_folded() -> None:
    method = declared(many, of=family(exact_names=True))
    assert method.bind({"ITEM_ID": 5, "name": "x", "TAGS": ["a"]}) == {"item_id": 5, "name": "thing", "tags": None}


def test_family_complains_in_its_own_dialect() -> None:
    lost, odd = Fault("LOST", "lost"), Fault("ODD", "odd")
    method = declared(many, of=family(dialect=Dialect(missing=lambda _: lost, wrong=lambda _, __: odd)))
    assert refusal(method, {}) is lost
    assert refusal(method, {"ITEM_ID": "x"}) is odd


def take_all(call: Any, /, **query: Any) -> int:
    """Take whatever comes."""
    return len(query)


@pytest.mark.parametrize("raw", [{}, {"any": "data", "Nested": {"a": ["b"]}}, {"call": "1", "query": {"x": "y"}}])
def test_rest_takes_everything_under_its_own_name(raw: dict[str, Any]) -> None:
    method = declared(take_all)
    bound = method.bind(raw)
    assert bound == raw
    assert method.handler(object(), **bound) == len(raw)


def test_declared_domain_error_becomes_its_fault() -> None:
    class Lost(Exception):
        """It is gone."""

    fixed, told = Fault("LOST", "It is lost", 404), Fault("LOST", "")
    assert declared(many, errors={Lost: fixed}).fault_of(Lost("of no matter")) is fixed
    assert declared(many, errors={Lost: told}).fault_of(Lost("not here")).text == "not here"
    assert declared(many, errors={Lost: fixed}).fault_of(ValueError()) is None
    assert declared(many, errors={Lost: fixed}, faults=(told,)).all_faults == (told, fixed)


def test_page_is_declared_like_any_result() -> None:
    assert Page([1], total=1).next is None
