"""The disk: folders share the table and the ids of files; storages, rights, versions and external links."""

from alembic import op

from tieline.store.migrations.tables import columns, index, keyed, table

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Let files lie in folders, and add what the disk knows of them."""
    columns(
        "files",
        "kind text not null default 'file'",
        "storage_id bigint not null default 0",
        "parent_id bigint not null default 0",
        "name_key text",
        "updated_at bigint not null default 0",
        "updated_by bigint not null default 0",
        "deleted_type bigint not null default 0",
        "deleted_at bigint",
        "deleted_by bigint not null default 0",
        "version bigint not null default 1",
        "content_id bigint not null default 0",
    )
    op.execute("update files set updated_at = created_at, updated_by = author_id")
    index("files_parent", "files parent_id, id", "parent_id <> 0")
    index("files_storage", "files storage_id, id", "storage_id <> 0")
    index("files_chat", "files chat_id, id", "chat_id <> 0")
    index("files_name", "files parent_id, name_key", "name_key is not null", unique=True)
    index("files_chat_folder", "files chat_id", "kind = 'folder' and chat_id <> 0", unique=True)
    table(
        "disk_storages",
        """kind text not null, owner_id bigint not null, name text not null, root_id bigint not null,
        created_at bigint not null""",
    )
    index("disk_storages_owner", "disk_storages kind, owner_id", unique=True)
    keyed(
        "disk_rights", "object_id bigint not null, subject text not null, level bigint not null", "object_id, subject"
    )
    index("disk_rights_subject", "disk_rights subject, object_id")
    table(
        "disk_versions",
        """file_id bigint not null, version bigint not null, name text not null, sha256 text not null,
        size bigint not null, created_by bigint not null, created_at bigint not null""",
    )
    index("disk_versions_file", "disk_versions file_id, id")
    keyed(
        "disk_links",
        """object_id bigint not null, code_hash text not null, sealed_code text not null, created_by bigint not null,
        created_at bigint not null""",
        "object_id",
    )
    index("disk_links_code", "disk_links code_hash", unique=True)
