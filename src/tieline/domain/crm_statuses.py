"""Directories of the CRM: stages of leads and deals, sources, types, and the entries that each portal begins with."""

from dataclasses import dataclass

LEAD_STAGES = "STATUS"
DEAL_STAGES = "DEAL_STAGE"
SOURCES = "SOURCE"
IN_PROCESS, SUCCESS, FAILURE = "P", "S", "F"
STEP = 10  # between one entry's place and the next one's


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
