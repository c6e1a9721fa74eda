"""What the CRM keeps: leads, deals, contacts and companies, the kinds of their fields, and their multifields."""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any


class EntityType(IntEnum):
    """What an object of the CRM is; the numbers are those of the API."""

    LEAD = 1
    DEAL = 2
    CONTACT = 3
    COMPANY = 4

    @property
    def letter(self) -> str:
        """The type as rows of products name it."""
        return {EntityType.LEAD: "L", EntityType.DEAL: "D", EntityType.CONTACT: "C", EntityType.COMPANY: "CO"}[self]

    @classmethod
    def named(cls, text: str) -> "EntityType | None":
        """Return the type of a name in any case, or None."""
        return cls.__members__.get(text.strip().upper())


class Kind(StrEnum):
    """What a field holds, in the names of the API."""

    INTEGER = "integer"
    STRING = "string"
    DOUBLE = "double"
    CHAR = "char"
    DATE = "date"
    DATETIME = "datetime"
    FILE = "file"
    USER = "user"
    STATUS = "crm_status"
    CURRENCY = "crm_currency"
    CATEGORY = "crm_category"
    LEAD = "crm_lead"
    CONTACT = "crm_contact"
    COMPANY = "crm_company"
    QUOTE = "crm_quote"
    LOCATION = "location"
    MULTIFIELD = "crm_multifield"


TEXTS = frozenset({Kind.STRING, Kind.CHAR, Kind.DATE, Kind.STATUS, Kind.CURRENCY, Kind.LOCATION})
OBJECTS = {Kind.LEAD: EntityType.LEAD, Kind.CONTACT: EntityType.CONTACT, Kind.COMPANY: EntityType.COMPANY}


class Flag(StrEnum):
    """What is special about a field."""

    REQUIRED = "required"
    READ_ONLY = "read-only"
    IMMUTABLE = "immutable"
    MULTIPLE = "multiple"
    DEPRECATED = "deprecated"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an object; `directory` lists the values of a status, `longest` is how long a text may be."""

    name: str
    kind: Kind
    title: str
    flags: frozenset[Flag] = frozenset()
    directory: str = ""
    longest: int = 255

    @property
    def read_only(self) -> bool:
        """Callers do not set it."""
        return Flag.READ_ONLY in self.flags

    @property
    def multiple(self) -> bool:
        """It has several values, which are rows of their own."""
        return Flag.MULTIPLE in self.flags

    @property
    def is_text(self) -> bool:
        """Its values are kept and compared as texts."""
        return self.kind in TEXTS


class MultiType(StrEnum):
    """What a multifield leads to."""

    PHONE = "PHONE"
    EMAIL = "EMAIL"
    WEB = "WEB"
    IM = "IM"
    LINK = "LINK"


IMOL = "imol|"  # stands before a dialog's user code in an IM multifield


@dataclass(frozen=True, slots=True)
class Multifield:
    """One telephone, e-mail address, site or messenger of an object; `normal` is what searches compare."""

    type: MultiType
    value: str
    normal: str
    value_type: str = "WORK"
    id: int = 0


@dataclass(frozen=True, slots=True)
class CrmObject:
    """A lead, deal, contact or company, its values by the names of its fields."""

    type: EntityType
    id: int
    values: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)


@dataclass(frozen=True, slots=True)
class ProductRow:
    """What is sold by a lead or a deal: one row of its products; prices are of one unit."""

    product_id: int
    product_name: str
    price: float
    price_exclusive: float
    price_netto: float
    price_brutto: float
    quantity: float
    discount_type_id: int
    discount_rate: float
    discount_sum: float
    tax_rate: float | None
    tax_included: bool
    measure_code: int
    measure_name: str
    sort: int
    id: int = 0
