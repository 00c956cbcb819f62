"""The figures that cancel a number by phone: on the paper, on the screen in its place, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from broker import codec, messages as m, topics
from broker.basics import new_secret
from hardware.print_head import HEADS, Head
from kiosk.ticket import draw, slip
from kiosk.view import Done, Held, Help, Leftover, Look
from tests.kiosk.gallery import PANELS, draw as screen, states
from tests.kiosk.test_ticket import CASES, HALL, PLAN, ZONE, reply


def test_they_are_on_every_paper_that_leads_to_a_phone_page() -> None:
    assert "Mã hủy số: 4821" in slip(reply(), PLAN, HALL, ZONE).texts()
    assert "Cancel code: 4821" in slip(reply(lang="en"), PLAN, HALL, ZONE).texts()


@pytest.mark.parametrize("changes", [{"secret": ""}, {"url": ""}])
def test_without_them_or_without_a_page_the_paper_says_nothing(changes: dict[str, str]) -> None:
    """A server of the release before sends none."""
    assert slip(reply(**changes), PLAN, HALL, ZONE).cancel == ""


@pytest.mark.parametrize("head", [*HEADS.values(), *(replace(h, lean=True) for h in HEADS.values())])
@pytest.mark.parametrize("case", CASES)
def test_another_code_is_another_picture_of_the_same_size(case: str, head: Head) -> None:
    """However long the names: the line is there, and the paper no longer than it may be."""
    one, other = (
        draw(slip(reply(**CASES[case], secret=s), PLAN, HALL, ZONE), head) for s in ("4821", "7390")
    )
    assert one.size == other.size and one.height <= 110 * head.dots_per_mm
    assert one.tobytes() != other.tobytes()


@pytest.mark.parametrize("size", ["tall", "wide"])
@pytest.mark.parametrize("name", ["paper-out", "leftover", "help-with-number", "held-maybe", "done"])
def test_the_screen_says_them_only_while_there_may_be_no_paper(size: str, name: str) -> None:
    panel, pictures = PANELS[size], []
    view = dict(states(panel, Look()))[name]
    assert isinstance(view.screen, Done | Held | Leftover | Help) and view.screen.ticket is not None
    for secret in ("4821", "7390"):
        ticket = msgspec.structs.replace(view.screen.ticket, secret=secret)
        shown = replace(view, screen=replace(view.screen, ticket=ticket))
        pictures.append(screen(shown, panel).get_buffer().raw)
    assert (pictures[0] == pictures[1]) == isinstance(view.screen, Done)


def test_an_older_kiosk_or_server_does_without_them() -> None:
    told = codec.encode(reply())
    old = msgspec.json.encode({k: v for k, v in msgspec.json.decode(told).items() if k != "secret"})
    heard = codec.decode(topics.REPLY, old)
    assert isinstance(heard, m.TicketReply) and heard.secret == ""


def test_they_are_four_figures_drawn_at_random() -> None:
    drawn = {new_secret() for _ in range(200)}
    assert len(drawn) > 150
    assert all(len(s) == 4 and s.isascii() and s.isdecimal() for s in drawn)
