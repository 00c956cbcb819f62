"""Which import of a source was its last, without a look at the others."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_index("import_source", "import", ["source"])


def downgrade() -> None:
    op.drop_index("import_source", "import")
