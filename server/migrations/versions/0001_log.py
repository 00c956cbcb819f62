"""The log, its outcomes, and the tables that reports read."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "event",
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("day", sa.Text),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("command", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("ticket", sa.Text),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("ix_event_day", "event", ["day"])
    op.create_index("ix_event_command", "event", ["command"])
    op.create_index("ix_event_ticket", "event", ["ticket"])
    op.create_table(
        "command",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("refusal", sa.Text),
        sa.Column("result", sa.Text, nullable=False),
    )
    op.create_table(
        "fact",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
    )
    op.create_table(
        "ticket",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("letter", sa.Text, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("klass", sa.Text, nullable=False),
        sa.Column("lang", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("token", sa.Text, nullable=False, unique=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("counter", sa.Text),
        sa.Column("officer", sa.Text),
        sa.Column("issued_at", sa.Text, nullable=False),
        sa.Column("called_at", sa.Text),
        sa.Column("last_called_at", sa.Text),
        sa.Column("started_at", sa.Text),
        sa.Column("ended_at", sa.Text),
        sa.Column("recalls", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("paper", sa.Text),
        sa.Column("level", sa.Integer),
        sa.UniqueConstraint("day", "letter", "ordinal", name="one_number_a_day"),
    )
    op.create_index("ticket_day_service", "ticket", ["day", "service"])
    op.create_table(
        "rating",
        sa.Column("ticket", sa.Text, primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("counter", sa.Text, nullable=False),
        sa.Column("officer", sa.Text),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("levels", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text),
    )
    op.create_index("ix_rating_day", "rating", ["day"])
    op.create_table(
        "snapshot",
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "fixed",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )


def downgrade() -> None:
    for name in ("fixed", "snapshot", "rating", "ticket", "fact", "command", "event"):
        op.drop_table(name)
