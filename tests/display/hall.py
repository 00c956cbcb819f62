"""A hall for display tests: calls as they are made, boards as a server would publish them."""

from datetime import UTC, datetime, timedelta

from broker import messages as m
from broker.device import BoardArrived, ServerUp
from display.core import Announce, Display, Shown, Tick

ZONE = "Asia/Ho_Chi_Minh"
MORNING = datetime(2026, 11, 23, 1, 12, tzinfo=UTC)  # 08:12 in the hall, a Monday
HALL = m.Words("Trung tâm Phục vụ hành chính công tỉnh Hà Nam", "Hà Nam Public Administration Service Centre")


def at(seconds, start=MORNING):
    return start + timedelta(seconds=seconds)


def waiting(letter, count, service=None, open=True):
    return m.WaitingLine(
        service=service or f"s-{letter.lower()}",
        letter=letter,
        name=m.Words("Dịch vụ", "Service"),
        waiting=count,
        wait=None,
        open=open,
    )


class Hall:
    """The server's side: `call` makes a call, `board` is what is published then."""

    def __init__(self, day="2026-11-23", epoch=1):
        self.day, self.epoch, self.rev, self.seq = day, epoch, 0, 0
        self.calls = []
        self.waiting = (waiting("A", 6), waiting("B", 4), waiting("E", 21))
        self.notices = ()

    def call(self, now, number=None, counter="3", recall=0, lang="vi"):
        self.seq += 1
        made = m.Call(
            seq=self.seq,
            number=number or f"A{self.seq:03}",
            counter=counter,
            at=now,
            recall=recall,
            lang=lang,
        )
        self.calls.append(made)
        return made

    def undo(self):
        return self.calls.pop()

    def board(self, now, **changes):
        self.rev += 1
        told = {
            "epoch": self.epoch,
            "rev": self.rev,
            "at": now,
            "day": self.day,
            "hall": HALL,
            "calls": tuple(reversed(self.calls[-30:])),
            "counters": (),
            "waiting": self.waiting,
            "notices": self.notices,
        }
        return m.Board(**{**told, **changes})


class Wall:
    """A display core with its history: all effects in order."""

    def __init__(self, now=MORNING, **options):
        self.display = Display(now, ZONE, **options)
        self.effects = []

    def tell(self, input, now):
        self.effects += self.display.handle(input, now)

    def see(self, board, now):
        self.tell(BoardArrived(board), now)

    def wait(self, now):
        self.tell(Tick(), now)

    def live(self, start, end):
        """Wake at every deadline from `start` until `end`, as the program does."""
        now = start
        while (now := self.display.next_deadline(now)) < end:
            self.wait(now)
        self.wait(end)

    def view(self, now):
        return self.display.view(now)

    @property
    def shown(self):
        return [effect for effect in self.effects if isinstance(effect, Shown)]

    @property
    def announced(self):
        return [effect.call for effect in self.effects if isinstance(effect, Announce)]

    def hero(self, now):
        hero = self.view(now).hero
        return None if hero is None else (hero.number, hero.counter)

    def rows(self, now):
        return [row.number for row in self.view(now).rows]


def seqs(calls):
    return [call.seq for call in calls]


def connected(hall, now=MORNING, **options):
    """A wall in the middle of the day: the server is up, the first board has been seen."""
    wall = Wall(now, **options)
    wall.tell(ServerUp(hall.epoch), now)
    wall.see(hall.board(now), now)
    return wall
