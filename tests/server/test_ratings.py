"""Ratings on their way: from an outbox that waited, to the log, the table and `verify`; and who is named."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from broker import messages as m, topics, vocabulary as heard
from broker.device import BrokerSettings, DeviceLink
from broker.outbox import Outbox
from broker.vocabulary import Now
from hardware.settings import SettingsError
from kiosk.counter.answered import Answered
from kiosk.counter.asking import Asking
from kiosk.counter.known import Known
from kiosk.counter.records import Records
from kiosk.counter.view import Level, Points, Skip
from server import verify
from server.hall import commands as c
from server.questionnaire import INDICATORS, legal_questions
from server.site_file import Device, load_site
from server.store import rating_table
from tests.brokers import Inbox, eventually
from tests.hall.small_hall import SMALL, local
from tests.server import small_server
from tests.server.door import SITE, Hall, Peer
from tests.server.small_server import HandClock

HANAM = Path(__file__).parents[2] / "examples" / "hanam" / "hall.toml"


@pytest.fixture
def hall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hall]:
    """The small hall, which asks two questions, has a kiosk that stands at counter 1, and two officers."""
    usual = small_server.config()

    def config(*_: Any) -> Any:
        law = legal_questions()
        return replace(
            usual,
            site=replace(SMALL, rating_questions=frozenset({"1", "7"})),
            devices={**usual.devices, "kiosk-1": Device("kiosk", "1", series="1")},
            officers={"ha": "Trần Thị Hà", "nam": "Lê Văn Nam"},
            questions=(law["1"], law["7"]),
            shuffle=True,
        )

    monkeypatch.setattr(small_server, "config", config)
    hall = Hall(tmp_path, HandClock())
    hall.start()
    yield hall
    hall.stop()


def serve_one(hall: Hall) -> str:
    """The number that was served at counter 1."""
    number = str(hall.kiosk.take(hall.clock.now()).number)
    for key in ("next", "finish"):
        hall.terminal.press(key, hall.clock.now())
    return number


class WrongClock(HandClock):
    """A machine without a battery: 1970, and nothing keeps it right."""

    synchronised = False

    def __init__(self) -> None:
        super().__init__()
        self.time = local("08:00", date(1970, 1, 2))


class Terminal:
    """Counter 1's terminal: the real core, records, outbox and link; `connect` plugs its cable in."""

    def __init__(self, hall: Hall, folder: Path, clock: HandClock) -> None:
        self._hall, self._clock = hall, clock
        self.outbox = Outbox(folder / "terminal" / "outbox.db")
        self.inbox = Inbox()
        broker = BrokerSettings(site=SITE, device="counter-1")
        self._link = DeviceLink(
            broker, "counter", "test", self.outbox, self.inbox, clock, open_link=hall.broker.open_link
        )
        self._records = Records("counter-1", Answered(self.outbox.disk), self._link.facts)
        self.asking = Asking(Known(), (), None, lambda reasons: reasons)
        self._mono = 1000.0

    def _now(self) -> Now:
        self._mono += 1
        return Now(self._mono, self._clock.now(), self._clock.synchronised)

    def hear(self, input: heard.Heard) -> None:
        self._records.carry_out(self.asking.hear(input, self._now()))

    def press(self, *targets: Any) -> None:
        """What it knows is of now; then its citizen answers."""
        server = self._hall.server
        plan = server.projection.device_config("counter-1", server.clock.now(), 1, server.writer.view.state)
        self.hear(heard.ConfigArrived(plan))
        self.hear(heard.BoardArrived(server.writer.view.board))
        for target in targets:
            self._records.carry_out(self.asking.tap(target, self._now()))

    def connect(self) -> None:
        self._link.start()

    def close(self) -> None:
        self._link.stop()
        self.outbox.close()


def ratings(hall: Hall) -> list[Any]:
    return hall.rows(rating_table)


