"""Reminders: each step once to each, one letter for many, in working hours, nothing twice over a restart."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from server.dossiers import applicants, looks, mails
from server.dossiers.applicants import Applicant
from server.dossiers.bringing import Brought, Delivery
from server.dossiers.looks import Whose
from server.dossiers.officers import spellings
from server.dossiers.outward import DossierLog
from server.dossiers.promises import Marks
from server.dossiers.reappointing import Renewal, letter_sent, renew
from server.dossiers.register import Dossier
from server.dossiers.reminders import of_dossier
from server.dossiers.rows import mail_table, reminder_table, text_of
from server.dossiers.status import Status
from server.dossiers.store import DossierStore, open_dossiers
from server.mail import Answer, Letter, MailTable, Postman
from server.people.contacts import Contact
from server.reminding import Reminding
from server.site_file import config_of, load_document
from tests.mailbox import NOBODY, Mailbox
from tests.server.dossiers.tables import HANAM, ZONE
from tests.server.small_server import HandClock

JUSTICE = "motcua@stp.example.vn"
AN = "an@example.vn"
DOCUMENT = load_document(HANAM / "hall.toml")


def here(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=ZONE)


def dossier(n: int, due: str, officer: str = "Nguyễn Văn An") -> Dossier:
    code = f"H42.13-261102-{n:04}"
    received = here("11-02 08:00")
    return Dossier(
        code, "justice", "Lý lịch tư pháp", Status.PROCESSING, received, here(due), officer=officer
    )


class Hall:
    """A register, a mail server, and the thread's turns by hand."""

    def __init__(self, folder: Path, box: Mailbox, **plan: Any) -> None:
        self.folder, self.box, self.clock = folder, box, HandClock()
        self.clock.time = here("11-25 08:10")
        authorities = tuple(
            replace(a, email=JUSTICE if a.id == "justice" else "") for a in DOCUMENT.authority
        )
        reminders = replace(DOCUMENT.dossiers.reminders, **plan)
        dossiers = replace(DOCUMENT.dossiers, reminders=reminders)
        self.config = config_of(replace(DOCUMENT, authority=authorities, dossiers=dossiers))
        self.contacts = [Contact("an", AN, "Nguyễn  Văn An")]
        self.store: DossierStore
        self.start()

    def start(self) -> None:
        """As after a restart."""
        self.store = open_dossiers(self.folder, ZONE)
        table = MailTable(host="127.0.0.1", sender="motcua@example.vn", port=self.box.port, security="none")
        self.postman = Postman(table, timeout_s=5)
        self.turns = Reminding(
            lambda: self.config, self.store, self.clock, lambda: self.contacts, self.postman
        )

    def bring(self, *dossiers: Dossier) -> None:
        self.store.bring([Brought(d) for d in dossiers], Delivery(self.clock.time, "test"), self.clock.time)

    def look(self, at: str) -> list[tuple[str, str, list[str]]]:
        """A turn at that time; the letters that came of it: to whom, subject, codes."""
        self.clock.time, before = here(at), len(self.box.got)
        self.turns.look()
        return [
            (str(got["To"]), str(got["Subject"]), re.findall(r"H42\.13-261102-(\d{4})", got.get_content()))
            for got in self.box.got[before:]
        ]

    def waiting(self) -> int:
        """Reminders that may come to be in a letter."""
        asked = sa.select(sa.func.count()).where(reminder_table.c.mail.is_(None))
        with self.store.reading() as db:
            return db.execute(asked).scalar_one()

    def steps(self, n: int) -> list[str]:
        with self.store.reading() as db:
            told = of_dossier(db, f"H42.13-261102-{n:04}")
        return [one.step for one in told if one.recipient.startswith("authority:")]


@pytest.fixture
def box() -> Iterator[Mailbox]:
    found = Mailbox()
    yield found
    found.close()


@pytest.fixture
def hall(tmp_path: Path, box: Mailbox) -> Iterator[Hall]:
    found = Hall(tmp_path, box)
    yield found
    found.store.close()


