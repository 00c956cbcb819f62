"""A month of a hall with everything in it that makes sums difficult, through the real writer.

Two weeks of November 2026 are worked by a hand clock: it is set back; numbers come back, are sent on, have
their call taken back; an outage whose numbers the kiosk tells later, one of them after the day had closed; a
sheet written by hand; a hand-over; counters that nobody closes; a day that closes with people in the hall.
"""

from __future__ import annotations

import random
import uuid
from datetime import UTC, date, datetime, timedelta

from server.hall import commands as c
from server.hall.refusals import Refusal
from server.hall.tickets import Klass, State
from tests.web.place import Place

FIRST_DAY = date(2026, 11, 9)  # a Monday
DAYS = (0, 1, 2, 3, 4, 7, 8, 9)
LAND, PERMITS, JUSTICE = "environment-land", "environment-permits", "justice-records"


class Month:
    """Works days in a hall. The same seed, the same month."""

    def __init__(self, place: Place, seed: int = 11) -> None:
        self.place, self.dice = place, random.Random(seed)
        self.services = self._two_counters()
        self._told = 0

    def _two_counters(self) -> list[str]:
        """Services of the counters that are worked."""
        counters = self.place.config.site.counters
        return [s for id in ("6", "7") for s in counters[id].services]

    def clock(self, day: date, hour: int, minute: int = 0) -> None:
        """Local time of the hall; the writer hears of it with the next command."""
        at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=self.place.config.site.zone)
        self.place.clock.at = at.astimezone(UTC)

    def day_turned(self) -> None:
        """Until the writer has seen the new day by itself."""
        rev, wanted = self.place.writer.view.rev, self.place.clock.now()
        for _ in range(100):
            view = self.place.writer.wait(rev, 0.2)
            if view.state.day == (wanted + timedelta(hours=3)).date().isoformat():
                return
            rev = view.rev
        raise AssertionError("the day did not turn")

    def tried(self, counter: str, kind: type[c.AtCounter], **more: object) -> dict[str, object] | None:
        try:
            return self.place.at(counter, kind, **more)
        except Refusal:
            return None

    def visit(self, counter: str) -> None:
        """One turn at a counter, with one of the fates that a turn has."""
        dice, place = self.dice, self.place
        called = self.tried(counter, c.CallNext)
        if called is None or "number" not in called:
            return
        number = str(called["number"])
        place.clock.pass_(seconds=dice.randint(5, 90))
        fate = dice.choices(
            ("served", "started", "missed", "parked", "sent", "undone", "back"), (6, 8, 2, 2, 2, 2, 1)
        )[0]
        if fate in ("started", "undone") and dice.random() < 0.8:
            place.at(counter, c.Start)
        place.clock.pass_(seconds=dice.randint(60, 700))
        match fate:
            case "missed":
                place.at(counter, c.MarkNoShow)
                if dice.random() < 0.5:
                    place.clock.pass_(minutes=2)
                    place.at(counter, c.BringBack, number=number)
            case "back":
                place.at(counter, c.MarkNoShow)
                place.clock.pass_(minutes=1)
                place.at(counter, c.CallNumber, number=number)  # came running after all
                place.clock.pass_(minutes=3)
                place.at(counter, c.Finish)
            case "parked":
                place.at(counter, c.Park, note="bổ sung bản sao")
                if dice.random() < 0.5:
                    place.at(counter, c.BringBack, number=number)
            case "sent":
                other = dice.choice(self.services)
                place.at(counter, c.Transfer, to_service=other, note="đúng việc")
            case "undone":
                if dice.random() < 0.5:  # sent on by mistake
                    place.at(counter, c.Transfer, to_service=dice.choice(self.services))
                    place.clock.pass_(seconds=4)
                    place.at(counter, c.Undo)
                    place.clock.pass_(seconds=9)
                place.at(counter, c.Finish)
                place.clock.pass_(seconds=3)
                place.at(counter, c.Undo)
                place.clock.pass_(seconds=40)
                place.at(counter, c.Finish)
            case _:
                place.at(counter, c.Finish)
                if dice.random() < 0.7:
                    level = dice.choice((4, 4, 3, 2, 1))
                    place.at(counter, c.Rate, number=number, level=level, levels=4)

    def come(self, n: int) -> None:
        for _ in range(n):
            self.place.issue(
                self.dice.choice(self.services), self.dice.choice(("normal", "normal", "priority"))
            )
            self.place.clock.pass_(seconds=self.dice.randint(10, 200))

    def day(self, n: int) -> None:
        """One working day; what is special about it depends on its number."""
        place, dice, day = self.place, self.dice, FIRST_DAY + timedelta(days=n)
        self.clock(day, 7, 10)
        self.day_turned()
        self.clock(day, 7, 31)
        place.at("6", c.OpenCounter, officer="officer-6")
        place.at("7", c.OpenCounter, officer="officer-7")
        self.come(8)
        for turn in range(9):
            self.visit("6" if turn % 2 else "7")
            if turn == 3 and n == 2:
                place.clock.pass_(minutes=-12)  # the machine's clock is set right: it was fast
            if turn == 4:
                self.come(4)
        if n == 1:
            self.come(4)
            self.out_of_turn("7")
            self.come(2)
            self.undone_call("6")
        place.at("7", c.PauseCounter, reason="break")
        place.clock.pass_(minutes=dice.randint(4, 15))
        place.at("7", c.OpenCounter, officer="officer-7")
        if n == 3:
            self.outage(day)
        if n == 4:  # hand-over: another officer sits down at counter 7
            place.at("7", c.CloseCounter)
            place.clock.pass_(seconds=20)
            place.at("7", c.OpenCounter, officer="officer-8")
        self.clock(day, 13, 35)
        self.come(5)
        for turn in range(6):
            self.visit("6" if turn % 2 else "7")
        waiting = [t for t in place.writer.view.state.tickets.values() if t.state is State.WAITING]
        if waiting and n % 2:
            place.writer.ask(
                c.Cancel(
                    id=uuid.uuid4().hex, by="officer:officer-6", number=waiting[0].number, reason="về nhà"
                )
            )
        if n % 3 == 0:  # two numbers exactly on the half hour
            self.clock(day, 15, 0)
            place.issue(LAND), place.issue(LAND)
            self.clock(day, 15, 30)
            self.tried("7", c.CallNext)
        if n == 7:  # the day closes with somebody at a counter, somebody called, people waiting
            self.come(3)
            self.tried("6", c.CallNext) and place.at("6", c.Start)
            return
        for counter in ("6", "7"):
            if place.writer.view.state.counter(counter).current is not None:
                place.at(counter, c.Finish)
            if not (n == 2 and counter == "7"):  # one is left open
                place.at(counter, c.CloseCounter)

    def out_of_turn(self, counter: str) -> None:
        state, site = self.place.writer.view.state, self.place.config.site
        mine = [
            t
            for t in state.tickets.values()
            if t.state is State.WAITING and site.counters[counter].serves(t.service)
        ]
        if mine:
            last = max(mine, key=lambda t: t.place)
            self.place.at(counter, c.CallNumber, number=last.number, reason="đi xe buýt")
            self.place.clock.pass_(minutes=2)
            self.place.at(counter, c.Finish)

    def undone_call(self, counter: str) -> None:
        assert self.place.at(counter, c.CallNext)["number"]
        self.place.clock.pass_(seconds=4)
        self.place.at(counter, c.Undo)

    def outage(self, day: date) -> None:
        """Kiosk 1 gave three numbers of its own; two are told now, one when the day is long over."""
        for n in (1, 2):
            self.tell(n, self.place.clock.now() - timedelta(minutes=30 - n))
            self.place.clock.pass_(seconds=10)
        self._late = self.place.clock.now()

    def tell(self, n: int, at: datetime) -> None:
        self._told += 1
        id = f"own-{n}"
        series = next(s for s, kiosk in self.place.config.site.own_series.items() if kiosk == "kiosk-1")
        letter = self.place.config.site.services[LAND].letter
        self.place.writer.ask(
            c.TakeOwnNumber(
                id=f"tell-{n}", by="device:kiosk-1", ticket=id, token=f"token-{id}", spare=f"spare-{id}",
                source="kiosk-1", number=f"{letter}{series}-{n:03}", service=LAND, box="box-1",
                seq=self._told, at=at, trusted=True, age=None, klass=Klass.NORMAL,
            )
        )  # fmt: skip

    def by_hand(self, day: date, *rows: tuple[str, str, int, int | None]) -> None:
        """A sheet of `day`: (number, fate, minute given after 08:00, minute ended)."""
        site = self.place.config.site
        began = datetime(day.year, day.month, day.day, 8, 0, tzinfo=site.zone).astimezone(UTC)
        made = tuple(
            c.Handwritten(
                number=number,
                service=LAND,
                given_at=began + timedelta(minutes=given),
                fate=fate,  # type: ignore[arg-type]
                at=None if ended is None else began + timedelta(minutes=ended),
                counter="7" if fate == "served" else None,
                ticket=f"hand-{day}-{number}",
                token=f"hand-token-{day}-{number}",
            )
            for number, fate, given, ended in rows
        )
        self.place.writer.ask(
            c.EnterHandwritten(id=f"sheet-{day}", by="officer:officer-6", day=day, rows=made)
        )

    def whole(self) -> None:
        """The month; behind it stands Friday 20 November, on which nobody has come yet."""
        letter = self.place.config.site.services[LAND].letter
        for n in DAYS:
            self.day(n)
            if n == 4:  # a number of Thursday's outage comes after that day had closed
                self.tell(3, self._late)
            if n == 7:
                continue
            if n == 8:
                self.by_hand(
                    FIRST_DAY + timedelta(days=8),
                    (f"{letter}0-001", "served", 20, 41),
                    (f"{letter}0-002", "left", 25, 60),
                )
            if n == 9:  # a sheet of an earlier day is found
                self.by_hand(FIRST_DAY + timedelta(days=3), (f"{letter}0-001", "served", 5, 30))
        self.clock(FIRST_DAY + timedelta(days=11), 7, 15)
        self.day_turned()
