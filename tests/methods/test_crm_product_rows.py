"""Products of leads and deals: their prices, and the amount that follows."""

from typing import Any

import pytest

from support.portal import Client, Portal, refused

NOUNS = ("lead", "deal")


@pytest.fixture
def crm(quick_portal: Portal) -> Client:
    """A webhook of the administrator's."""
    return quick_portal.webhook(1, scopes="crm")


def sold(crm: Client, noun: str, rows: Any) -> list[dict]:
    number = crm.call(f"crm.{noun}.add", fields={"TITLE": "A"}).result
    assert crm.call(f"crm.{noun}.productrows.set", id=number, rows=rows).result is True
    return crm.call(f"crm.{noun}.productrows.get", id=number).result


@pytest.mark.parametrize(("noun", "letter"), [("lead", "L"), ("deal", "D")])
def test_product_is_told_whole(portal: Portal, noun: str, letter: str) -> None:
    row = {"PRODUCT_ID": 5, "PRODUCT_NAME": "Chair", "PRICE": "899.1", "QUANTITY": 2, "MEASURE_CODE": 796}
    (told,) = sold(portal.webhook(1, scopes="crm"), noun, [row | {"MEASURE_NAME": "pcs", "SORT": 10}])
    assert told == {
        "ID": "1",
        "OWNER_ID": "1",
        "OWNER_TYPE": letter,
        "PRODUCT_ID": 5,
        "PRODUCT_NAME": "Chair",
        "ORIGINAL_PRODUCT_NAME": "Chair",
        "PRODUCT_DESCRIPTION": None,
        "PRICE": 899.1,
        "PRICE_EXCLUSIVE": 899.1,
        "PRICE_NETTO": 899.1,
        "PRICE_BRUTTO": 899.1,
        "PRICE_ACCOUNT": "899.10",
        "QUANTITY": 2,
        "DISCOUNT_TYPE_ID": 2,
        "DISCOUNT_RATE": 0,
        "DISCOUNT_SUM": 0,
        "TAX_RATE": None,
        "TAX_INCLUDED": "N",
        "CUSTOMIZED": "Y",
        "MEASURE_CODE": 796,
        "MEASURE_NAME": "pcs",
        "SORT": 10,
        "XML_ID": "",
        "TYPE": 1,
        **dict.fromkeys(("STORE_ID", "RESERVE_ID", "DATE_RESERVE_END", "RESERVE_QUANTITY")),
    }


PRICES = ("PRICE", "PRICE_EXCLUSIVE", "PRICE_NETTO", "PRICE_BRUTTO", "DISCOUNT_RATE", "DISCOUNT_SUM")


@pytest.mark.parametrize(
    ("row", "prices"),
    [
        ({"PRICE": 22175.328, "TAX_RATE": 12, "DISCOUNT_TYPE_ID": 2, "DISCOUNT_RATE": 40},
         (22175.328, 19799.4, 32999, 36958.88, 40, 13199.6)),
        ({"PRICE": 899.1, "DISCOUNT_TYPE_ID": 2, "DISCOUNT_RATE": 10}, (899.1, 899.1, 999, 999, 10, 99.9)),
        ({"PRICE": 80, "DISCOUNT_TYPE_ID": 1, "DISCOUNT_SUM": 20}, (80, 80, 100, 100, 20, 20)),
        ({"PRICE": 0, "DISCOUNT_TYPE_ID": 2, "DISCOUNT_RATE": 100, "DISCOUNT_SUM": 50}, (0, 0, 50, 50, 100, 50)),
        ({"PRICE_EXCLUSIVE": 100, "TAX_RATE": 20}, (120, 100, 100, 120, 0, 0)),
        ({"PRICE": 1, "PRICE_EXCLUSIVE": 2, "PRICE_NETTO": 3, "PRICE_BRUTTO": 4}, (1, 2, 3, 4, 0, 1)),
        ({"PRICE": "dear", "TAX_RATE": [1], "DISCOUNT_TYPE_ID": "9" * 30, "TAX_INCLUDED": "?"}, (0, 0, 0, 0, 0, 0)),
    ],
)  # fmt: skip
def test_prices_follow_from_what_is_given(crm: Client, row: dict, prices: tuple) -> None:
    (told,) = sold(crm, "deal", [row])
    assert tuple(told[name] for name in PRICES) == prices