def test_a_promise_is_told_of_once_a_step_to_officer_and_authority(hall: Hall) -> None:
    hall.bring(dossier(1, "11-30 17:00"))
    both = {JUSTICE, AN}
    assert {to for to, _, _ in hall.look("11-25 07:00")} == set()  # nobody works yet
    assert {to for to, _, codes in hall.look("11-25 08:10")} == both
    assert hall.look("11-25 10:00") == hall.look("11-26 10:00") == []
    assert {subject for _, subject, _ in hall.look("11-27 08:00")} == {
        "Nhắc hạn trả kết quả: 1 cần gửi thư xin lỗi"
    }
    assert hall.look("11-30 16:59") == []
    assert hall.look("11-30 17:30") == []  # overdue, and nobody works
    assert {to for to, _, _ in hall.look("12-01 07:30")} == both
    assert {to for to, _, _ in hall.look("12-07 17:00")} == both
    assert hall.look("12-08 17:00") == []
    assert {to for to, _, _ in hall.look("12-15 08:00")} == both
    assert hall.steps(1) == ["before-3d", "apology", "overdue", "late-7", "late-14"]


def test_a_letter_lists_all_and_says_nothing_of_who_handed_them_in(hall: Hall, box: Mailbox) -> None:
    hall.bring(*(dossier(n, "11-24 17:00" if n % 2 else "11-27 17:00", "") for n in range(230)))
    with hall.store.writing() as db:
        person = Applicant(name="Phạm Thị Hà", phone="0912345678", address="12 Trần Phú", email="ha@x.vn")
        applicants.write(db, {f"H42.13-261102-{n:04}": person for n in range(230)})
    ((to, subject, codes),) = hall.look("11-25 08:10")
    assert to == JUSTICE and len(set(codes)) == 200
    assert subject == "Nhắc hạn trả kết quả: 115 quá hạn, chưa xin lỗi; 85 sắp đến hạn"
    text = box.got[0].get_content()
    for secret in ("Phạm Thị Hà", "0912345678", "Trần Phú", "ha@x.vn"):
        assert secret not in text + str(box.got[0])
    assert "Và 30 hồ sơ khác" in text and "Kính gửi Sở Tư pháp" in text
    assert "H42.13-261102-0001, hẹn trả 17:00 24/11/2026, Lý lịch tư pháp" in text
    assert f"{hall.config.url}/dossiers/mine?authority=justice" in text


def test_what_comes_within_the_hour_goes_into_the_next_letter(hall: Hall) -> None:
    hall.bring(dossier(1, "11-25 08:30", ""), dossier(2, "11-25 08:40", ""))
    assert [codes for _, _, codes in hall.look("11-25 08:10")] == [["0001", "0002"]]
    assert hall.look("11-25 08:35") == hall.look("11-25 08:45") == []
    assert [codes for _, _, codes in hall.look("11-25 09:15")] == [["0001", "0002"]]
    assert hall.steps(1) == hall.steps(2) == ["apology", "overdue"]


def test_nothing_is_told_of_what_waits_is_over_or_was_handed_over(hall: Hall) -> None:
    hall.bring(
        replace(dossier(1, "11-20 17:00"), status=Status.AWAITING_SUPPLEMENT),
        replace(dossier(2, "11-20 17:00"), status=Status.RESOLVED, resolved=here("11-24 08:00")),
        replace(dossier(3, "11-20 17:00"), status=Status.REGISTERED),
    )
    assert hall.look("11-25 08:10") == []


def test_a_new_due_date_begins_anew_and_an_apology_ends_its_reminder(hall: Hall) -> None:
    hall.bring(dossier(1, "11-26 17:00", ""))
    assert len(hall.look("11-25 08:10")) == 1
    calendar = hall.config.due_rules.calendar
    asked = Renewal("H42.13-261102-0001", 1, here("12-04 16:00"), "Hồ sơ phức tạp", "chief")
    renew(hall.store, asked, calendar, here("11-25 09:00"))
    assert letter_sent(hall.store, asked.code, 1, here("11-25 09:01"))
    assert hall.look("11-27 08:00") == []
    assert len(hall.look("12-01 08:00")) == 1
    assert len(hall.look("12-03 08:00")) == 1  # excused: no second apology, the day before
    assert hall.steps(1) == ["apology", "before-3d", "before-1d"]


def test_a_restart_between_writing_and_sending_loses_nothing_and_sends_nothing_twice(
    hall: Hall, box: Mailbox
) -> None:
    hall.bring(dossier(1, "11-24 17:00", ""))
    box.close()
    assert hall.look("11-25 08:10") == []  # written down, and nobody took it
    with hall.store.reading() as db:
        (kept,) = mails.mails(db)
    assert (kept.state, kept.tries, kept.error) == ("waiting", 1, "no-connection")
    hall.store.close()
    hall.box = Mailbox()
    try:
        hall.start()
        assert hall.look("11-25 08:10") == []  # its time has not come
        assert len(hall.look("11-25 08:12")) == 1
        assert hall.box.got[0]["Message-ID"] == kept.letter.id
        hall.store.close()
        hall.start()
        assert hall.look("11-25 10:12") == []
    finally:
        hall.box.close()


