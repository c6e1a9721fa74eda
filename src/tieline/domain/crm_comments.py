"""Comments in the timeline of a lead, deal, contact or company."""

from dataclasses import dataclass

from tieline.domain.crm import EntityType


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody wrote about an object of the CRM."""

    entity: EntityType
    entity_id: int
    author_id: int
    text: str
    created_at: int
    id: int = 0
