"""Alembic's environment: one connection, one transaction."""

from alembic import context
from sqlalchemy import create_engine, pool, text

engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
with engine.connect() as connection:
    if connection.dialect.name == "sqlite":
        connection.execute(text("pragma journal_mode = wal"))
        connection.commit()
    else:  # several servers may start at once
        connection.execute(text("select pg_advisory_lock(7413221)"))
        connection.commit()
    context.configure(connection=connection, target_metadata=None, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
engine.dispose()
