"""The tables of `dossiers.db`, as `server/dossiers/migrations` makes them, and a dossier as a row.

Instants are ISO 8601 in UTC to the second, so that they sort. Columns that are worked out of others when a
row is written stand behind them: `over`, `judged` (`server.dossiers.sums`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa

from server.dossiers.register import Channel, Dossier
from server.dossiers.status import Status

metadata = sa.MetaData()
dossier_table = sa.Table(
    "dossier",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("authority", sa.Text, nullable=False),
    sa.Column("procedure", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False, index=True),
    sa.Column("received", sa.Text, nullable=False),
    sa.Column("due", sa.Text),
    sa.Column("resolved", sa.Text),
    sa.Column("returned", sa.Text),
    sa.Column("counter", sa.Text, nullable=False),
    sa.Column("procedure_code", sa.Text, nullable=False, server_default=""),
    sa.Column("field", sa.Text, nullable=False, server_default=""),
    sa.Column("channel", sa.Text),
    sa.Column("officer", sa.Text, nullable=False, server_default=""),
    sa.Column("limit", sa.Text, nullable=False, server_default=""),
    sa.Column("complete", sa.Text),
    sa.Column("fee", sa.Integer),
    sa.Column("paid", sa.Boolean),
    sa.Column("recorded", sa.Text),
    sa.Column("reappointed", sa.Integer, nullable=False, server_default="0"),
    sa.Column("first_due", sa.Text),
    sa.Column("group", sa.Text, nullable=False, server_default=""),
    sa.Column("due_by_us", sa.Boolean, nullable=False, server_default="0"),
    sa.Column("source", sa.Text, nullable=False, server_default=""),
    sa.Column("over", sa.Text),  # when it was resolved, as it is counted
    sa.Column("judged", sa.Text),  # how the promise was kept, once it is over
    sa.Column("asked", sa.Integer, nullable=False, server_default="0"),  # how often for more papers
    sa.Column("history", sa.Boolean, nullable=False, server_default="0"),  # whether its source told it
)
# What the promises of open dossiers are asked for, without a look at the rows (`server.dossiers.standings`).
sa.Index(
    "dossier_open",
    *(
        dossier_table.c[name]
        for name in ("due", "authority", "officer", "status", "reappointed", "code", "over", "received")
    ),
    sqlite_where=dossier_table.c.over.is_(None),
)
# The dossiers behind a figure (`server.dossiers.reports.behind`), of all and of one authority.
sa.Index(
    "dossier_over",
    *(dossier_table.c[name] for name in ("over", "judged", "received", "authority")),
    sqlite_where=dossier_table.c.over.is_not(None),
)
sa.Index(
    "dossier_judged",
    *(dossier_table.c[name] for name in ("authority", "judged", "over", "received")),
    sqlite_where=dossier_table.c.over.is_not(None),
)
# Of whom more papers were asked (`server.dossiers.reports.on_time`).
sa.Index(
    "dossier_asked",
    dossier_table.c.over,
    dossier_table.c.received,
    sqlite_where=dossier_table.c.asked > 0,
)
sa.Index("dossier_received", dossier_table.c.received)
sa.Index("dossier_source", dossier_table.c.source)
sa.Index("dossier_authority", dossier_table.c.authority, dossier_table.c.received)
sa.Index(
    "dossier_officer",
    dossier_table.c.officer,
    dossier_table.c.received,
    sqlite_where=dossier_table.c.officer != "",
)
sa.Index("dossier_group", dossier_table.c.group, sqlite_where=dossier_table.c.group != "")
# How a dossier stood from when on.
step_table = sa.Table(
    "step",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("at", sa.Text, primary_key=True),
    sa.Column("status", sa.Text, primary_key=True),
    sa.Column("authority", sa.Text, nullable=False),
    sa.Column("officer", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)
# Who was asked for more papers, and how often (`server.dossiers.bringing`).
sa.Index(
    "step_supplement",
    step_table.c.code,
    sqlite_where=step_table.c.status == Status.AWAITING_SUPPLEMENT.value,
)
# When it waited for its citizen (`server.dossiers.pauses`). ends: NULL while it does.
pause_table = sa.Table(
    "pause",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("begins", sa.Text, primary_key=True),
    sa.Column("ends", sa.Text),
    sqlite_with_rowid=False,
)
leg_table = sa.Table(
    "leg",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True),
    sa.Column("authority", sa.Text, primary_key=True),
    sa.Column("given", sa.Text),
    sa.Column("due", sa.Text),
    sa.Column("done", sa.Text),
    sa.Column("note", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)
# Legs that somebody may be late with.
sa.Index(
    "leg_open",
    *(leg_table.c[name] for name in ("due", "authority", "code")),
    sqlite_where=leg_table.c.done.is_(None),
)
# Who somebody is. Nothing else of ours has a person (`server.dossiers.applicants`).
applicant_table = sa.Table(
    "applicant",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("phone", sa.Text, nullable=False, index=True),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("email", sa.Text, nullable=False),
    sa.Column("id_seal", sa.Text, nullable=False, index=True),
    sa.Column("secret_seal", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)
# Whose person was deleted here, so that no import brings it again.
forgotten_table = sa.Table(
    "forgotten",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)
handover_table = sa.Table(
    "handover",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("ticket", sa.Text, primary_key=True),
    sa.Column("at", sa.Text, nullable=False, index=True),
    sa.Column("counter", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
)
reappointment_table = sa.Table(
    "reappointment",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("old_due", sa.Text, nullable=False),
    sa.Column("new_due", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("letter_at", sa.Text),
)
# A due date of ours that stands on a paper which somebody took home.
printed_table = sa.Table(
    "printed",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("due", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)
# Who was told that a promise comes near, or is broken, and of which promise: once a step. mail: the message
# that lists it; NULL: still to be listed in one; 0: there was no address.
reminder_table = sa.Table(
    "reminder",
    metadata,
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
sa.Index("reminder_mail", reminder_table.c.mail)
# Up to which reminder an account has seen what a recipient was told: the later ones are new to it.
looked_table = sa.Table(
    "looked",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("recipient", sa.Text, primary_key=True),
    sa.Column("reminder", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)
# Messages as they are sent, and sent again until a mail server has them: waiting, sent or failed.
mail_table = sa.Table(
    "mail",
    metadata,
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
sa.Index("mail_waiting", mail_table.c.next_at, sqlite_where=mail_table.c.state == "waiting")
sa.Index("mail_recipient", mail_table.c.recipient, mail_table.c.at)
# Sums of what reports count: `span` is a day, dYYYY-MM-DD, a whole month, mYYYY-MM, or a year, yYYYY.
sum_table = sa.Table(
    "sum",
    metadata,
    sa.Column("dimension", sa.Text, primary_key=True),
    sa.Column("span", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)
# What managers put down of authorities: points of an indicator in a quarter, the score of a group in
# a month. hundredths: 1.50 is 150.
entered_table = sa.Table(
    "entered",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("span", sa.Text, primary_key=True),
    sa.Column("authority", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("hundredths", sa.Integer, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)
# What the file itself is made with: the time zone in which the sums' days are.
fact_table = sa.Table(
    "fact",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)
import_table = sa.Table(
    "import",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("known_at", sa.Text, nullable=False),
    sa.Column("begins", sa.Text),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("changes", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False, server_default=""),
    sa.Index("import_source", "source"),
)
# Who brings dossiers, and how they write them (`server.dossiers.mapping`).
source_table = sa.Table(
    "source",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("mapping", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
)
# Why rows of a table were refused: places and reasons, never a cell.
refusal_table = sa.Table(
    "refusal",
    metadata,
    sa.Column("token", sa.Text, primary_key=True),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
# What a source sent by itself, and what it was answered, so that the same message counts once.
sent_table = sa.Table(
    "sent",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("answer", sa.LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
draft_table = sa.Table(
    "draft",
    metadata,
    sa.Column("token", sa.Text, primary_key=True),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("known_at", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
publication_table = sa.Table(
    "publication",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("month", sa.Text, nullable=False),
    sa.Column("units", sa.Text, nullable=False),
    sa.Column("approved_by", sa.Text, nullable=False),
    sa.Column("approved_at", sa.Text, nullable=False),
    sa.Column("withdrawn_by", sa.Text),
    sa.Column("withdrawn_at", sa.Text),
    sa.Column("sheet", sa.Text),  # the figures as they were approved; NULL: `units` are all that was kept
    sa.Column("officers", sa.Boolean, nullable=False, server_default="0"),
    sa.Column("replaces", sa.Integer),
    sa.Column("approver", sa.Text, nullable=False, server_default=""),
)
# What authorities say in writing about their lines of a late list. For staff.
late_note_table = sa.Table(
    "late_note",
    metadata,
    sa.Column("period", sa.Text, primary_key=True),
    sa.Column("authority", sa.Text, primary_key=True),
    sa.Column("officer", sa.Text, primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)
# What the nightly job deleted, by class (`server.dossiers.retention`).
tidying_table = sa.Table(
    "tidying",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("day", sa.Text, nullable=False),
    sa.Column("began", sa.Text, nullable=False),
    sa.Column("ended", sa.Text, nullable=False),
    sa.Column("counts", sa.Text, nullable=False),
)

# A dossier's own columns: those of the struct, in its order.
FIELDS: Final = Dossier.__struct_fields__
_INSTANTS: Final = frozenset({"received", "due", "resolved", "returned", "complete", "recorded", "first_due"})


def row_of(d: Dossier) -> dict[str, Any]:
    """The columns of the struct; what is worked out of them is `server.dossiers.sums`' business."""
    row: dict[str, Any] = {}
    for name in FIELDS:
        value = getattr(d, name)
        row[name] = text_of(value) if name in _INSTANTS and value is not None else value
    row["status"] = d.status.value
    row["channel"] = None if d.channel is None else d.channel.value
    return row


def dossier_of(row: Any) -> Dossier:
    """Of a row that has the struct's columns, whatever else it has."""
    mapped = row._mapping
    values = {name: mapped[name] for name in FIELDS}
    for name in _INSTANTS:
        if values[name] is not None:
            values[name] = instant_of(values[name])
    values["status"] = Status(values["status"])
    if values["channel"] is not None:
        values["channel"] = Channel(values["channel"])
    return Dossier(**values)


def text_of(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


def instant_of(text: str) -> datetime:
    return datetime.fromisoformat(text)
