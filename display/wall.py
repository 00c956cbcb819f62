"""The wall's core: calls, dossiers, slides and rest in one, and which of them is seen now. Pure.

Knows zones, pages and opening times, and leaves the calls to `display.core`; keeps out pixels and words. A
call always comes through: where the zone has no place for calls, a new one takes the whole wall until its
time as hero is over, and then the page that it interrupted goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from broker import messages as m
from broker.device import ConfigArrived, DossiersArrived
from display import programme, progress, rest
from display.core import PAGE_S, Announce, Complain, Display, Effect, Input as CallsInput
from display.discreet import known_names, known_officers
from display.progress import Reader, Room
from display.scene import plain
from display.turning import Turning
from display.view import Face, Page, Progress, Rest, Slides, SlideText, View

Input = CallsInput | DossiersArrived
Rooms = Mapping[m.Zone, Room]

NOTHING = Room(0, 0)
WITH_PROGRESS: frozenset[Face] = frozenset({"calls-progress", "progress"})
MOST_TITLE, MOST_LINE, MOST_LINES = 120, 200, 8  # signs of a slide, and its lines


class Wall:
    """Feed it every input with `handle`, draw what `view` says, wake it at `next_deadline`.

    `rooms`: how many rows of dossiers a page has in each zone of this panel. A zone that is not in it cannot
    be read here: the wall shows the calls instead. `calls` is the core for the calls alone.
    """

    def __init__(
        self, now: datetime, zone: str, lang: m.Lang = "vi", rooms: Rooms | None = None, calm: bool = False
    ) -> None:
        self.calls = Display(now, zone, lang, calm=calm)
        self._lang: m.Lang = lang
        self.rooms = rooms or {}
        self._last = now
        self._plan: m.DisplayPlan | None = None
        self._known = frozenset[str](), frozenset[str]()  # authorities, officers
        self._dossiers: m.Dossiers | None = None
        self._called_at: datetime | None = None
        self._pages: tuple[Page, ...] = ()  # of this round
        self._room_of_pages = NOTHING
        self._totals = (0, 0)
        self._paging = Turning(PAGE_S)
        self._sliding = Turning(PAGE_S)
        self._slides: tuple[SlideText, ...] = ()

    def handle(self, input: Input, now: datetime) -> list[Effect]:
        """What follows from this input at this time."""
        self._keep_up_with(now)
        effects: list[Effect] = []
        if isinstance(input, DossiersArrived):
            effects += self._dossiers_arrived(input.dossiers, now)
        else:
            effects += self.calls.handle(input, now)
            if isinstance(input, ConfigArrived) and input.config.display is not None:
                self._plan_arrived(input.config.display)
        if any(isinstance(effect, Announce) for effect in effects):
            self._called_at = now
        self._turn(now)
        return effects

    def next_deadline(self, now: datetime) -> datetime:
        """When the next Tick is due: until then `view` stays as it is, if nothing arrives."""
        turns = [at for at in (self._paging.due, self._sliding.due) if at is not None]
        due = [self.calls.next_deadline(now), *turns]
        if min(due) <= now:
            return now  # also the next call's turn, which fell due while the wall was painted
        for at in (self.calls.hero_until(now), self._old_at()):
            if at is not None:
                due.append(at)
        if self._plan is not None:
            due += rest.changes(self._plan.openings, self._called_at)
        return min(at for at in due if at > now)

    def view(self, now: datetime) -> View:
        """What the wall shows at `now`."""
        face = self._face(now)
        calls = self.calls.view(now)
        if face == "rest":
            return View(face, calls, rest=self._rest(now))
        if face == "slides":
            return View(face, calls, slides=self._slides_now())
        if face in WITH_PROGRESS:
            return View(face, calls, progress=self._progress(now))
        return View(face, calls)

    # --- which face ---------------------------------------------------------------------------------------

    def _face(self, now: datetime) -> Face:
        """Calls before all; then rest; then the zone of the hour, where this panel can hold it."""
        calling = self.calls.hero_until(now) is not None
        plan = self._plan
        if plan is None:
            return "calls"
        if not calling and not rest.awake(plan.openings, now, self._called_at):
            return "rest"
        zone = programme.zone_at(plan, now.astimezone(self.calls.zone))
        if zone == "slides":
            return "calls" if calling or not self._slides else "slides"
        if zone == "calls" or zone not in self.rooms or (zone == "progress" and calling):
            return "calls"
        return zone

    def _room(self, now: datetime) -> Room:
        """The rows of the zone of the hour, also while a call has taken the wall."""
        if self._plan is None:
            return NOTHING
        zone = programme.zone_at(self._plan, now.astimezone(self.calls.zone))
        return self.rooms.get(zone, NOTHING)

    def _turn(self, now: datetime) -> None:
        """Turn pages and slides that have stood their time. New dossiers are taken in between two pages.

        Pages are for eyes: in a demo whose clock runs fast they stand for as many times longer.
        """
        face = self._face(now)
        room = self._room(now)
        seconds = (self._plan.page_s if self._plan is not None else PAGE_S) * max(1.0, self.calls.pace)
        self._paging.stands(seconds)
        self._sliding.stands(seconds)
        self._paging.seen(face in WITH_PROGRESS and bool(self._pages), now)
        if room.dossiers and (self._paging.turn(now) or not self._pages or self._room_of_pages != room):
            self._take_in(room, now)
            self._paging.seen(face in WITH_PROGRESS and bool(self._pages), now)
        self._sliding.seen(face == "slides", now)
        self._sliding.turn(now)

    # --- dossiers -----------------------------------------------------------------------------------------

    def _take_in(self, room: Room, now: datetime) -> None:
        if room != self._room_of_pages:
            self._room_of_pages = room
            self._paging.first()
        self._pages = progress.tour(progress.pages(self._dossiers, room, now, self._reader()))
        self._totals = progress.totals(self._dossiers) if self._dossiers is not None else (0, 0)

    def _reader(self) -> Reader:
        return Reader(self.calls.zone, self._lang, *self._known)

    def _dossiers_arrived(self, dossiers: m.Dossiers, now: datetime) -> list[Effect]:
        if self._dossiers is not None and dossiers.rev <= self._dossiers.rev:
            return []  # never back to an older register
        self._dossiers = dossiers
        if dossiers.known_at is None:
            self._pages = ()
        hidden = progress.left_out(dossiers, now, self._reader())
        return [Complain(f"dossiers left out={hidden}: codes that say more than a code")] if hidden else []

    def _progress(self, now: datetime) -> Progress:
        if not self._pages or self._dossiers is None:
            return Progress()
        page = self._pages[self._paging.index % len(self._pages)]
        old: tuple[date | None, time] | None = None
        if (old_at := self._old_at()) is not None and now >= old_at and self._dossiers.known_at is not None:
            since = self._dossiers.known_at.astimezone(self.calls.zone)
            today = now.astimezone(self.calls.zone).date()
            minute = since.time().replace(second=0, microsecond=0)
            old = (since.date() if since.date() != today else None, minute)
        return Progress(page, *self._totals, old)

    def _old_at(self) -> datetime | None:
        """From when on the dossiers are marked as old."""
        if self._dossiers is None or self._dossiers.known_at is None or self._plan is None:
            return None
        return self._dossiers.known_at + timedelta(minutes=self._plan.old_min)

    # --- plan, slides, rest -------------------------------------------------------------------------------

    def _plan_arrived(self, plan: m.DisplayPlan) -> None:
        self._plan = plan
        known = known_names(plan.authorities), known_officers(plan.officers)
        if known != self._known:
            self._known, self._pages = known, ()
        self._slides = tuple(slide_text(slide, self._lang) for slide in plan.slides)

    def _slides_now(self) -> Slides:
        return Slides(self._slides, self._sliding.index)

    def _rest(self, now: datetime) -> Rest:
        assert self._plan is not None
        opens = rest.next_opening(self._plan.openings, now)
        local = None if opens is None else opens.astimezone(self.calls.zone)
        minute = int(now.timestamp() // 60)
        return Rest(minute, None if local is None else (local.date(), local.time().replace(microsecond=0)))

    def _keep_up_with(self, now: datetime) -> None:
        """A clock that stepped back takes our instants along."""
        if now < self._last:
            step = self._last - now
            self._paging.back(step)
            self._sliding.back(step)
            if self._called_at is not None:
                self._called_at -= step
        self._last = now


def slide_text(slide: m.Slide, lang: m.Lang) -> SlideText:
    """A slide's words, as far as a wall can show them."""
    lines = (plain(line[lang], MOST_LINE) for line in slide.lines[:MOST_LINES])
    return SlideText(plain(slide.title[lang], MOST_TITLE), tuple(line for line in lines if line))