def test_a_letter_that_was_taken_and_not_noted_goes_again_under_its_own_name(
    hall: Hall, box: Mailbox
) -> None:
    """The server dies between the mail server's yes and our commit."""

    class Killed(BaseException):
        pass

    def send(letter: Letter) -> Answer:
        assert hall.postman.send(letter) == Answer("sent")
        raise Killed

    hall.bring(dossier(1, "11-24 17:00", ""))
    box.answers = ["451 busy"]
    assert hall.look("11-25 08:10") == []
    with pytest.raises(Killed):
        mails.deliver(hall.store, send, here("11-25 08:12"))
    assert len(hall.look("11-25 08:12")) == 1
    first, second = box.got
    assert first["Message-ID"] == second["Message-ID"] and first.get_content() == second.get_content()


def test_an_address_that_is_refused_is_given_up_and_keeps_nobody_else_waiting(hall: Hall) -> None:
    hall.contacts = [Contact("an", NOBODY, "Nguyễn Văn An")]
    hall.bring(dossier(1, "11-24 17:00"))
    assert [to for to, _, _ in hall.look("11-25 08:10")] == [JUSTICE]
    with hall.store.reading() as db:
        assert mails.counts(db) == {"failed": 1, "sent": 1}
        (failed,) = (mail for mail in mails.mails(db) if mail.state == "failed")
    assert (failed.error, failed.recipient) == ("refused", "officer:Nguyễn Văn An")
    assert mails.again(hall.store, failed.id, here("11-25 09:00"))


def test_tries_come_farther_apart_and_end_after_three_days(hall: Hall, box: Mailbox) -> None:
    hall.bring(dossier(1, "11-24 17:00", ""))
    box.answers = ["451 busy"] * 500
    begun = here("11-25 08:10")
    hall.look("11-25 08:10")
    at, tries = begun, []
    while True:
        with hall.store.reading() as db:
            row = db.execute(sa.select(mail_table)).one()
        if row.state == "failed":
            break
        at = datetime.fromisoformat(row.next_at)
        tries.append(at - begun)
        mails.deliver(hall.store, hall.postman.send, at)
    assert [t.total_seconds() / 60 for t in tries[:4]] == [1, 3, 7, 15]
    assert timedelta(days=3) <= tries[-1] <= timedelta(days=3, hours=1)


def test_without_addresses_or_steps_nothing_waits_for_ever(tmp_path: Path, box: Mailbox) -> None:
    hall = Hall(tmp_path, box, before=(), apology=False, every_days=0)
    hall.contacts = []
    hall.bring(dossier(1, "12-26 17:00"), dossier(2, "11-01 17:00"))
    assert len(hall.look("11-25 08:10")) == 1  # to the authority, of what is overdue
    assert (hall.steps(1), hall.steps(2)) == ([], ["overdue"])
    assert hall.waiting() == 1  # for the officer
    assert hall.look("11-27 08:10") == [] and hall.waiting() == 1
    assert hall.look("11-30 08:10") == [] and hall.waiting() == 0
    hall.store.close()


def test_what_was_noted_before_there_was_an_address_is_told_once_there_is_one(hall: Hall) -> None:
    postman, hall.contacts = hall.postman, []
    hall.turns = Reminding(lambda: hall.config, hall.store, hall.clock, lambda: hall.contacts, None)
    late = [dossier(n, "11-24 17:00") for n in range(1, 6)]
    hall.bring(*late)
    assert hall.look("11-25 08:10") == [] and hall.waiting() == 10
    hall.turns = Reminding(lambda: hall.config, hall.store, hall.clock, lambda: hall.contacts, postman)
    # Meanwhile one was answered, one is the citizen's turn, and one was given a new date.
    over, waits = Status.RESOLVED, Status.AWAITING_SUPPLEMENT
    hall.bring(replace(late[0], status=over), replace(late[1], status=waits), *late[2:])
    asked = Renewal("H42.13-261102-0003", 1, here("12-14 16:00"), "Hồ sơ phức tạp", "chief")
    renew(hall.store, asked, hall.config.due_rules.calendar, here("11-25 08:15"))
    assert letter_sent(hall.store, asked.code, 1, here("11-25 08:15"))
    ((to, _, codes),) = hall.look("11-25 08:20")
    assert to == JUSTICE and codes == ["0004", "0005"]
    hall.contacts = [Contact("an", AN, "Nguyễn Văn An")]
    ((to, _, codes),) = hall.look("11-27 17:00")
    assert to == AN and codes == ["0004", "0005"] and hall.waiting() == 0


