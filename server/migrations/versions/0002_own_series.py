"""A kiosk's own series, the dossier of a ticket, boxes of facts, answers to the questionnaire, seals.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    with op.batch_alter_table("ticket") as ticket:
        ticket.add_column(sa.Column("series", sa.Text, nullable=False, server_default=""))
        ticket.add_column(sa.Column("dossier", sa.Text))
        # `A2-017` of a kiosk's own series and `A017` of the hall's have one letter and one ordinal.
        ticket.drop_constraint("one_number_a_day", type_="unique")
        ticket.create_unique_constraint("one_number_a_day", ["day", "number"])
    op.add_column("fact", sa.Column("box", sa.Text, nullable=False, server_default=""))
    op.add_column("rating", sa.Column("answers", sa.Text))
    op.add_column("event", sa.Column("seal", sa.Text))


def downgrade() -> None:
    op.drop_column("event", "seal")
    op.drop_column("rating", "answers")
    op.drop_column("fact", "box")
    with op.batch_alter_table("ticket") as ticket:
        ticket.drop_constraint("one_number_a_day", type_="unique")
        ticket.create_unique_constraint("one_number_a_day", ["day", "letter", "ordinal"])
        ticket.drop_column("dossier")
        ticket.drop_column("series")
