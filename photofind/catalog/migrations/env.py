"""What Alembic runs to migrate: on the connection of `opening.py`, in its transaction."""

from alembic import context

from photofind.catalog.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
