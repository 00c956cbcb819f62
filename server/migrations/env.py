"""Alembic's entry: migrations run on the connection that the store opened, in its transaction."""

from alembic import context

from server.store import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
