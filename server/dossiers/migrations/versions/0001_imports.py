"""The register as it was before it had migrations: the last import, drafts and approved late lists."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "dossier",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("authority", sa.Text, nullable=False),
        sa.Column("procedure", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("received", sa.Text, nullable=False),
        sa.Column("due", sa.Text),
        sa.Column("resolved", sa.Text),
        sa.Column("returned", sa.Text),
        sa.Column("counter", sa.Text, nullable=False),
    )
    op.create_index("ix_dossier_status", "dossier", ["status"])
    op.create_table(
        "import",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("known_at", sa.Text, nullable=False),
        sa.Column("begins", sa.Text),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("changes", sa.Text, nullable=False),
    )
    op.create_table(
        "draft",
        sa.Column("token", sa.Text, primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("known_at", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "publication",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("month", sa.Text, nullable=False),
        sa.Column("units", sa.Text, nullable=False),
        sa.Column("approved_by", sa.Text, nullable=False),
        sa.Column("approved_at", sa.Text, nullable=False),
        sa.Column("withdrawn_by", sa.Text),
        sa.Column("withdrawn_at", sa.Text),
    )


def downgrade() -> None:
    op.drop_table("publication")
    op.drop_table("draft")
    op.drop_table("import")
    op.drop_table("dossier")
