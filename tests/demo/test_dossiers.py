"""The demo's register: made once for a day, never over a person's, and only for the hall of the table."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from server.demo.dossiers import BY, OtherHall, fill, table_of
from server.dossiers.bringing import Delivery
from server.dossiers.publications import on_walls
from server.dossiers.store import open_dossiers
from server.dossiers.wall import Publishing
from tests.server.dossiers.tables import CONFIG, NOW, ZONE, brought, read, row, table


def test_a_hall_opens_with_its_dossiers_and_keeps_what_people_did(tmp_path: Path) -> None:
    store = open_dossiers(tmp_path, ZONE)
    assert fill(store, CONFIG, NOW) is True
    stamp = store.stamp()
    with store.reading() as db:
        published, _ = on_walls(db)
    assert stamp is not None and (stamp.rows, stamp.by, stamp.known_at) == (35_591, BY, NOW)
    assert published is not None and published.approved_by == BY, "the demo says that it was the demo"
    assert published.list.month == "2026-10" and sum(u.resolved_late for u in published.list.units) > 0
    said = Publishing(CONFIG).dossiers(store.dossiers(), NOW, published.list, NOW)
    assert 24 < said.totals["ready"] < 99 and said.totals["supplement"] and said.totals["payment"]
    waiting = [line for line in said.lines if line.stage != "processing"]
    assert all(line.place in CONFIG.site.counters for line in waiting)
    assert fill(store, CONFIG, NOW + timedelta(hours=3)) is False, "once a day"
    store.bring(brought(read(table(row())).dossiers), Delivery(NOW, "chief"), NOW)
    assert fill(store, CONFIG, NOW + timedelta(days=1)) is False, "a person's register stands"
    store.close()


def test_another_hall_has_no_dossiers_of_ha_nam(tmp_path: Path) -> None:
    other = replace(CONFIG, site=replace(CONFIG.site, authorities=CONFIG.site.authorities[1:]))
    with pytest.raises(OtherHall):
        table_of(other, NOW.date())
    store = open_dossiers(tmp_path, ZONE)
    assert fill(store, other, NOW) is False and store.stamp() is None
    store.close()