@pytest.fixture
def terminal(hall: Hall, tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(hall, tmp_path, hall.clock)
    yield terminal
    terminal.close()


@pytest.fixture
def astray(hall: Hall, tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(hall, tmp_path, WrongClock())
    yield terminal
    terminal.close()


def sent(hall: Hall, terminal: Terminal) -> list[Any]:
    """Plug the terminal in, wait for the server's receipt; the ratings that were taken."""
    assert len(terminal.outbox.pending()) == 1
    terminal.connect()
    assert eventually(lambda: not terminal.outbox.pending())
    return ratings(hall)


def test_a_press_made_while_the_server_was_away_is_matched_when_it_is_back(
    hall: Hall, terminal: Terminal
) -> None:
    serve_one(hall)
    hall.clock.passes(minutes=1)
    terminal.press(Level(4), Points(2), Points(1))
    pressed = hall.clock.now()
    hall.clock.passes(hours=3)
    (row,) = sent(hall, terminal)
    assert (row.level, row.levels, row.counter, row.service) == (4, 4, "1", "land")
    assert json.loads(row.answers) == {"1": 2, "7": 1}
    assert datetime.fromisoformat(row.at) == pressed, "it is of when it was pressed"


def test_a_terminal_in_another_year_is_believed_by_the_time_the_server_had_told(
    hall: Hall, astray: Terminal
) -> None:
    serve_one(hall)
    astray.hear(heard.ClockOffset((hall.clock.now() - local("08:00", date(1970, 1, 2))).total_seconds()))
    pressed = hall.clock.now()
    astray.press(Level(3), Points(0), Points(0))
    hall.clock.passes(hours=3)
    (row,) = sent(hall, astray)
    assert datetime.fromisoformat(row.at) == pressed


def test_a_clock_that_nobody_vouches_for_leaves_the_arrival_which_is_too_late(
    hall: Hall, astray: Terminal
) -> None:
    serve_one(hall)
    astray.press(Level(1), Skip(), Points(2), Points(2))
    hall.clock.passes(hours=3)
    assert sent(hall, astray) == [], "dropped as not-rateable, never guessed"


def test_a_clock_that_nobody_vouches_for_does_no_harm_within_the_window(hall: Hall, astray: Terminal) -> None:
    serve_one(hall)
    astray.press(Level(1), Skip(), Points(2), Points(2))
    hall.clock.passes(minutes=8)
    (row,) = sent(hall, astray)
    assert datetime.fromisoformat(row.at) == hall.clock.now()


def test_the_same_number_of_the_next_day_gets_no_rating_of_yesterday(hall: Hall, terminal: Terminal) -> None:
    serve_one(hall)
    terminal.press(Level(1), Skip(), Points(2), Points(2))
    rev = hall.server.writer.view.rev
    hall.clock.time += timedelta(days=2)  # the day between is a holiday
    hall.server.writer.wait(rev, 10)
    assert serve_one(hall) == "A98"
    assert sent(hall, terminal) == []


# --- who asks, and who is named ---------------------------------------------------------------------------


def test_a_kiosk_at_a_counter_rates_there_and_presses_no_keys(hall: Hall) -> None:
    number = serve_one(hall)
    fact = m.RatingFact(
        id="f1", seq=1, at=hall.clock.now(), number=number, level=2, levels=4, answers={"7": 0}
    )
    hall.kiosk.say(topics.FACT, fact)
    assert hall.kiosk.hear(topics.RECEIPT).ids == ("f1",)
    (row,) = ratings(hall)
    assert (row.counter, json.loads(row.answers)) == ("1", {"7": 0})
    hall.kiosk.say(topics.REQUEST, m.KeyRequest(id="k", at=hall.clock.now(), key="next"))
    assert hall.kiosk.hear(topics.REPLY) == m.RefusedReply(id="k", code="unknown-device")


def configured(peer: Peer, until: str) -> m.DeviceConfig:
    """The next configuration that names this officer."""
    while (config := peer.hear(topics.CONFIG)).counter.officer != until:
        pass
    assert isinstance(config, m.DeviceConfig)
    return config


def test_terminal_and_kiosk_are_told_what_to_ask_and_who_serves(hall: Hall) -> None:
    for peer in (hall.terminal, hall.kiosk):
        plan = configured(peer, "").counter
        assert plan is not None and plan.counter == "1" and plan.shuffle
        assert [(q.id, q.text.vi) for q in plan.questions] == [
            ("1", legal_questions()["1"].text.vi),
            ("7", legal_questions()["7"].text.vi),
        ]
    hall.server.ask(c.OpenCounter, counter="1", officer="ha")
    first = configured(hall.terminal, "Trần Thị Hà")
    assert configured(hall.kiosk, "Trần Thị Hà").kiosk is not None
    hall.server.ask(c.OpenCounter, counter="2", officer="nam")
    hall.server.ask(c.CloseCounter, counter="1")
    hall.server.ask(c.OpenCounter, counter="1", officer="nam")
    assert configured(hall.terminal, "Lê Văn Nam").rev > first.rev


def test_who_served_is_named_until_another_has_served_somebody(hall: Hall) -> None:
    """The question is about the visit that ended, not about who has sat down since."""
    hall.server.ask(c.OpenCounter, counter="1", officer="ha")
    serve_one(hall)
    hall.server.ask(c.CloseCounter, counter="1")
    hall.server.ask(c.OpenCounter, counter="1", officer="nam")
    projection, writer = hall.server.projection, hall.server.writer
    assert projection.officer(writer.view.state, "1") == "Trần Thị Hà"
    serve_one(hall)
    assert projection.officer(writer.view.state, "1") == "Lê Văn Nam"


def test_an_officer_who_is_in_no_list_is_not_named(hall: Hall) -> None:
    hall.server.ask(c.OpenCounter, counter="1", officer="somebody")
    assert hall.server.projection.officer(hall.server.writer.view.state, "1") == ""


def test_nothing_of_officers_and_answers_is_on_the_board(hall: Hall) -> None:
    hall.server.ask(c.OpenCounter, counter="1", officer="ha")
    number = serve_one(hall)
    hall.server.ask(c.Rate, counter="1", number=number, level=1, levels=4, reason="late", answers={"7": 0})
    board = msgspec.json.encode(hall.server.writer.view.board).decode()
    for secret in ("Trần", '"ha"', "late", '"answers"', '"level"'):
        assert secret not in board


# --- verify -----------------------------------------------------------------------------------------------


def rated_hall(data: Path) -> Path:
    with small_server.running(data) as server:
        number = server.issue()
        server.ask(c.OpenCounter, counter="1", officer="ha")
        server.ask(c.CallNext, counter="1")
        server.clock.passes(minutes=3)
        server.ask(c.Finish, counter="1")
        pressed = server.clock.now()
        server.clock.passes(minutes=5)
        server.ask(c.Rate, counter="1", number=number, level=1, levels=4, reason="late", pressed_at=pressed)
    server.store.close()
    return data


def test_verify_finds_a_sound_rating_sound(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify.run(rated_hall(tmp_path)) == verify.SOUND
    assert "ratings=1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("level", "4", "level is 1 in the log and 4 in the table"),
        ("answers", "'{\"7\":2}'", "answers is {} in the log and {'7': 2} in the table"),
        ("reason", "NULL", "reason is late in the log and None in the table"),
        ("officer", "'nam'", "officer is ha in the log and nam in the table"),
        ("counter", "'2'", "counter is 1 in the log and 2 in the table"),
        ("service", "'health'", "service is land in the log and health in the table"),
    ],
)
def test_every_column_that_figures_are_made_of_is_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], column: str, value: str, told: str
) -> None:
    data = rated_hall(tmp_path)
    with sqlite3.connect(data / "hall.db") as db:
        db.execute(f"UPDATE rating SET {column} = {value}")
    db.close()
    assert verify.run(data) == verify.BROKEN
    assert f"I9 rating of A98 of 2026-11-23: {told}" in capsys.readouterr().out