def test_product_without_a_name_is_named_by_its_id_and_rows_are_sorted(crm: Client) -> None:
    told = sold(crm, "lead", {"a": {"PRICE": 1, "SORT": 20}, "b": {"PRICE": 2, "SORT": 10, "TAX_INCLUDED": "Y"}})
    assert [(row["PRODUCT_NAME"], row["PRICE"], row["TAX_INCLUDED"]) for row in told] == [
        ("[2]", 2, "Y"),
        ("[1]", 1, "N"),
    ]


@pytest.mark.parametrize("noun", NOUNS)
def test_amount_follows_the_products_unless_it_is_set_by_hand(portal: Portal, noun: str) -> None:
    crm = portal.webhook(1, scopes="crm")
    number = crm.call(f"crm.{noun}.add", fields={"OPPORTUNITY": 7}).result

    def amount() -> str:
        return crm.call(f"crm.{noun}.get", id=number).result["OPPORTUNITY"]

    def sell(*rows: dict) -> None:
        assert crm.call(f"crm.{noun}.productrows.set", id=number, rows=list(rows)).result is True

    assert amount() == "7.00"
    sell({"PRICE": 10, "QUANTITY": 3}, {"PRICE": 0.5})
    assert amount() == "30.50"
    crm.call(f"crm.{noun}.update", id=number, fields={"OPPORTUNITY": 99})
    assert amount() == "30.50"
    crm.call(f"crm.{noun}.update", id=number, fields={"OPPORTUNITY": 99, "IS_MANUAL_OPPORTUNITY": "Y"})
    assert amount() == "99.00"
    sell({"PRICE": 1})
    assert amount() == "99.00"
    crm.call(f"crm.{noun}.update", id=number, fields={"IS_MANUAL_OPPORTUNITY": "N"})
    assert amount() == "1.00"
    sell()
    assert amount() == "0.00"
    assert crm.call(f"crm.{noun}.productrows.get", id=number).result == []


@pytest.mark.parametrize("noun", NOUNS)
def test_products_are_refused(crm: Client, noun: str) -> None:
    number = crm.call(f"crm.{noun}.add", fields={}).result
    wrong_id = (400, "", "The parameter id is invalid or not defined.")
    for wrong in (0, -1, "x", None):
        assert refused(crm.call(f"crm.{noun}.productrows.get", id=wrong)) == wrong_id
        assert refused(crm.call(f"crm.{noun}.productrows.set", id=wrong, rows=[])) == wrong_id
    assert refused(crm.call(f"crm.{noun}.productrows.get", id=99)) == (400, "", "Not found")
    assert refused(crm.call(f"crm.{noun}.productrows.set", id=99, rows=[])) == (400, "", "Not found")
    for rows in ("x", None, 5, [5]):
        reply = crm.call(f"crm.{noun}.productrows.set", id=number, rows=rows)
        assert refused(reply) == (400, "", "The parameter rows must be array.")


@pytest.mark.parametrize("noun", NOUNS)
@pytest.mark.parametrize(
    ("row", "start", "end"),
    [
        ({"DISCOUNT_TYPE_ID": 2}, "Discount Rate", "is defined<br>"),
        ({"DISCOUNT_TYPE_ID": 2, "DISCOUNT_RATE": 100}, "Discount Sum", "is 100%<br>"),
        ({"DISCOUNT_TYPE_ID": 1}, "Discount Sum", "is defined<br>"),
    ],
)
def test_discount_that_is_not_whole_is_refused(crm: Client, noun: str, row: dict, start: str, end: str) -> None:
    number = crm.call(f"crm.{noun}.add", fields={}).result
    status, code, text = refused(crm.call(f"crm.{noun}.productrows.set", id=number, rows=[{"PRICE": 1}, row]))
    assert (status, code) == (400, "ERROR_CORE")
    assert text.startswith(start)
    assert text.endswith(end)
    assert crm.call(f"crm.{noun}.productrows.get", id=number).result == []
