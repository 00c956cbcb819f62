"""Late lists: the same figures as the form, names of officers alone, and nothing that nobody approved."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from broker import messages as m
from broker.messages import LateList, LateUnit, Words
from server.dossiers import applicants, late_desk, publications
from server.dossiers.applicants import Applicant
from server.dossiers.bringing import Brought, Delivery
from server.dossiers.late import Figures, LateSheet, OfficerLine, UnitLine, public, sheet, span, wall_list
from server.dossiers.late_desk import NoteRefused
from server.dossiers.publications import Publication
from server.dossiers.register import Dossier
from server.dossiers.rows import publication_table
from server.dossiers.status import Status
from server.dossiers.store import DossierStore, open_dossiers
from tests.server.dossiers.tables import CONFIG, ZONE

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
KNOWN = "Trần Thị Bình"
HALL = replace(CONFIG, officers={"binh": KNOWN}, titles={"binh": "Chuyên viên"})
OTHER = "Lê Văn Cường"


class OldUnit(msgspec.Struct):
    """As displays of the release before know it."""

    authority: Words
    overdue: int
    resolved_late: int


class OldList(msgspec.Struct):
    month: str
    units: tuple[OldUnit, ...]
    overdue_on: str = ""


class Old(msgspec.Struct):
    late: OldList | None = None


def at(month: int, day: int, year: int = 2026) -> datetime:
    return datetime(year, month, day, 3, tzinfo=UTC)


def dossier(
    n: int, authority: str, due: datetime, done: datetime | None = None, officer: str = ""
) -> Dossier:
    status = Status.PROCESSING if done is None else Status.RETURNED
    code = f"H42.13-{260101 + n % 28:06}-{n:04}"
    received = due - timedelta(days=20)
    return Dossier(code, authority, "x", status, received, due, done, done, officer=officer)


SOME = (
    dossier(1, "justice", at(9, 10), at(9, 12), KNOWN),  # late in September
    dossier(2, "justice", at(9, 10), at(10, 2), OTHER),  # late in October, overdue at September's end
    dossier(3, "justice", at(10, 10), at(10, 9), KNOWN),  # kept
    dossier(4, "justice", at(10, 20), None, KNOWN),  # overdue since
    dossier(5, "justice", at(10, 21), None),  # likewise, and nobody knows by whom
    dossier(6, "health", at(10, 21), at(10, 20), OTHER),  # kept
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DossierStore]:
    opened = open_dossiers(tmp_path, ZONE)
    bring(opened, SOME)
    yield opened
    opened.close()


def bring(store: DossierStore, some: tuple[Dossier, ...], whole: bool = True) -> None:
    store.bring([Brought(d) for d in some], Delivery(NOW, "test", whole=whole), NOW)


def listed(store: DossierStore, period: str) -> LateSheet:
    found = late_desk.draft(store, HALL, period)
    assert found is not None
    return found


def approved(store: DossierStore, period: str, officers: bool = False, by: str = "binh") -> Publication:
    done = late_desk.approve(store, HALL, period, listed(store, period).mark, by, officers, NOW)
    assert done is not None and done[1], "it is new"
    return done[0]


def unit(found: LateSheet, authority: str) -> UnitLine:
    return next(u for u in found.units if u.authority == authority)


def test_a_month_has_what_was_overdue_at_its_end_and_resolved_late_in_it(store: DossierStore) -> None:
    september, october = listed(store, "2026-09"), listed(store, "2026-10")
    assert unit(september, "justice").figures == Figures(1, 1)
    assert {o.name: o.figures for o in unit(september, "justice").officers} == {
        KNOWN: Figures(0, 1),
        OTHER: Figures(1, 0),
    }, "who resolved it in October was late at the end of September"
    justice = unit(october, "justice")
    assert justice.figures == Figures(2, 1) and justice.unnamed == Figures(1, 0)
    assert [(o.name, o.title, o.figures, o.known) for o in justice.officers] == [
        (KNOWN, "Chuyên viên", Figures(1, 0), True),
        (OTHER, "", Figures(0, 1), False),
    ]
    assert [u.authority for u in october.late] == ["justice"] and [u.authority for u in october.calm] == [
        "health"
    ]
    assert len(october.blank) == len(CONFIG.site.authorities) - 2, (
        "an authority without dossiers is blank, not 0"
    )
    assert october.overdue_at == span("2026-10", ZONE).ends and october.total == Figures(2, 1)
    assert listed(store, "2026-11").overdue_at == NOW, "the month is not over"


def test_a_year_is_the_sum_of_its_months_where_that_means_something(store: DossierStore) -> None:
    year = listed(store, "2026")
    months = [listed(store, f"2026-{n:02}") for n in range(1, 13)]
    assert year.total.resolved_late == sum(month.total.resolved_late for month in months) == 2
    assert year.total.overdue == months[-1].total.overdue == 2 != sum(month.total.overdue for month in months)
    assert sum((u.figures or Figures()).overdue for u in year.units) == year.total.overdue
    for one in year.units:
        each = [unit(month, one.authority).figures or Figures() for month in months]
        assert (one.figures or Figures()).resolved_late == sum(f.resolved_late for f in each), one.authority


def test_the_public_list_names_officers_only_where_that_was_decided_and_only_our_own(
    store: DossierStore,
) -> None:
    late_desk.note(store, HALL, "2026-10", ("justice", KNOWN), "Chờ liên thông", "chief", NOW)
    found = listed(store, "2026-10")
    assert unit(found, "justice").officers[0].note == "Chờ liên thông"
    assert [o.name for o in unit(public(found, True), "justice").officers] == [KNOWN]
    assert "Chờ" not in msgspec.json.encode(public(found, True)).decode()
    assert unit(public(found, False), "justice").officers == ()
    (shown,) = wall_list(found, True).units
    assert (shown.overdue, shown.resolved_late) == (2, 1)
    assert [(o.name, o.overdue, o.resolved_late) for o in shown.officers] == [(KNOWN, 1, 0)]
    assert wall_list(found, False).units[0].officers == ()


def test_a_wall_has_the_officers_with_most_late_dossiers(store: DossierStore) -> None:
    officers = tuple(OfficerLine(f"Cán bộ {n}", "", Figures(n, 0), True) for n in range(1, 301))
    units = tuple(
        msgspec.structs.replace(u, figures=Figures(9, 9), officers=officers)
        for u in listed(store, "2026-10").units
    )
    told = wall_list(LateSheet("2026-10", NOW, units), True)
    named = [one for each in told.units for one in each.officers]
    assert len(named) == 120 and min(one.overdue for one in named) > 250


def test_what_nobody_saw_is_not_approved(store: DossierStore) -> None:
    seen = listed(store, "2026-10").mark
    bring(store, SOME[:4])
    assert late_desk.approve(store, HALL, "2026-10", seen, "chief", False, NOW) is None
    with store.reading() as db:
        assert publications.history(db) == []


def test_a_list_that_runs_is_another_one_each_day_and_not_with_each_delivery(
    store: DossierStore,
) -> None:
    def seen(after: timedelta) -> str:
        store.bring([Brought(d) for d in SOME], Delivery(NOW + after, "test"), NOW + after)
        return listed(store, "2026-11").mark

    first = seen(timedelta())
    assert seen(timedelta(minutes=5)) == first != seen(timedelta(days=1))


def test_a_correction_names_what_it_replaces_and_what_was_approved_stays(store: DossierStore) -> None:
    first = approved(store, "2026-10", officers=True)
    assert (first.approver, first.approved_by, first.approved_at, first.replaces) == (
        KNOWN,
        "binh",
        NOW,
        None,
    )
    bring(store, SOME[:4])
    renamed = replace(HALL, officers={}, titles={})
    assert late_desk.differs(store, renamed, first)
    with store.reading() as db:
        (kept,) = publications.standing(db)
    assert kept.sheet == first.sheet and kept.list.units[0].officers[0].name == KNOWN
    second = approved(store, "2026-10")
    assert second.replaces == first.id and not late_desk.differs(store, HALL, second)
    with store.writing() as db:
        assert publications.standing(db) == [second]
        assert not publications.withdraw(db, first.id, "chief", NOW), "it stands no more"
        assert publications.withdraw(db, second.id, "deputy", NOW) and publications.standing(db) == []
        assert publications.on_walls(db) == (None, None)
        assert [(p.id, p.withdrawn_by) for p in publications.history(db)] == [
            (second.id, "deputy"),
            (first.id, None),
        ]


def test_who_presses_twice_publishes_once(store: DossierStore) -> None:
    seen = listed(store, "2026-10").mark

    def press(officers: bool) -> tuple[Publication, bool] | None:
        return late_desk.approve(store, HALL, "2026-10", seen, "binh", officers, NOW)

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(press, [False] * 8))
    assert sum(one is not None and one[1] for one in done) == 1
    assert {one and one[0].id for one in done} == {1}, "whoever presses is told of the one that stands"
    bring(store, SOME[:4])
    assert press(False) == (done[0] and done[0][0], False), "an answer that was lost is asked for again"
    assert press(True) is None, "with names it is another list, and its figures are others by now"
    with store.reading() as db:
        assert len(publications.history(db)) == 1
    bring(store, SOME)
    named = press(True)
    assert named is not None and named[1] and named[0].replaces == 1
    with store.writing() as db:
        publications.withdraw(db, named[0].id, "binh", NOW)
    again = press(True)
    assert again is not None and again[1] and again[0].replaces is None, "what was withdrawn stands no more"


def test_walls_have_the_newest_month_and_the_year_until_spring(store: DossierStore) -> None:
    october = approved(store, "2026-10")
    september = approved(store, "2026-09")
    with store.reading() as db:
        assert publications.on_walls(db) == (october, None), (
            "an older month approved later is for the web alone"
        )
        assert publications.standing(db) == [october, september]
    year = approved(store, "2025")
    with store.reading() as db:
        assert publications.on_walls(db) == (october, None), "autumn: the year before is over"
    this = approved(store, "2026")
    with store.reading() as db:
        assert publications.on_walls(db) == (october, this) and year.sheet.yearly
    with store.writing() as db:
        publications.withdraw(db, october.id, "chief", NOW)
        assert publications.on_walls(db) == (None, this), "no older month comes back"


def test_a_note_with_a_person_is_refused(store: DossierStore) -> None:
    code = SOME[3].code
    with store.writing() as db:
        applicants.write(db, {code: Applicant(name="Nguyễn Thị Hồng Đào")})
        applicants.write(db, {SOME[2].code: Applicant(name="Lê An"), SOME[0].code: Applicant(name="Sở Y tế")})
        applicants.write(db, {SOME[5].code: Applicant(name="Vũ Thị Ở Sở Khác")})
    named = "hồ sơ của bà nguyen  thi HONG dao", "xin lỗi ông Lê An, đã hẹn", "LÊ AN"
    for text in ("gọi 0912345678", "CCCD 035088001234", "thư a@b.vn", *named):
        with pytest.raises(NoteRefused, match="personal"):
            late_desk.note(store, HALL, "2026-10", ("justice", ""), text, "chief", NOW)
    with pytest.raises(NoteRefused, match="long"):
        late_desk.note(store, HALL, "2026-10", ("justice", ""), "x" * 301, "chief", NOW)
    for line in (("nobody", ""), ("justice", "Người Lạ")):
        with pytest.raises(NoteRefused, match="no-line"):
            late_desk.note(store, HALL, "2026-10", line, "x", "chief", NOW)
    for text in ("Chờ Sở Y tế trả lời", "nghỉ lễ ánh sáng", "Vũ Thị Ở Sở Khác xác minh"):
        late_desk.note(store, HALL, "2026-10", ("justice", ""), text, "chief", NOW)
        assert unit(listed(store, "2026-10"), "justice").note == text
    late_desk.note(store, HALL, "2026-10", ("justice", ""), " Thiếu  người ", "chief", NOW)
    assert unit(listed(store, "2026-10"), "justice").note == "Thiếu người"
    late_desk.note(store, HALL, "2026-10", ("justice", ""), "", "chief", NOW)
    assert unit(listed(store, "2026-10"), "justice").note == ""


def test_a_list_of_the_release_before_is_still_shown(store: DossierStore) -> None:
    old = LateUnit(Words("Tư pháp", "Justice"), 1, 2)
    with store.writing() as db:
        row = {"month": "2026-08", "units": msgspec.json.encode([old]).decode()}
        db.execute(publication_table.insert().values(**row, approved_by="chief", approved_at=NOW.isoformat()))
        (kept,) = publications.standing(db)
    assert kept.list == LateList("2026-08", (old,)) and kept.approver == "chief"
    assert not late_desk.differs(store, HALL, kept), "it cannot be compared"


def test_a_display_of_before_reads_the_new_message() -> None:
    words = Words("Tư pháp", "Justice")
    late = LateList("2026-10", (LateUnit(words, 1, 2, (m.LateOfficer(KNOWN, 1, 0),)),), "2026-11-02")
    told = m.Dossiers(rev=1, at=NOW, late=late, late_year=LateList("2026", ()))
    old = msgspec.json.decode(msgspec.json.encode(told), type=Old)
    assert old.late == OldList("2026-10", (OldUnit(words, 1, 2),), "2026-11-02")


def test_figures_are_those_of_the_form_for_every_month_of_the_demos_years(store: DossierStore) -> None:
    """The list is made of the same sums; a recount dossier by dossier says the same."""
    with store.reading() as db:
        found = sheet(db, HALL, "2026-10", NOW)
    ends, begins = span("2026-10", ZONE).ends, span("2026-10", ZONE).begins
    assert begins is not None
    late = [d for d in SOME if d.resolved and begins <= d.resolved < ends and d.due and d.resolved > d.due]
    open_ = [d for d in SOME if d.due and d.due < ends and not (d.resolved and d.resolved < ends)]
    assert found.total == Figures(len(open_), len(late))
