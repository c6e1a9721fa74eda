"""Directories of the CRM: stages of leads and deals, sources, types, and the entries that each portal begins with."""

import re
from dataclasses import dataclass, replace

LEAD_STAGES = "STATUS"
DEAL_STAGES = "DEAL_STAGE"
SOURCES = "SOURCE"
IN_PROCESS, SUCCESS, FAILURE = "P", "S", "F"
STEP = 10  # between one entry's place and the next one's
DIRECTORIES = {
    LEAD_STAGES: "Lead stages",
    SOURCES: "Sources",
    "CONTACT_TYPE": "Contact types",
    "COMPANY_TYPE": "Company types",
    "EMPLOYEES": "Numbers of employees",
    "INDUSTRY": "Industries",
    "DEAL_TYPE": "Deal types",
    DEAL_STAGES: "Deal stages",
    "HONORIFIC": "Salutations",
}
_FUNNEL = re.compile(r"DEAL_STAGE_([1-9][0-9]{0,8})", re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_LONGEST = {LEAD_STAGES: 21, DEAL_STAGES: 22}
LONGEST_CODE = 50  # with the prefix of a funnel


@dataclass(frozen=True, slots=True)
class Status:
    """An entry of a directory; `semantics` of a final stage is S or F, `system` entries cannot be deleted."""

    entity_id: str
    status_id: str
    name: str
    sort: int
    system: bool = False
    color: str = ""
    semantics: str = ""
    category_id: int | None = None
    name_init: str = ""
    id: int = 0

    @property
    def meaning(self) -> str:
        """What the stage means: in process, success or failure."""
        return self.semantics or IN_PROCESS


def stages_of(category_id: int) -> str:
    """Return the directory of a funnel's stages; 0 is the general one."""
    return f"{DEAL_STAGES}_{category_id}" if category_id else DEAL_STAGES


def funnel_of(entity_id: str) -> int | None:
    """Return the funnel whose stages a directory has, 0 for the general one; None for other directories."""
    if entity_id == DEAL_STAGES:
        return 0
    found = _FUNNEL.fullmatch(entity_id)
    return int(found[1]) if found else None


def has_stages(entity_id: str) -> bool:
    """Tell whether the entries of a directory are stages."""
    return entity_id == LEAD_STAGES or funnel_of(entity_id) is not None


def prefix_of(entity_id: str) -> str:
    """Return what the codes of a directory begin with: those of a funnel name it."""
    funnel = funnel_of(entity_id)
    return f"C{funnel}:" if funnel else ""


def may_be_code(entity_id: str, status_id: str) -> bool:
    """Tell whether an entry of a directory can have this code, which begins with the directory's prefix."""
    own = status_id.removeprefix(prefix_of(entity_id))
    fits = len(status_id) <= _LONGEST.get(entity_id, LONGEST_CODE)
    return bool(own) and fits and (not has_stages(entity_id) or bool(_CODE.fullmatch(own)))


def _entries(entity_id: str, names: dict[str, str]) -> tuple[Status, ...]:
    return tuple(
        Status(entity_id, status_id, name, sort=number * STEP)
        for number, (status_id, name) in enumerate(names.items(), 1)
    )


def _stages(entity_id: str, *rows: tuple[str, str, str, str, bool]) -> tuple[Status, ...]:
    return tuple(
        Status(
            entity_id,
            status_id,
            name,
            sort=number * STEP,
            system=system,
            color=color,
            semantics=semantics,
            category_id=0 if entity_id == DEAL_STAGES else None,
            name_init=name if system else "",
        )
        for number, (status_id, name, color, semantics, system) in enumerate(rows, 1)
    )


def beginning_of(funnel: int, sort: int) -> tuple[Status, ...]:
    """Return the stages of the system that a new funnel has beside its first one, which stands at `sort`."""
    general = {status.status_id: status for status in STANDARD if status.entity_id == DEAL_STAGES}
    last = max(sort, STEP)
    places = {"NEW": STEP, "WON": last + STEP, "LOSE": last + 2 * STEP}
    return tuple(
        replace(
            general[code],
            entity_id=stages_of(funnel),
            status_id=f"C{funnel}:{code}",
            sort=place,
            category_id=funnel,
        )
        for code, place in places.items()
    )


STANDARD: tuple[Status, ...] = (
    *_stages(
        LEAD_STAGES,
        ("NEW", "New", "#39A8EF", "", True),
        ("IN_PROCESS", "In progress", "#2FC6F6", "", False),
        ("PROCESSED", "Processed", "#55D0E0", "", False),
        ("CONVERTED", "Converted", "#7BD500", SUCCESS, True),
        ("JUNK", "Junk", "#FF5752", FAILURE, True),
    ),
    *_stages(
        DEAL_STAGES,
        ("NEW", "New", "#39A8EF", "", True),
        ("PREPARATION", "Preparing documents", "#2FC6F6", "", False),
        ("PREPAYMENT_INVOICE", "Prepayment invoice", "#55D0E0", "", False),
        ("EXECUTING", "In progress", "#47E4C2", "", False),
        ("FINAL_INVOICE", "Final invoice", "#FFA900", "", False),
        ("WON", "Won", "#7BD500", SUCCESS, True),
        ("LOSE", "Lost", "#FF5752", FAILURE, True),
        ("APOLOGY", "Looking for the reason", "#FF5752", FAILURE, False),
    ),
    *_entries(
        SOURCES,
        {
            "CALL": "Call",
            "EMAIL": "E-mail",
            "WEB": "Site",
            "ADVERTISING": "Advertising",
            "PARTNER": "Known customer",
            "RECOMMENDATION": "Recommendation",
            "TRADE_SHOW": "Trade fair",
            "WEBFORM": "Form on a site",
            "CALLBACK": "Callback",
            "RC_GENERATOR": "Sales generator",
            "STORE": "Online shop",
            "OTHER": "Other",
        },
    ),
    *_entries("CONTACT_TYPE", {"CLIENT": "Customer", "SUPPLIER": "Supplier", "PARTNER": "Partner", "OTHER": "Other"}),
    *_entries(
        "COMPANY_TYPE",
        {
            "CUSTOMER": "Customer",
            "SUPPLIER": "Supplier",
            "COMPETITOR": "Competitor",
            "PARTNER": "Partner",
            "OTHER": "Other",
        },
    ),
    *_entries(
        "DEAL_TYPE",
        {
            "SALE": "Sale",
            "COMPLEX": "Complex sale",
            "GOODS": "Goods",
            "SERVICES": "Services",
            "SERVICE": "Maintenance",
        },
    ),
    *_entries(
        "INDUSTRY",
        {
            "IT": "Information technology",
            "TELECOM": "Telecommunication",
            "MANUFACTURING": "Manufacturing",
            "BANKING": "Banking",
            "CONSULTING": "Consulting",
            "FINANCE": "Finance",
            "GOVERNMENT": "Government",
            "DELIVERY": "Delivery",
            "ENTERTAINMENT": "Entertainment",
            "NOTPROFIT": "Non-profit",
            "OTHER": "Other",
        },
    ),
    *_entries(
        "EMPLOYEES",
        {
            "EMPLOYEES_1": "Less than 50",
            "EMPLOYEES_2": "50 to 250",
            "EMPLOYEES_3": "250 to 500",
            "EMPLOYEES_4": "More than 500",
        },
    ),
    *_entries("HONORIFIC", {"HNR_EN_1": "Mr.", "HNR_EN_2": "Ms.", "HNR_EN_3": "Mrs.", "HNR_EN_4": "Dr."}),
)
