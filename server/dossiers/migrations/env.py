"""Alembic's entry: migrations run on the connection that the register opened, in its transaction."""

from alembic import context

from server.dossiers.rows import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
