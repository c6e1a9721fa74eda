"""The CRM: leads, deals, contacts, companies, their multifields, links, products and directories; dialogs' bindings."""

from alembic import op
from sqlalchemy import text

from tieline.domain.crm_statuses import STANDARD
from tieline.store.migrations.tables import columns, index, keyed, table

revision = "0004"
down_revision = "0003"


def _texts(names: str) -> str:
    return ", ".join(f"{name} text" for name in names.split())


def _numbers(names: str) -> str:
    return ", ".join(f"{name} bigint" for name in names.split())


def _address(prefix: str) -> str:
    parts = ("", "_2", "_city", "_postal_code", "_region", "_province", "_country", "_country_code")
    return _texts(" ".join(prefix + part for part in parts)) + f", {prefix}_loc_addr_id bigint"


OF_ALL = f"""{_texts("comments opened originator_id origin_id")},
{_texts("utm_source utm_medium utm_campaign utm_content utm_term")}, assigned_by_id bigint not null,
{_numbers("created_by_id modify_by_id date_create date_modify last_activity_time last_activity_by")}"""
REACHED_BY = _texts("has_phone has_email has_imol")
NAMES = _texts("honorific name second_name last_name birthdate post")
MONEY = f"""{_texts("currency_id is_manual_opportunity")}, opportunity double precision,
{_numbers("moved_by_id moved_time company_id contact_id")}"""


def upgrade() -> None:
    """Add what the CRM needs."""
    table(
        "crm_leads",
        f"""{_texts("title company_title source_id source_description status_id status_description")},
        {_texts("status_semantic_id is_return_customer")}, date_closed bigint,
        {NAMES}, {REACHED_BY}, {_address("address")}, {MONEY}, {OF_ALL}""",
    )
    table(
        "crm_deals",
        f"""{_texts("title type_id stage_id stage_semantic_id is_new is_recurring is_return_customer")},
        {_texts("is_repeated_approach begindate closedate closed source_id source_description")},
        {_texts("additional_info location_id")}, {_numbers("category_id probability quote_id lead_id")},
        tax_value double precision, {MONEY}, {OF_ALL}""",
    )
    table(
        "crm_contacts",
        f"""{_texts("type_id source_id source_description export origin_version")},
        {_numbers("photo company_id lead_id")}, {NAMES}, {REACHED_BY}, {_address("address")}, {OF_ALL}""",
    )
    table(
        "crm_companies",
        f"""{_texts("title company_type address_legal banking_details industry employees currency_id")},
        {_texts("is_my_company origin_version last_communication_time")}, revenue double precision,
        {_numbers("logo lead_id")}, {REACHED_BY}, {_address("address")}, {_address("reg_address")}, {OF_ALL}""",
    )
    for name in ("leads", "deals", "contacts", "companies"):
        index(f"crm_{name}_assigned", f"crm_{name} assigned_by_id, id")
        index(f"crm_{name}_modified", f"crm_{name} date_modify, id")
        index(f"crm_{name}_origin", f"crm_{name} origin_id, originator_id", "origin_id is not null")
    for name in ("leads", "deals"):
        index(f"crm_{name}_contact", f"crm_{name} contact_id, id", "contact_id is not null")
    for name in ("leads", "deals", "contacts"):
        index(f"crm_{name}_company", f"crm_{name} company_id, id", "company_id is not null")
    for name in ("deals", "contacts", "companies"):
        index(f"crm_{name}_lead", f"crm_{name} lead_id, id", "lead_id is not null")
    index("crm_leads_status", "crm_leads status_id, id")
    index("crm_deals_stage", "crm_deals category_id, stage_id, id")
    table(
        "crm_multifields",
        """entity_type bigint not null, entity_id bigint not null, type_id text not null, value_type text not null,
        value text not null, normal text not null""",
    )
    index("crm_multifields_entity", "crm_multifields entity_type, entity_id, id")
    index("crm_multifields_normal", "crm_multifields type_id, normal, entity_type, entity_id")
    keyed(
        "crm_links",
        """entity_type bigint not null, entity_id bigint not null, target_type bigint not null,
        target_id bigint not null, position bigint not null""",
        "entity_type, entity_id, target_type, target_id",
    )
    index("crm_links_target", "crm_links target_type, target_id, entity_type, entity_id")
    table(
        "crm_product_rows",
        f"""entity_type bigint not null, entity_id bigint not null, product_id bigint not null,
        product_name text not null, {
            ", ".join(
                f"{name} double precision not null"
                for name in (
                    "price",
                    "price_exclusive",
                    "price_netto",
                    "price_brutto",
                    "quantity",
                    "discount_rate",
                    "discount_sum",
                )
            )
        }, discount_type_id bigint not null, tax_rate double precision, tax_included bigint not null,
        measure_code bigint not null, measure_name text not null, sort bigint not null""",
    )
    index("crm_product_rows_entity", "crm_product_rows entity_type, entity_id, sort, id")
    table(
        "crm_statuses",
        """entity_id text not null, status_id text not null, name text not null, name_init text not null,
        sort bigint not null, system bigint not null, color text not null, semantics text not null,
        category_id bigint""",
    )
    index("crm_statuses_status", "crm_statuses entity_id, status_id", unique=True)
    _begin_directories()
    bindings = ("lead_id", "company_id", "contact_id", "deal_id")
    columns("chats", *(f"{name} bigint not null default 0" for name in bindings))
    for name in bindings:
        index(f"chats_{name.removesuffix('_id')}", f"chats {name}, active_at", f"{name} > 0")


def _begin_directories() -> None:
    """Give portals that are there already the standard directories."""
    insert = text(
        """insert into crm_statuses (portal_id, entity_id, status_id, name, name_init, sort, system, color, semantics,
        category_id) select id, :entity_id, :status_id, :name, :name_init, cast(:sort as bigint),
        cast(:system as bigint), :color, :semantics, cast(:category_id as bigint) from portals"""
    )
    for status in STANDARD:
        op.execute(
            insert.bindparams(
                entity_id=status.entity_id,
                status_id=status.status_id,
                name=status.name,
                name_init=status.name_init,
                sort=status.sort,
                system=int(status.system),
                color=status.color,
                semantics=status.semantics,
                category_id=status.category_id,
            )
        )
