"""From the system of record to the wall in the hall and the wall in a browser, by each of its doors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.system.dossier_hall import DossierHall, dossier
from tests.system.running import PATIENCE_S


def has(*serials: int) -> Callable[[dict[str, Any]], bool]:
    """Whether something that was heard has these dossiers, as walls tell them: by day and serial."""
    codes = {f"261109-{serial:04d}" for serial in serials}
    return lambda heard: codes <= {row[0] for row in heard["rows"]}


def test_what_comes_in_by_any_door_is_seen_on_both_walls(tmp_path: Path) -> None:
    with DossierHall(tmp_path / "hall") as hall:
        laid = hall.lays(dossier(120))  # looked at twice, ten seconds apart
        hall.sends("rest", dossier(118))
        hall.news.until(has(118))
        hall.wall.until(has(118))
        hall.sends("mqtt", dossier(119))
        hall.news.until(has(118, 119))
        hall.takes(laid)
        hall.news.until(has(118, 119, 120), PATIENCE_S)
        hall.wall.until(has(118, 119, 120), PATIENCE_S)


def test_mosquitto_brings_what_a_source_sends_just_as_well(tmp_path: Path) -> None:
    with DossierHall(tmp_path / "hall", "mosquitto") as hall:
        hall.sends("mqtt", dossier(118))
        hall.news.until(has(118))
        hall.wall.until(has(118))
