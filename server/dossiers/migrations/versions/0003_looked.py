"""Which reminders somebody has seen on the screen."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "looked",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("recipient", sa.Text, primary_key=True),
        sa.Column("reminder", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
