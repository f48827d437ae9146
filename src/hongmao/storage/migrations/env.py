"""What Alembic runs around a migration. The connection is given by `Database`, transaction included."""

from __future__ import annotations

from alembic import context

from hongmao.storage.base import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=True,
    render_as_batch=True,  # SQLite alters a table by copying it
)
with context.begin_transaction():
    context.run_migrations()
