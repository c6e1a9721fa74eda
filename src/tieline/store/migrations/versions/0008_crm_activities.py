"""What the CRM remembers of its objects: comments, activities, their files; fields by which duplicates are found."""

from tieline.store.migrations.tables import index, keyed, table

revision = "0008"
down_revision = "0007"

TEXTS = """provider_id provider_type_id provider_group_id subject completed description location settings originator_id
origin_id origin_version provider_params provider_data result_currency_id result_source_id is_incoming_channel"""
NUMBERS = """associated_entity_id created last_updated start_time end_time deadline status responsible_id priority
notify_type notify_value description_type direction author_id editor_id result_mark result_status result_stream
autocomplete_rule app_id"""


def _columns(names: str, kind: str) -> str:
    return ", ".join(f"{name} {kind}" for name in names.split())


def upgrade() -> None:
    """Add comments, activities, attachments and fields of duplicates."""
    table(
        "crm_comments",
        """entity_type bigint not null, entity_id bigint not null, author_id bigint not null, comment text not null,
        created_at bigint not null""",
    )
    index("crm_comments_entity", "crm_comments entity_type, entity_id, id")
    table(
        "crm_activities",
        f"""owner_type_id bigint not null, owner_id bigint not null, type_id bigint not null,
        {_columns(TEXTS, "text")}, {_columns(NUMBERS, "bigint")}, result_value double precision,
        result_sum double precision""",
    )
    index("crm_activities_owner", "crm_activities owner_type_id, owner_id, id")
    index("crm_activities_start", "crm_activities start_time, id")
    index("crm_activities_responsible", "crm_activities responsible_id, id")
    index("crm_activities_associated", "crm_activities provider_id, associated_entity_id", "associated_entity_id > 0")
    index("crm_activities_origin", "crm_activities origin_id, originator_id", "origin_id is not null")
    keyed(
        "crm_activity_bindings",
        "activity_id bigint not null, owner_type_id bigint not null, owner_id bigint not null",
        "activity_id, owner_type_id, owner_id",
    )
    index("crm_activity_bindings_owner", "crm_activity_bindings owner_type_id, owner_id, activity_id")
    table(
        "crm_communications",
        """activity_id bigint not null, entity_type_id bigint not null, entity_id bigint not null, type text not null,
        value text not null""",
    )
    index("crm_communications_activity", "crm_communications activity_id, id")
    keyed(
        "crm_attachments",
        "holder text not null, holder_id bigint not null, file_id bigint not null, width bigint, height bigint",
        "holder, holder_id, file_id",
    )
    table("crm_duplicate_fields", "entity_type bigint not null, field_code text not null")
    index("crm_duplicate_fields_code", "crm_duplicate_fields entity_type, field_code", unique=True)
