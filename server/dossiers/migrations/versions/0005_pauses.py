"""When dossiers waited for their citizens: what was overdue in a month stays so when one waits later."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "pause",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("begins", sa.Text, primary_key=True),
        sa.Column("ends", sa.Text),
        sqlite_with_rowid=False,
    )
    op.execute("DELETE FROM fact WHERE key = 'zone'")  # pauses are worked out, and sums made anew


def downgrade() -> None:
    op.drop_table("pause")
