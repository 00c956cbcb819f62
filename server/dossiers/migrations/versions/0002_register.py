"""The full register: histories and legs, people apart, facts of our own, sums."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("dossier", sa.Column("procedure_code", sa.Text, nullable=False, server_default=""))
    op.add_column("dossier", sa.Column("field", sa.Text, nullable=False, server_default=""))
    op.add_column("dossier", sa.Column("channel", sa.Text))
    op.add_column("dossier", sa.Column("officer", sa.Text, nullable=False, server_default=""))
    op.add_column("dossier", sa.Column("limit", sa.Text, nullable=False, server_default=""))
    op.add_column("dossier", sa.Column("complete", sa.Text))
    op.add_column("dossier", sa.Column("fee", sa.Integer))
    op.add_column("dossier", sa.Column("paid", sa.Boolean))
    op.add_column("dossier", sa.Column("recorded", sa.Text))
    op.add_column("dossier", sa.Column("reappointed", sa.Integer, nullable=False, server_default="0"))
    op.add_column("dossier", sa.Column("first_due", sa.Text))
    op.add_column("dossier", sa.Column("group", sa.Text, nullable=False, server_default=""))
    op.add_column("dossier", sa.Column("due_by_us", sa.Boolean, nullable=False, server_default="0"))
    op.add_column("dossier", sa.Column("source", sa.Text, nullable=False, server_default=""))
    op.add_column("dossier", sa.Column("over", sa.Text))
    op.add_column("dossier", sa.Column("judged", sa.Text))
    op.add_column("dossier", sa.Column("asked", sa.Integer, nullable=False, server_default="0"))
    op.create_table(
        "step",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("at", sa.Text, primary_key=True),
        sa.Column("status", sa.Text, primary_key=True),
        sa.Column("authority", sa.Text, nullable=False),
        sa.Column("officer", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "leg",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True),
        sa.Column("authority", sa.Text, primary_key=True),
        sa.Column("given", sa.Text),
        sa.Column("due", sa.Text),
        sa.Column("done", sa.Text),
        sa.Column("note", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    undone = sa.text("done IS NULL")
    op.create_index("leg_open", "leg", ["due", "authority", "code"], sqlite_where=undone)
    op.create_table(
        "applicant",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("phone", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("id_seal", sa.Text, nullable=False),
        sa.Column("secret_seal", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_applicant_phone", "applicant", ["phone"])
    op.create_index("ix_applicant_id_seal", "applicant", ["id_seal"])
    op.create_table(
        "forgotten",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "handover",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("ticket", sa.Text, primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("counter", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
    )
    op.create_index("ix_handover_at", "handover", ["at"])
    op.create_table(
        "reappointment",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("old_due", sa.Text, nullable=False),
        sa.Column("new_due", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("letter_at", sa.Text),
    )
    op.create_table(
        "printed",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("due", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("due", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("mail", sa.Integer),
        sa.UniqueConstraint("code", "step", "due", "recipient"),
        sqlite_autoincrement=True,
    )
    op.create_index("reminder_mail", "reminder", ["mail"])
    op.create_table(
        "mail",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("to", sa.Text, nullable=False),
        sa.Column("message_id", sa.Text, nullable=False, unique=True),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_at", sa.Text, nullable=False),
        sa.Column("error", sa.Text),
        sqlite_autoincrement=True,
    )
    op.create_index("mail_waiting", "mail", ["next_at"], sqlite_where=sa.text("state = 'waiting'"))
    op.create_index("mail_recipient", "mail", ["recipient", "at"])
    op.create_table(
        "sum",
        sa.Column("dimension", sa.Text, primary_key=True),
        sa.Column("span", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "entered",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("span", sa.Text, primary_key=True),
        sa.Column("authority", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("hundredths", sa.Integer, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fact",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "source",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("mapping", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
    )
    op.create_table(
        "refusal",
        sa.Column("token", sa.Text, primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "sent",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("answer", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "late_note",
        sa.Column("period", sa.Text, primary_key=True),
        sa.Column("authority", sa.Text, primary_key=True),
        sa.Column("officer", sa.Text, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tidying",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("began", sa.Text, nullable=False),
        sa.Column("ended", sa.Text, nullable=False),
        sa.Column("counts", sa.Text, nullable=False),
    )
    op.add_column("publication", sa.Column("sheet", sa.Text))
    op.add_column("publication", sa.Column("officers", sa.Boolean, nullable=False, server_default="0"))
    op.add_column("publication", sa.Column("replaces", sa.Integer))
    op.add_column("publication", sa.Column("approver", sa.Text, nullable=False, server_default=""))
    op.add_column("import", sa.Column("source", sa.Text, nullable=False, server_default=""))
    held = ["due", "authority", "officer", "status", "reappointed", "code", "over", "received"]
    op.create_index("dossier_open", "dossier", held, sqlite_where=sa.text("over IS NULL"))
    ended = sa.text("over IS NOT NULL")
    over = ["over", "judged", "received", "authority"]
    op.create_index("dossier_over", "dossier", over, sqlite_where=ended)
    judged = ["authority", "judged", "over", "received"]
    op.create_index("dossier_judged", "dossier", judged, sqlite_where=ended)
    asked_for = sa.text("status = 'awaiting_supplement'")
    op.create_index("step_supplement", "step", ["code"], sqlite_where=asked_for)
    asked = sa.text("asked > 0")
    op.create_index("dossier_asked", "dossier", ["over", "received"], sqlite_where=asked)
    op.create_index("dossier_received", "dossier", ["received"])
    op.create_index("dossier_source", "dossier", ["source"])
    op.create_index("dossier_authority", "dossier", ["authority", "received"])
    named = sa.text("officer != ''")
    op.create_index("dossier_officer", "dossier", ["officer", "received"], sqlite_where=named)
    op.create_index("dossier_group", "dossier", ["group"], sqlite_where=sa.text("\"group\" != ''"))


def downgrade() -> None:
    for name in ("open", "over", "judged", "asked", "received", "source", "authority", "officer", "group"):
        op.drop_index(f"dossier_{name}")
    op.drop_column("import", "source")
    for name in ("approver", "replaces", "officers", "sheet"):
        op.drop_column("publication", name)
    op.drop_table("tidying")
    op.drop_table("late_note")
    op.drop_table("sent")
    op.drop_table("refusal")
    op.drop_table("source")
    op.drop_table("fact")
    op.drop_table("entered")
    op.drop_table("sum")
    op.drop_table("mail")
    op.drop_table("reminder")
    op.drop_table("printed")
    op.drop_table("reappointment")
    op.drop_table("handover")
    op.drop_table("forgotten")
    op.drop_table("applicant")
    op.drop_table("leg")
    op.drop_table("step")
    op.drop_column("dossier", "asked")
    op.drop_column("dossier", "judged")
    op.drop_column("dossier", "over")
    op.drop_column("dossier", "source")
    op.drop_column("dossier", "due_by_us")
    op.drop_column("dossier", "group")
    op.drop_column("dossier", "first_due")
    op.drop_column("dossier", "reappointed")
    op.drop_column("dossier", "recorded")
    op.drop_column("dossier", "paid")
    op.drop_column("dossier", "fee")
    op.drop_column("dossier", "complete")
    op.drop_column("dossier", "limit")
    op.drop_column("dossier", "officer")
    op.drop_column("dossier", "channel")
    op.drop_column("dossier", "field")
    op.drop_column("dossier", "procedure_code")
