"""Looking a dossier up at a kiosk: typed or scanned, shown to its own citizen, and wiped."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path
from typing import Any

import msgspec
import pytest

from broker import codec, messages as m, topics, vocabulary as heard, whisper
from broker.link import Received
from broker.memory import MemoryBroker
from broker.seal import Sealer
from broker.vocabulary import NoAnswer
from kiosk.layout.panel import Panel
from kiosk.state.steps import LAYERS
from kiosk.view import Choices, Keyboard, MoreTime, Remark, Scan, Told, Verb
from kiosk.vocabulary import Ask, Effect, Scanned, Seek, Sought
from tests.brokers import SITE, eventually
from tests.kiosk import sample
from tests.kiosk.running import Server, kiosk, now, opened
from tests.kiosk.story import Story, only

CODE = "H42.13-261109-0118"
CARD = "001090123456||NGUYỄN VĂN A|01011950|Nam|Phường 1, Hà Nam|15042021"
SEALER = Sealer(bytes(range(32)))
PROMISED = sample.MORNING


def story(panel: Panel | None = None, **more: Any) -> Story:
    plan = {"lookup": True, **more.pop("plan", {})}
    return Story(sample.config(**plan), panel=panel or Panel.of((1080, 1920)), **{"seals": True, **more})


def typed(kiosk: Story, text: str) -> list[Effect]:
    """Touch the keys of a text, and the one that asks."""
    for sign in text:
        shown = kiosk.screen
        assert isinstance(shown, Keyboard)
        while sign not in shown.keys:
            kiosk.tap(Verb.SHIFT)
            shown = kiosk.screen
            assert isinstance(shown, Keyboard)
        kiosk.tap(Verb.KEY, sign)
    return kiosk.tap(Verb.ENTER)


def answered(kiosk: Story, seek: Seek, status: str | None = "processing", **more: Any) -> None:
    told = {"due": PROMISED, "collect": (), "wait_s": 0, "rest": None, **more}
    kiosk.hear(Sought(seek.request, status, tried=bool(seek.factor), **told))


def looked_up(kiosk: Story, **more: Any) -> Seek:
    kiosk.tap(Verb.LOOKUP)
    seek = only(typed(kiosk, CODE), Seek)
    answered(kiosk, seek, **more)
    return seek


@pytest.mark.parametrize("size", [(1080, 1920), (1280, 800)])
def test_a_typed_code_tells_status_and_promise_and_is_wiped(size: tuple[int, int]) -> None:
    kiosk = story(Panel.of(size))
    seek = looked_up(kiosk)
    assert (seek.code, seek.factor) == (CODE, "")
    shown = kiosk.screen
    assert isinstance(shown, Told)
    assert (shown.code, shown.status, shown.rest, shown.collect) == (CODE, "processing", None, False)
    assert shown.due is not None and f"{shown.due:%H:%M}" == "08:12"
    kiosk.wait(29)
    assert isinstance(kiosk.screen, Told)
    kiosk.wait(1.5)
    assert isinstance(kiosk.screen, Choices) and kiosk.view.dialog is None


def test_the_rest_is_for_who_shows_whose_it_is_and_goes_with_a_touch() -> None:
    kiosk = story()
    looked_up(kiosk)
    kiosk.tap(Verb.MORE)
    seek = only(typed(kiosk, "5123"), Seek)
    assert (seek.code, seek.factor) == (CODE, "5123")
    answered(kiosk, seek, rest=sample.rest())
    shown = kiosk.screen
    assert isinstance(shown, Told) and shown.rest is not None and shown.rest.name == "N*** V*** A***"
    assert "5123" not in repr(kiosk.kiosk._memory.step) and "N***" not in repr(kiosk.view)
    kiosk.tap(Verb.HOME)
    assert isinstance(kiosk.screen, Choices) and "N***" not in str(vars(kiosk.kiosk._memory))


def test_a_card_is_shown_instead_of_typing_and_its_number_alone_is_taken() -> None:
    kiosk = story()
    looked_up(kiosk)
    kiosk.tap(Verb.MORE)
    seek = only(kiosk.hear(Scanned(CARD)), Seek)
    assert seek.factor == "001090123456" and seek.factor not in repr(seek)
    assert not kiosk.view.card  # it was not read for the priority of age
    kiosk.wait(3)
    answered(kiosk, seek, None)
    assert kiosk.view.dialog == Remark(Scan.NO_MATCH)
    kiosk.tap(Verb.BACK)
    shown = kiosk.screen
    assert isinstance(shown, Keyboard) and shown.code == CODE and shown.text == ""


def test_a_slip_may_be_held_to_the_scanner_instead_of_typing_its_code() -> None:
    kiosk = story()
    kiosk.tap(Verb.LOOKUP)
    assert only(kiosk.hear(Scanned(f"Mã hồ sơ: {CODE.lower()}")), Seek).code == CODE


def at_the_first_screen(kiosk: Story) -> Seek:
    seek = only(kiosk.hear(Scanned(CODE)), Seek)
    assert (seek.code, seek.factor) == (CODE, "")
    return seek


def test_a_slip_before_the_first_screen_tells_how_its_dossier_stands_before_any_queue() -> None:
    kiosk = story(plan={"authorities": collecting()})
    answered(kiosk, at_the_first_screen(kiosk))
    shown = kiosk.screen
    assert isinstance(shown, Told) and (shown.status, shown.collect) == ("processing", False)
    kiosk.tap(Verb.HOME)
    kiosk.wait(3)
    answered(kiosk, at_the_first_screen(kiosk))
    kiosk.wait(3)
    answered(kiosk, at_the_first_screen(kiosk), status="resolved", due=None)  # the next one's, on top of it
    kiosk.tap(Verb.COLLECT)
    shown = kiosk.screen
    assert isinstance(shown, Choices) and shown.dossier == CODE


def test_a_result_that_nobody_gives_out_is_asked_for_at_its_agency() -> None:
    kiosk = story(plan={"authorities": collecting(at="")})
    answered(kiosk, at_the_first_screen(kiosk), status="resolved", due=None)
    kiosk.tap(Verb.COLLECT)
    shown = kiosk.screen
    assert isinstance(shown, Choices) and not shown.collects
    assert [offer.target.of for offer in shown.offers] == ["tu-phap"]


@pytest.mark.parametrize("how", ["unknown", "too-often", "no-answer", "down"])
def test_a_slip_of_which_nobody_can_tell_leads_to_its_queue(how: str) -> None:
    kiosk = story(plan={"authorities": collecting()})
    if how == "down":
        kiosk.hear(heard.ServerDown())
        kiosk.hear(Scanned(CODE))
    elif how == "no-answer":
        kiosk.hear(NoAnswer(at_the_first_screen(kiosk).request))
    else:
        answered(kiosk, at_the_first_screen(kiosk), None, wait_s=60 * (how == "too-often"))
    shown = kiosk.screen
    assert isinstance(shown, Choices) and shown.dossier == CODE and kiosk.view.dialog is None


def test_what_leads_nowhere_is_said_and_what_was_typed_is_kept() -> None:
    kiosk = story()
    kiosk.tap(Verb.LOOKUP)
    assert typed(kiosk, "123456") == [] and kiosk.view.dialog == Remark(Scan.NO_CODE)
    kiosk.tap(Verb.BACK)
    shown = kiosk.screen
    assert isinstance(shown, Keyboard) and shown.text == "123456"
    for _ in range(6):
        kiosk.tap(Verb.ERASE)
    answered(kiosk, only(typed(kiosk, CODE), Seek), None)
    assert kiosk.view.dialog == Remark(Scan.NOT_FOUND)
    kiosk.tap(Verb.BACK)
    answered(kiosk, only(kiosk.tap(Verb.ENTER), Seek), wait_s=60)
    assert kiosk.view.dialog == Remark(Scan.TOO_OFTEN)


def test_a_server_that_is_away_is_told_politely_at_once_or_in_the_end() -> None:
    kiosk = story()
    kiosk.tap(Verb.LOOKUP)
    seek = only(typed(kiosk, CODE), Seek)
    assert kiosk.hear(NoAnswer(seek.request)) and kiosk.view.dialog == Remark(Scan.NO_LOOKUP)
    kiosk.tap(Verb.BACK)
    seek = only(kiosk.tap(Verb.ENTER), Seek)
    kiosk.answer(m.RefusedReply(id=seek.request, code="bad-request"))  # an older server
    assert kiosk.view.dialog == Remark(Scan.NO_LOOKUP)
    kiosk.tap(Verb.BACK)
    kiosk.hear(heard.ServerDown())
    assert kiosk.tap(Verb.ENTER) == [] and kiosk.view.dialog == Remark(Scan.NO_LOOKUP)


def test_a_late_answer_belongs_to_nobody() -> None:
    kiosk = story()
    kiosk.tap(Verb.LOOKUP)
    seek = only(typed(kiosk, CODE), Seek)
    kiosk.tap(Verb.BACK)
    answered(kiosk, seek, rest=sample.rest())
    assert isinstance(kiosk.screen, Choices)


@pytest.mark.parametrize(("collect", "service"), [(("y-te",), "y-te"), ((), "tu-phap")])
def test_a_result_leads_to_its_queue_as_the_server_knows_it_else_by_the_code(
    collect: tuple[str, ...], service: str
) -> None:
    kiosk = story(plan={"authorities": collecting(), "groups": ()})
    looked_up(kiosk, status="resolved", due=None, collect=collect)
    kiosk.tap(Verb.COLLECT)
    shown = kiosk.screen
    assert isinstance(shown, Choices) and shown.dossier == CODE
    request = only(kiosk.tap(Verb.SERVICE, service), Ask).request
    assert (request.service, request.dossier) == (service, CODE)


def collecting(at: str = "tu-phap") -> tuple[m.AuthorityPlan, ...]:
    changed = []
    for a in (sample.authority(*row) for row in sample.AUTHORITIES):
        services = tuple(msgspec.structs.replace(s, collect=a.id == at) for s in a.services)
        agencies = ("H42.13",) if a.id == "tu-phap" else ()
        changed.append(msgspec.structs.replace(a, services=services, agencies=agencies))
    return tuple(changed)


def test_nothing_personal_is_asked_for_without_the_servers_key() -> None:
    kiosk = story(seals=False)
    looked_up(kiosk)
    assert Verb.MORE not in kiosk.targets()


def test_an_older_server_and_a_kiosk_of_buttons_offer_no_look_up() -> None:
    assert Verb.LOOKUP not in Story().targets()
    wired = story(Panel.of((1280, 800), touch=False))
    assert Verb.LOOKUP not in {s.target.verb for s in wired.arrangement.spots}


def test_who_walks_away_from_the_keyboard_is_asked_and_forgotten() -> None:
    kiosk = story()
    kiosk.tap(Verb.LOOKUP)
    kiosk.tap(Verb.KEY, "1")
    kiosk.wait(31)
    assert isinstance(kiosk.view.dialog, MoreTime)
    kiosk.wait(21)
    assert isinstance(kiosk.screen, Choices)
    kiosk.tap(Verb.LOOKUP)
    shown = kiosk.screen
    assert isinstance(shown, Keyboard) and shown.text == ""


def test_a_keyboard_takes_no_more_than_a_code_has() -> None:
    kiosk = story()
    kiosk.tap(Verb.LOOKUP)
    for _ in range(60):
        kiosk.tap(Verb.KEY, "1")
    shown = kiosk.screen
    assert isinstance(shown, Keyboard) and len(shown.text) == 32
    assert {len(layer) for layer in LAYERS} == {13} and len({*"".join(LAYERS)}) == 38


# --- the program ----------------------------------------------------------------------------------------


class Sealing(Server):
    """A server whose word is sealed, and that hears all that is said on the broker."""

    def say(self, topic: topics.Topic, payload: m.Message) -> None:
        concrete = topic.of(SITE, "kiosk-1" if "{device}" in topic.path else None)
        told = codec.encode(payload)
        told = SEALER.sealed(concrete, told) if topic.sealed else told
        self.link.publish(concrete, told, qos=topic.qos, retain=topic.retain)


def test_what_a_kiosk_asks_and_hears_can_be_read_by_nobody_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broker = MemoryBroker()
    server = Sealing.of(broker, tmp_path)
    server.say(topics.CONFIG, opened(sample.config(rev=2, lookup=True), False))
    with caplog.at_level(logging.DEBUG), kiosk(tmp_path, broker, server_key=SEALER.public_key) as program:
        server.tap("lookup")
        for sign in "142.13-261109-0118".replace("1", "H", 1):
            server.tap("key", sign)
        server.tap("enter")
        bare = server.hears(topics.REQUEST)
        assert (bare.code, bare.box) == (CODE, None)
        server.say(topics.REPLY, m.LookupReply(id=bare.id, status="processing", due=now()))
        server.tap("more")
        for sign in "5123":
            server.tap("key", sign)
        server.tap("enter")
        received = server.inbox.until(
            lambda item: isinstance(item, Received) and item.topic.endswith("/request")
        )
        request = codec.decode(topics.REQUEST, received.payload)
        assert isinstance(request, m.LookupRequest) and request.box is not None
        assert b"5123" not in received.payload
        question = whisper.question(SEALER, request.box, request.code)
        assert question.factor == "5123"
        box = whisper.answered(question, whisper.Answer(sample.rest(), 0))
        server.say(topics.REPLY, m.LookupReply(id=request.id, status="processing", due=now(), box=box))
        assert eventually(lambda: isinstance(program._core.view(program._now()).screen, Told))
        assert eventually(lambda: program._core.view(program._now()).screen.rest is not None)
        order = server.orders("screenshot")
        assert order[0][-1] == "somebody-there" or b"PNG" not in order[1]
        server.tap("home")
    assert not [word for word in ("5123", "N***", "123456", CODE) if word in caplog.text]
    with sqlite3.connect(tmp_path / "data" / "kiosk.db") as db:
        dump = "\n".join(db.iterdump())
    assert not [word for word in ("N*** V***", CODE, "'5123'") if word in dump]