def test_a_rating_that_the_table_lost_and_one_that_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = rated_hall(tmp_path)
    with sqlite3.connect(data / "hall.db") as db:
        db.execute("UPDATE rating SET answers = '{'")
    db.close()
    assert verify.run(data) == verify.UNREADABLE
    with sqlite3.connect(data / "hall.db") as db:
        db.execute("DELETE FROM rating")
    db.close()
    assert verify.run(data) == verify.BROKEN
    assert "is in the log and not in the table" in capsys.readouterr().out


# --- the hall's file --------------------------------------------------------------------------------------


def hall_file(tmp_path: Path, rating: str) -> Path:
    text = HANAM.read_text(encoding="utf-8")
    begin, end = text.index("[rating]"), text.index("[[rating.reason]]")
    path = tmp_path / "hall.toml"
    path.write_text(text[:begin] + "[rating]\n" + rating + "\n" + text[end:], encoding="utf-8")
    return path


def test_the_questionnaire_is_off_unless_the_file_says_so(tmp_path: Path) -> None:
    config = load_site(hall_file(tmp_path, ""))
    assert config.questions == () and config.site.rating_questions == frozenset() and not config.shuffle


def test_the_questions_of_the_law_need_one_line(tmp_path: Path) -> None:
    config = load_site(hall_file(tmp_path, "questionnaire = true\nshuffle = true"))
    assert [q.id for q in config.questions] == list(INDICATORS) == ["1", "3", "4", "7"]
    assert config.site.rating_questions == set(INDICATORS) and config.shuffle
    assert all(len(q.answers) == 3 and q.text.vi and q.text.en for q in config.questions)


def test_a_hall_may_ask_fewer_in_its_own_order_and_words(tmp_path: Path) -> None:
    own = (
        'questionnaire = true\n[[rating.question]]\nid = "7"\n[[rating.question]]\nid = "1"\n'
        'text = { vi = "Có nhanh không?", en = "Was it quick?" }\n'
    )
    config = load_site(hall_file(tmp_path, own))
    assert [q.id for q in config.questions] == ["7", "1"]
    assert config.questions[0] == legal_questions()["7"]
    assert config.questions[1].text.vi == "Có nhanh không?"
    assert config.questions[1].answers == legal_questions()["1"].answers


@pytest.mark.parametrize(
    ("rows", "key", "word"),
    [
        ('[[rating.question]]\nid = "9"\n', "rating.question[0]", "needs a text"),
        (2 * '[[rating.question]]\nid = "7"\n', "rating.question[1].id", "2 times"),
        ('[[rating.question]]\nid = "7"\nanswer = "x"\n', "rating.question", ""),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_with_its_place(
    tmp_path: Path, rows: str, key: str, word: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load_site(hall_file(tmp_path, "questionnaire = true\n" + rows))
    assert key in str(caught.value) and word in str(caught.value)
