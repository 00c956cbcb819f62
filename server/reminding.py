"""Reminds officers and authorities of what they promised: a thread of each centre that looks now and then.

Only in the hours in which somebody works. What is to be told is written down first (`dossiers.reminders`),
then put into one letter for each recipient (`dossiers.mails`), then sent; each step begins where the one
before it was committed, so that nothing is lost or told twice over a restart.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from hardware.clock import Clock
from server.dossiers import mails, reminders
from server.dossiers.officers import same
from server.dossiers.promises import Marks, Standing
from server.dossiers.standings import Line
from server.dossiers.store import DossierStore
from server.dossiers.working_time import NoTime, WorkCalendar
from server.mail import Postman, addresses
from server.people.contacts import Contact
from server.site_file import HallConfig
from server.web.words import TEXTS, said

log = logging.getLogger("reminding")

LOOK_S: Final = 60.0  # how often letters that wait are tried
NOTE_S: Final = 300.0  # how often all open dossiers are looked at
LANG: Final = "vi"  # of letters
ORDER: Final = tuple(Standing)


class Reminding:
    """`start`, then `stop`. `look` is one turn."""

    def __init__(
        self,
        config: Callable[[], HallConfig],
        store: DossierStore,
        clock: Clock,
        contacts: Callable[[], Sequence[Contact]],
        postman: Postman | None,
        every_s: float = LOOK_S,
    ) -> None:
        """config: as it holds now. contacts: of whoever works here. postman: None where no mail is sent."""
        self._config, self._store, self._clock = config, store, clock
        self._contacts, self._postman, self._every_s = contacts, postman, every_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reminding", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Waits for the letter under way: one that was taken is written down as taken."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()

    def look(self, note: bool = True) -> None:
        """Write down, list and send what is due, if somebody works now. note: look at all open dossiers."""
        config, now = self._config(), self._clock.now()
        calendar = config.due_rules.calendar
        if not works(calendar, now):
            return
        if note and (count := reminders.note(self._store, config.reminders, calendar, now)):
            log.info("reminders=%d", count)
        writing = None
        if self._postman is not None:
            book = Book(config, self._contacts())
            writing = mails.Writing(book.addresses, Words(config), self._postman.domain)
        if count := mails.write(self._store, Marks.at(calendar, now, config.reminders.soon), writing, now):
            log.info("letters=%d", count)
        if self._postman is not None:
            mails.deliver(self._store, self._postman.send, now, self._stopping.is_set)

    def _run(self) -> None:
        turns, every = 0, max(1, round(NOTE_S / self._every_s))
        while not self._stopping.wait(self._every_s):
            try:
                self.look(note=turns % every == 0)
            except sa.exc.OperationalError as error:  # an import that takes long, a disk that is full
                log.error("not reminded error=%s", type(error.orig).__name__)
            turns += 1


@dataclass(frozen=True, slots=True)
class Book:
    """Who is reached where, by the configuration and the accounts of this moment."""

    config: HallConfig
    contacts: Sequence[Contact]

    def addresses(self, recipient: str) -> tuple[str, ...]:
        """Of `authority:<id>` or `officer:<name>`; none where nobody wrote one down."""
        if recipient.startswith(reminders.AUTHORITY):
            return addresses([self.config.emails.get(recipient.removeprefix(reminders.AUTHORITY), "")])
        name = same(recipient.removeprefix(reminders.OFFICER))
        return addresses([one.email for one in self.contacts if same(one.source_name) == name])


@dataclass(frozen=True, slots=True)
class Words:
    """What a letter says: a line for each dossier under how it stands, and where to look further."""

    config: HallConfig

    def __call__(self, recipient: str, found: Sequence[Line], more: int) -> tuple[str, str]:
        """Subject and text."""
        heads: dict[str, list[str]] = {}
        for line in sorted(found, key=lambda line: ORDER.index(line.standing)):
            heads.setdefault(line.standing.value, []).append(self._line(line))
        told = "; ".join(
            TEXTS("mail.count", LANG, n=len(lines), what=TEXTS(f"standing.{head}", LANG).lower())
            for head, lines in heads.items()
        )
        site = said(self.config.site.name, LANG)
        parts = [TEXTS("mail.dear", LANG, who=self._who(recipient)), TEXTS("mail.about", LANG, site=site)]
        for head, lines in heads.items():
            parts.append("\n".join((f"{TEXTS(f'standing.{head}', LANG)} ({len(lines)})", *lines)))
        if more:
            parts.append(TEXTS("mail.more", LANG, n=more))
        own = recipient.startswith(reminders.OFFICER)
        page = "mine" if own else f"mine?authority={recipient.removeprefix(reminders.AUTHORITY)}"
        parts += [f"{self.config.url}/dossiers/{page}", TEXTS("mail.automatic", LANG)]
        return TEXTS("mail.subject", LANG, told=told), "\n\n".join(parts) + "\n"

    def _who(self, recipient: str) -> str:
        kind, _, id = recipient.partition(":")
        if f"{kind}:" == reminders.OFFICER:
            return id
        names = {a.id: said(a.name, LANG) for a in self.config.site.authorities}
        return names.get(id, id)

    def _line(self, line: Line) -> str:
        due = "" if line.due is None else f"{line.due.astimezone(self.config.site.zone):%H:%M %d/%m/%Y}"
        return TEXTS("mail.line", LANG, code=line.code, due=due, procedure=line.procedure)


def works(calendar: WorkCalendar, now: datetime) -> bool:
    """Whether somebody works now; always at a site that never works."""
    try:
        return calendar.snapped(now) <= now
    except NoTime:
        return True
