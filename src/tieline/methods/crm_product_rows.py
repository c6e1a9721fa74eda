"""crm.lead.productrows.* and crm.deal.productrows.*: what leads and deals sell."""

from typing import Annotated, Any

from tieline.api.faults import Dialect, Fault
from tieline.api.method import Doc, Family, Spelled
from tieline.domain.crm import EntityType, ProductRow
from tieline.methods.crm import MISSING, Id, positive
from tieline.services import crm_product_rows
from tieline.services.call import Call

WRONG_ID = Fault("", "The parameter id is invalid or not defined.")
WRONG_ROWS = Fault("", "The parameter rows must be array.")
RATE_MISSING = Fault(
    "ERROR_CORE",
    "Discount Rate (DISCOUNT_RATE) is required if Percentage Discount Type (DISCOUNT_TYPE_ID) is defined<br>",
)
SUM_OF_WHOLE_MISSING = Fault(
    "ERROR_CORE",
    "Discount Sum (DISCOUNT_SUM) is required if Percentage Discount Type (DISCOUNT_TYPE_ID) is defined"
    " and Discount Rate (DISCOUNT_RATE) is 100%<br>",
)
SUM_MISSING = Fault(
    "ERROR_CORE",
    "Discount Sum (DISCOUNT_SUM) is required if Monetary Discount Type (DISCOUNT_TYPE_ID) is defined<br>",
)


def _wrong(name: str, _: object = None) -> Fault:
    return WRONG_ROWS if name.upper() == "ROWS" else WRONG_ID


family = Family(scopes=("crm",), dialect=Dialect(missing=_wrong, wrong=_wrong))
ERRORS = MISSING | {
    crm_product_rows.RateMissing: RATE_MISSING,
    crm_product_rows.SumOfWholeMissing: SUM_OF_WHOLE_MISSING,
    crm_product_rows.SumMissing: SUM_MISSING,
}
Rows = Annotated[
    list[dict[str, Any]],
    Doc("Products, each with PRODUCT_NAME or PRODUCT_ID, PRICE, QUANTITY, discount, tax and measure."),
    Spelled("rows"),
]


def _plain(value: float | None) -> float | int | None:
    return int(value) if value is not None and value.is_integer() else value


def _view(entity: EntityType, entity_id: int, row: ProductRow) -> dict[str, Any]:
    return {
        "ID": str(row.id),
        "OWNER_ID": str(entity_id),
        "OWNER_TYPE": entity.letter,
        "PRODUCT_ID": row.product_id,
        "PRODUCT_NAME": row.product_name,
        "ORIGINAL_PRODUCT_NAME": row.product_name,
        "PRODUCT_DESCRIPTION": None,
        "PRICE": _plain(row.price),
        "PRICE_EXCLUSIVE": _plain(row.price_exclusive),
        "PRICE_NETTO": _plain(row.price_netto),
        "PRICE_BRUTTO": _plain(row.price_brutto),
        "PRICE_ACCOUNT": f"{row.price:.2f}",
        "QUANTITY": _plain(row.quantity),
        "DISCOUNT_TYPE_ID": row.discount_type_id,
        "DISCOUNT_RATE": _plain(row.discount_rate),
        "DISCOUNT_SUM": _plain(row.discount_sum),
        "TAX_RATE": _plain(row.tax_rate),
        "TAX_INCLUDED": "Y" if row.tax_included else "N",
        "CUSTOMIZED": "Y",
        "MEASURE_CODE": row.measure_code,
        "MEASURE_NAME": row.measure_name,
        "SORT": row.sort,
        "XML_ID": "",
        "TYPE": 1,
        "STORE_ID": None,
        "RESERVE_ID": None,
        "DATE_RESERVE_END": None,
        "RESERVE_QUANTITY": None,
    }


def _get(call: Call, entity: EntityType, entity_id: int) -> list[dict[str, Any]]:
    rows = crm_product_rows.get(call, entity, positive(entity_id, WRONG_ID))
    return [_view(entity, entity_id, row) for row in rows]


@family.method("crm.lead.productrows.get", errors=MISSING)
def lead_rows_get(call: Call, *, id: Id) -> list[dict[str, Any]]:  # noqa: A002 - the request's own name
    """Return the products of a lead."""
    return _get(call, EntityType.LEAD, id)


@family.method("crm.lead.productrows.set", writes=True, errors=ERRORS, may_be_empty=("rows",))
def lead_rows_set(call: Call, *, id: Id, rows: Rows) -> bool:  # noqa: A002 - the request's own name
    """Let a lead sell these products and no others."""
    crm_product_rows.replace(call, EntityType.LEAD, positive(id, WRONG_ID), rows)
    return True


@family.method("crm.deal.productrows.get", errors=MISSING)
def deal_rows_get(call: Call, *, id: Id) -> list[dict[str, Any]]:  # noqa: A002 - the request's own name
    """Return the products of a deal."""
    return _get(call, EntityType.DEAL, id)


@family.method("crm.deal.productrows.set", writes=True, errors=ERRORS, may_be_empty=("rows",))
def deal_rows_set(call: Call, *, id: Id, rows: Rows) -> bool:  # noqa: A002 - the request's own name
    """Let a deal sell these products and no others."""
    crm_product_rows.replace(call, EntityType.DEAL, positive(id, WRONG_ID), rows)
    return True