def test_an_officer_is_one_however_a_source_spells_the_name(hall: Hall) -> None:
    hall.contacts = [Contact("binh", AN, "Trần Thị Bình")]
    spelt = ("TRẦN THỊ BÌNH", unicodedata.normalize("NFD", "Trần  Thị Bình"), "trần thị bình")
    hall.bring(
        *(dossier(n, "11-24 17:00", name) for n, name in enumerate(spelt)),
        dossier(9, "11-24 17:00", "Trần Thị Binh"),
    )
    sent = hall.look("11-25 08:10")
    assert sorted(code for to, _, codes in sent if to == AN for code in codes) == ["0000", "0001", "0002"]
    whose = Whose(officer="Trần Thị Bình")
    marks = Marks.at(hall.config.due_rules.calendar, hall.clock.time, hall.config.reminders.soon)
    with hall.store.reading() as db:
        found = looks.heard(db, marks, whose, "binh")
        assert (found.urgent, found.new) == (3, 3)
        assert set(spellings(db, "Trần Thị Bình")) == {"Trần Thị Bình", *spelt}


def test_programs_are_told_each_step_once_without_anybodys_name(hall: Hall) -> None:
    log = DossierLog(hall.store)
    assert log.last() == 0
    hall.bring(dossier(1, "11-24 17:00"), dossier(2, "11-30 17:00"))
    hall.look("11-25 08:10")
    kinds = ("dossier.overdue", "dossier.due-soon")
    told, upto = log.after(0, kinds)
    assert [(t.code[-4:], t.type, t.step) for t in told] == [
        ("0001", "dossier.overdue", "overdue"),
        ("0002", "dossier.due-soon", "before-3d"),
    ]
    assert log.count(0, kinds) == 2 and log.count(upto, kinds) == 0 == log.count(0, ("issued",))
    assert log.after(upto, kinds) == ([], upto) and "Nguyễn" not in repr(told)
    assert [t.type for t in log.after(0, ("dossier.overdue",))[0]] == ["dossier.overdue"]
    assert text_of(told[0].due) == text_of(here("11-24 17:00"))


def test_a_screen_is_reminded_once_a_step_and_shows_no_more_what_was_done(hall: Hall) -> None:
    officer, authority = Whose(officer="Nguyễn Văn An"), Whose(authority="justice")

    def heard(whose: Whose, account: str = "an") -> tuple[dict[str, int], int]:
        marks = Marks.at(hall.config.due_rules.calendar, hall.clock.time, hall.config.reminders.soon)
        with hall.store.reading() as db:
            found = looks.heard(db, marks, whose, account)
            lines = looks.new_of(db, marks, whose, found.seen, [f"H42.13-261102-{n:04}" for n in (1, 2, 3)])
        assert len(lines) == found.new
        return {name: count for name, _, count in found.piles}, found.new

    hall.bring(dossier(1, "11-30 17:00"), dossier(2, "11-24 17:00"), dossier(3, "11-27 17:00", "Trần Bình"))
    hall.look("11-25 08:10")
    assert heard(officer) == ({"late": 1, "soon": 1}, 2)
    assert heard(authority) == ({"late": 1, "soon": 2}, 3)
    looks.see(hall.store, "an", officer, 10**9)  # as far as there is something to see, and no farther
    assert heard(officer) == ({"late": 1, "soon": 1}, 0)
    assert heard(officer, "binh") == ({"late": 1, "soon": 1}, 2) and heard(authority)[1] == 3
    looks.see(hall.store, "an", officer, 0)
    hall.look("11-27 08:00")
    assert heard(officer) == ({"late": 1, "apology": 1}, 1)  # the next step of one of them
    hall.bring(replace(dossier(1, "11-30 17:00"), status=Status.RESOLVED), dossier(2, "11-24 17:00"))
    assert heard(officer) == ({"late": 1}, 0)
