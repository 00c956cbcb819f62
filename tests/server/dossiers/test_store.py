"""dossiers.db: one transaction an import, readers that never wait, drafts, and who approved what."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from server.dossiers import sources
from server.dossiers.bringing import Changes, Delivery, OfAnother
from server.dossiers.mapping import Mapping, Source
from server.dossiers.status import Status
from server.dossiers.store import DRAFT_S, DossierStore, NoDraft, open_dossiers
from tests.server.dossiers.tables import DELIVERY, NOW, ZONE, brought, read, resolved, row, table

ONE = row(code="H42.13-261109-0001")
TWO = row(code="H42.13-261109-0002")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DossierStore]:
    opened = open_dossiers(tmp_path, ZONE)
    yield opened
    opened.close()


def take(store: DossierStore, *rows: dict[str, str]) -> Changes:
    return store.bring(brought(read(table(*rows)).dossiers), DELIVERY, NOW)


def test_what_goes_in_comes_out(store: DossierStore) -> None:
    some = read(table(ONE, resolved(returned="22/11/2026", counter="4"))).dossiers
    store.bring(
        brought(some), Delivery(NOW, "chief", begins=NOW - timedelta(days=1)), NOW + timedelta(minutes=1)
    )
    assert sorted(store.dossiers(), key=lambda d: d.code) == sorted(some, key=lambda d: d.code)
    assert [d.code for d in store.dossiers([Status.RESOLVED])] == ["000.00.13.H42-261109-0118"]
    stamp = store.stamp()
    assert stamp is not None and (stamp.by, stamp.rows, stamp.known_at) == ("chief", 2, NOW)
    assert (stamp.at - NOW, NOW - (stamp.begins or NOW)) == (timedelta(minutes=1), timedelta(days=1))


def test_the_file_is_the_whole_and_only_what_differs_is_written(store: DossierStore) -> None:
    assert take(store, ONE, TWO) == Changes(new=2, changed=0, same=0, gone=0)
    assert take(store, ONE, TWO) == Changes(0, 0, 2, 0)
    assert take(store, {**ONE, "status": "5"}, row()) == Changes(1, 1, 0, 1)
    assert take(store, row()).shrinks is False and take(store, ONE).shrinks is True


def test_a_dossier_is_its_source_s_who_brought_it_first_until_it_is_handed_over(store: DossierStore) -> None:
    first, second = ONE["code"], TWO["code"]
    changed = {**ONE, "status": "5"}

    def by(source: str, *rows: dict[str, str]) -> Changes:
        some = brought(read(table(*rows)).dossiers) if rows else []
        return store.bring(some, Delivery(NOW, "test", source), NOW)

    def refused(source: str, *rows: dict[str, str]) -> dict[str, str]:
        before = store.dossiers()
        with pytest.raises(OfAnother) as told:
            by(source, *rows)
        assert store.dossiers() == before, "nor is any of the others taken"
        return told.value.owners

    with store.writing() as db:
        for id in ("portal", "other"):
            sources.save(db, Source(id, id, Mapping()), "chief", NOW)
    assert by("portal", ONE).new == 1 and by("", TWO).new == 1
    assert refused("other", row(), changed) == {first: "portal"}
    assert refused("", changed, TWO) == {first: "portal"}, "the file without a source is one of them"
    assert refused("portal", ONE, {**TWO, "status": "5"}) == {second: ""}
    assert by("", row()).gone == 1 and by("portal", ONE) == Changes(0, 0, 1, 0)
    with store.writing() as db:
        assert sources.take_over(db, "portal", "") == 1
        with pytest.raises(sources.NoSource):
            sources.take_over(db, "nobody", "portal")
        assert sources.counts(db) == {"portal": 2}
    assert refused("", row()) == {row()["code"]: "portal"}
    assert by("portal", ONE).gone == 1, "what it took over is its own, to drop too"
    with store.writing() as db:
        sources.delete(db, "portal")
    assert by("other", changed).changed == 1, "a source that is gone has nothing"
    assert by("other").gone == 1


def test_a_preview_does_not_outlive_the_handing_over_of_dossiers(store: DossierStore) -> None:
    take(store, TWO)
    with store.writing() as db:
        sources.save(db, Source("portal", "portal", Mapping()), "chief", NOW)
    store.draft(brought(read(table(ONE)).dossiers), Delivery(NOW, "x", "portal"), "drops", NOW)
    with store.writing() as db:
        sources.take_over(db, "portal", "")
    with pytest.raises(NoDraft):
        store.confirm("drops", "chief", NOW)
    store.draft(brought(read(table(TWO)).dossiers), DELIVERY, "theirs", NOW)
    with pytest.raises(NoDraft):
        store.confirm("theirs", "chief", NOW)
    assert [d.code for d in store.dossiers()] == [TWO["code"]]


def test_an_import_that_fails_in_the_middle_changes_nothing(store: DossierStore) -> None:
    take(store, ONE)
    broken = [*read(table(TWO)).dossiers, replace(read(table(row())).dossiers[0], procedure=None)]
    with pytest.raises(sa.exc.IntegrityError) as failed:
        store.bring(brought(broken), DELIVERY, NOW)
    assert "lý lịch" not in str(failed.value), "no cell in a traceback"
    assert [d.code for d in store.dossiers()] == ["H42.13-261109-0001"]


def test_a_reader_sees_it_before_or_after_and_does_not_wait(store: DossierStore, tmp_path: Path) -> None:
    take(store, ONE)
    other = open_dossiers(tmp_path, ZONE)
    version = other.version()
    with store.writing() as db:
        db.exec_driver_sql("DELETE FROM dossier")
        assert len(other.dossiers()) == 1 and other.version() == version
    assert other.dossiers() == [] and other.version() != version
    other.close()


def test_the_file_is_for_its_owner_alone_and_is_kept(store: DossierStore, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "dossiers.db").stat().st_mode) == 0o600
    take(store, ONE)
    again = open_dossiers(tmp_path, ZONE)
    assert len(again.dossiers()) == 1
    again.close()


def test_a_draft_counts_once_it_is_confirmed_and_once_only(store: DossierStore) -> None:
    store.draft(brought(read(table(ONE)).dossiers), DELIVERY, "token", NOW)
    assert store.stamp() is None and store.dossiers() == []
    assert store.confirm("token", "chief", NOW).new == 1
    for token in ("token", "other"):
        with pytest.raises(NoDraft):
            store.confirm(token, "chief", NOW)
    assert len(store.dossiers()) == 1


def test_a_draft_is_forgotten_after_an_hour(store: DossierStore) -> None:
    store.draft(brought(read(table(ONE)).dossiers), DELIVERY, "old", NOW)
    store.draft(brought(read(table(TWO)).dossiers), DELIVERY, "new", NOW + timedelta(seconds=DRAFT_S + 1))
    with pytest.raises(NoDraft):
        store.confirm("old", "chief", NOW)
    assert store.confirm("new", "chief", NOW).new == 1
    store.draft(brought(read(table(ONE)).dossiers), DELIVERY, "alone", NOW)
    with pytest.raises(NoDraft):
        store.confirm("alone", "chief", NOW + timedelta(seconds=DRAFT_S + 1))


def test_a_draft_from_before_another_import_takes_nothing_back(store: DossierStore) -> None:
    """A preview waits on a page while the timer of the command brings a newer register."""
    store.draft(brought(read(table(ONE)).dossiers), DELIVERY, "token", NOW)
    begins = NOW - timedelta(days=700)
    store.bring(brought(read(table(TWO)).dossiers), Delivery(NOW, "motcua dossiers", begins=begins), NOW)
    with pytest.raises(NoDraft):
        store.confirm("token", "chief", NOW)
    store.draft(brought(read(table(ONE)).dossiers), DELIVERY, "again", NOW)
    store.confirm("again", "chief", NOW)
    stamp = store.stamp()
    assert stamp is not None and (stamp.by, stamp.begins) == ("chief", begins), "the form begins where it did"
