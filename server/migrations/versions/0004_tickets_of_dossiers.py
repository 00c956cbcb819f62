"""The way from a dossier to its tickets: few have one, and what is held of a person names them.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    some = sa.text("dossier IS NOT NULL")
    op.create_index("ticket_dossier", "ticket", ["dossier"], sqlite_where=some, postgresql_where=some)


def downgrade() -> None:
    op.drop_index("ticket_dossier", "ticket")
