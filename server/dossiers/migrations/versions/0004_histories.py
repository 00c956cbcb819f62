"""Whose history a source told: of all others nobody knows how often somebody was asked for more papers."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("dossier", sa.Column("history", sa.Boolean, nullable=False, server_default="0"))
    # Of what is there nobody noted it; a source that sends its histories again is counted from then on.
    op.execute("DELETE FROM sum WHERE kind IN ('asked_once', 'asked_more')")


def downgrade() -> None:
    op.drop_column("dossier", "history")
