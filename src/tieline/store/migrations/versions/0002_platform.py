"""What applications and departments need: access, options, placements, OAuth codes, offline events, user fields."""

from alembic import op

from tieline.store.migrations.tables import columns, index, keyed, table

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add what applications need."""
    op.execute("create table first_portal (claimed bigint not null primary key)")
    columns(
        "apps",
        "kind text not null default 'local'",
        "status text not null default 'L'",
        "previous_version bigint not null default 0",
        "paid_until bigint",
        "removed_at bigint",
    )
    keyed("app_access", "app_id bigint not null, user_id bigint not null", "app_id, user_id")
    keyed(
        "app_options",
        "app_id bigint not null, user_id bigint not null, name text not null, value text not null",
        "app_id, user_id, name",
    )
    keyed("app_launches", "app_id bigint not null, user_id bigint not null", "app_id, user_id")
    keyed(
        "oauth_codes",
        """hash text not null, app_id bigint not null, user_id bigint not null, expires_at bigint not null,
        used_at bigint""",
        "hash",
    )
    index("tokens_app", "tokens app_id")
    table(
        "placements",
        """app_id bigint not null, code text not null, handler text not null, user_id bigint not null,
        title text not null, description text not null, group_name text not null, languages text not null,
        options text not null, created_at bigint not null""",
    )
    index("placements_code", "placements code, app_id")
    table(
        "offline_events",
        """app_id bigint not null, connector text not null, event text not null, subject text not null,
        fact text, data text, changed_at bigint not null, process_id text not null, reserved_at bigint,
        failed bigint not null""",
    )
    index("offline_events_subject", "offline_events app_id, connector, event, subject", "process_id = ''", unique=True)
    index("offline_events_queue", "offline_events app_id, connector, changed_at, id", "process_id = ''")
    index("offline_events_process", "offline_events app_id, process_id", "process_id <> ''")
    columns("bindings", "notified_at bigint not null default 0")
    columns("users", "second_name text not null default ''")
    keyed(
        "user_values",
        """user_id bigint not null, name text not null, position bigint not null, value text not null,
        number double precision""",
        "user_id, name, position",
    )
    table(
        "departments",
        """name text not null, sort bigint not null, parent_id bigint not null, head_id bigint not null,
        created_at bigint not null""",
    )
    index("departments_parent", "departments parent_id")
    keyed(
        "department_members",
        "department_id bigint not null, user_id bigint not null, position bigint not null",
        "user_id, department_id",
    )
    index("department_members_department", "department_members department_id, user_id")
    table(
        "user_fields",
        """name text not null, type text not null, xml_id text, sort bigint not null, multiple bigint not null,
        mandatory bigint not null, show_filter text not null, show_in_list bigint not null,
        edit_in_list bigint not null, is_searchable bigint not null, settings text not null, labels text not null""",
    )
    index("user_fields_name", "user_fields name", unique=True)
    table(
        "user_field_items",
        """field_id bigint not null, sort bigint not null, value text not null, is_default bigint not null,
        xml_id text not null""",
    )
    index("user_field_items_field", "user_field_items field_id, sort, id")
    op.execute(
        """insert into departments (portal_id, name, sort, parent_id, head_id, created_at)
        select id, name, 500, 0, 0, created_at from portals"""
    )
    op.execute(
        """insert into department_members (portal_id, department_id, user_id, position)
        select u.portal_id, d.id, u.id, 0 from users u join departments d on d.portal_id = u.portal_id
        where u.kind = 'person'"""
    )
