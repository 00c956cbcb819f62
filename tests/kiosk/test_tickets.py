"""The paper looks as somebody saw it: golden tickets, with the letters that break first."""

from __future__ import annotations

import pytest

from broker.messages import Words
from tests.kiosk.tickets import FOLDER, MOST, TICKETS, drawn, golden, off, pictures

DRAWN = dict(pictures())


@pytest.mark.parametrize("name", TICKETS)
def test_a_ticket_is_the_one_that_was_looked_at(name: str) -> None:
    assert off(DRAWN[name], golden(name)) <= MOST, f"look at {name}, then: python -m tests.kiosk.tickets"


def test_a_lost_accent_and_a_moved_word_would_be_seen() -> None:
    whole = golden("80mm")
    moved = whole.copy()
    moved.paste(whole.crop((0, 200, 576, 360)), (2, 200))
    assert off(whole, moved) > MOST
    changes, head = TICKETS["80mm-accents"]
    poorer = changes | {"service": Words(vi=changes["service"].vi.replace("Ệ", "Ê"), en="")}
    assert off(golden("80mm-accents"), drawn(poorer, head)) > MOST


def test_no_ticket_is_kept_that_nobody_draws() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.png")) == sorted(TICKETS)
