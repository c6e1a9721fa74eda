"""Products of leads and deals: their prices put together from what a request gives, and the amount that follows."""

from typing import Any

from tieline.domain.crm import CrmObject, EntityType, ProductRow
from tieline.domain.user_fields import plain, read_decimal, read_flag, read_number
from tieline.services import crm
from tieline.services.call import Call
from tieline.store import crm_product_rows as store

ABSOLUTE, PERCENT = 1, 2
WHOLE = 100.0
MAX_NAME = 255


class RateMissing(Exception):
    """A discount in percent needs its rate."""


class SumOfWholeMissing(Exception):
    """A discount of all of the price needs its sum."""


class SumMissing(Exception):
    """An absolute discount needs its sum."""


def get(call: Call, entity: EntityType, entity_id: int) -> list[ProductRow]:
    """Return the products of a lead or a deal."""
    crm.get(call, entity, entity_id)
    return store.list_rows(call.tx, call.portal_id, entity, entity_id)


def replace(call: Call, entity: EntityType, entity_id: int, rows: list[dict[str, Any]]) -> None:
    """Let a lead or a deal sell these products and no others; its amount follows, unless it is set by hand."""
    before = crm.lock(call, entity, entity_id)
    made = [_row(row) for row in rows]
    store.set_rows(call.tx, call.portal_id, entity, entity_id, made)
    kept = CrmObject(entity, entity_id, before.values | ({} if made else _nothing(before)))
    crm.keep(call, CrmObject(entity, entity_id, kept.values | crm.amount(call, kept)), before)


def _nothing(before: CrmObject) -> dict[str, Any]:
    return {} if before["IS_MANUAL_OPPORTUNITY"] == "Y" else {"OPPORTUNITY": 0.0}


def _number(row: dict[str, Any], name: str) -> float | None:
    """Read a number; what is none is passed over."""
    given = row.get(name)
    if isinstance(given, dict | list) or given in (None, ""):
        return None
    try:
        return read_decimal(plain(given))
    except ValueError:
        return None


def _integer(row: dict[str, Any], name: str, default: int = 0) -> int:
    given = row.get(name)
    try:
        return default if isinstance(given, dict | list) or given in (None, "") else read_number(plain(given))
    except ValueError:
        return default


def _text(row: dict[str, Any], name: str) -> str:
    given = row.get(name)
    return "" if isinstance(given, dict | list) else plain(given)[:MAX_NAME]


def _check_discount(row: dict[str, Any]) -> int:
    kind = _integer(row, "DISCOUNT_TYPE_ID")
    rate, amount = _number(row, "DISCOUNT_RATE"), _number(row, "DISCOUNT_SUM")
    if kind == PERCENT and rate is None:
        raise RateMissing
    if kind == PERCENT and rate == WHOLE and amount is None:
        raise SumOfWholeMissing
    if kind == ABSOLUTE and amount is None:
        raise SumMissing
    return kind if kind == ABSOLUTE else PERCENT


def _row(row: dict[str, Any]) -> ProductRow:
    """Make a row; a price that is not given follows from PRICE, the discount and the tax."""
    kind, tax = _check_discount(row), _number(row, "TAX_RATE")
    price, factor = _number(row, "PRICE"), 1 + max(tax or 0.0, 0.0) / WHOLE
    exclusive = _number(row, "PRICE_EXCLUSIVE")
    if exclusive is None:
        exclusive = (price or 0.0) / factor
    rate, discount = _number(row, "DISCOUNT_RATE") or 0.0, _number(row, "DISCOUNT_SUM") or 0.0
    netto = _number(row, "PRICE_NETTO")
    if netto is None:
        netto = exclusive / (1 - rate / WHOLE) if kind == PERCENT and rate < WHOLE else exclusive + discount
    brutto = _number(row, "PRICE_BRUTTO")
    quantity = _number(row, "QUANTITY")
    return ProductRow(
        product_id=_integer(row, "PRODUCT_ID"),
        product_name=_text(row, "PRODUCT_NAME"),
        price=_rounded(exclusive * factor if price is None else price),
        price_exclusive=_rounded(exclusive),
        price_netto=_rounded(netto),
        price_brutto=_rounded(netto * factor if brutto is None else brutto),
        quantity=1.0 if quantity is None else quantity,
        discount_type_id=kind,
        discount_rate=_rounded(discount / netto * WHOLE if kind == ABSOLUTE and netto else rate),
        discount_sum=_rounded(discount or netto - exclusive),
        tax_rate=tax,
        tax_included=_flag(row),
        measure_code=_integer(row, "MEASURE_CODE"),
        measure_name=_text(row, "MEASURE_NAME"),
        sort=_integer(row, "SORT"),
    )


def _flag(row: dict[str, Any]) -> bool:
    try:
        return read_flag(_text(row, "TAX_INCLUDED"))
    except ValueError:
        return False


def _rounded(value: float) -> float:
    return round(value, 4)
