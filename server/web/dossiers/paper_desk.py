"""The desk at which papers are made and their templates kept, for pages and programs alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from server.dossiers import applicants, book
from server.dossiers.apologies import apology
from server.dossiers.code import read_code
from server.dossiers.reckoning import promise_on_paper
from server.dossiers.store import DossierStore, Whole
from server.papers import sample, tags
from server.papers.as_xlsx import xlsx
from server.papers.blanks import Centre, Filled, Typed, of_book, of_dossier
from server.papers.checking import Checked, checked
from server.papers.filling import Unfilled
from server.papers.flaws import Flaw
from server.papers.forms import BLANKS, SHAPES, Form, Kind, circular_of
from server.papers.making import Format, Stock, made
from server.papers.press import pressed
from server.papers.shelf import Shelf, Version
from server.papers.wording import HEAD, LANGUAGES, Words, mistakes, ours
from server.people.rights import Right
from server.web.hall import Hall

Written = Literal["vi", "en"]
BookFormat = Literal["docx", "pdf", "xlsx"]
MOST_LINES: Final[dict[BookFormat, int]] = {"docx": 2000, "pdf": 2000, "xlsx": 20_000}


class Refused(Exception):
    """A template, or words, that cannot be taken, or used any more: `checked` of a template, `words` as of
    `mistakes`."""

    def __init__(
        self, checked: Checked | None = None, words: tuple[tuple[str, str, str, str], ...] = ()
    ) -> None:
        super().__init__("refused")
        self.checked, self.words = checked, words


@dataclass(frozen=True, slots=True)
class PaperDesk:
    """by: whoever asks. may: whether they have a right here. audit: tells what they did."""

    hall: Hall
    by: str
    may: Callable[[Right], bool]
    audit: Callable[..., None]

    @property
    def shelf(self) -> Shelf:
        """Raises LookupError in a hall that keeps none."""
        if self.hall.papers is None:
            raise LookupError
        return self.hall.papers

    @property
    def stock(self) -> Stock:
        return Stock(self.hall.papers)

    @property
    def store(self) -> DossierStore:
        if self.hall.desk is None:
            raise LookupError
        return self.hall.desk.store

    @property
    def centre(self) -> Centre:
        config = self.hall.config
        names = {authority.id: authority.name for authority in config.site.authorities}
        return Centre(config.site.name, config.site.zone, config.hotline, names)

    def today(self) -> date:
        return self.hall.clock.now().astimezone(self.hall.config.site.zone).date()

    def number(self, form: Form) -> str:
        """The form's number in the circular of today, or ""."""
        circular = circular_of(self.today())
        return circular.numbers.get(form, "") if circular else ""

    def flaws(self, form: Form, n: int | None = None) -> tuple[Flaw, ...]:
        """What a version's template asks that this program does not know; none of ours does. n: None for the
        one that holds."""
        raw = self.shelf.template(form, n)
        return () if raw is None else tuple(tags.flaws(raw, form))

    # --- making: raises Refused where the template in use is of another program and asks what we do not know

    def _filled(self, form: Form, make: Callable[[], bytes]) -> bytes:
        try:
            return make()
        except Unfilled:
            raise Refused(Checked(self.flaws(form) or (Flaw("tag-broken"),))) from None

    def find(self, code: str) -> Whole:
        """A dossier by its code, however it is written. Raises LookupError."""
        read = read_code(code)
        found = None if read is None else self.store.find(read.text)
        if found is None:
            raise LookupError
        return found

    def letter(self, whole: Whole, form: Form, format: Format, written: Written, typed: Typed) -> bytes:
        """A paper about one dossier. Names only for whoever may see persons; told to the audit. Raises
        `apologies.NoApology`."""
        if form is Form.APOLOGY:
            apology(whole)
        persons = self.may(Right.PERSONS)
        code = whole.dossier.code
        person = None
        if persons:
            with self.store.reading() as db:
                person = applicants.known(db, [code]).get(code)
        told = of_dossier(
            form,
            whole,
            None if person is applicants.FORGOTTEN else person,
            self.centre,
            typed,
            self.stock.words(form, written),
            written,
            self.hall.clock.now(),
            book.number_of(self.store, whole.dossier) if "book_number" in SHAPES[form].blanks else None,
        )
        paper = self._filled(form, lambda: made(self.stock, form, told, format, written))
        if form is Form.RECEIPT and whole.dossier.due_by_us and whole.due is not None:
            promise_on_paper(self.store, code, whole.due, self.hall.clock.now())
        self.audit("paper.made", form=form.value, dossier=code, format=format, persons=persons)
        return paper

    def book(self, begins: date, ends: date, format: BookFormat, written: Written) -> bytes:
        """The register book of days, both included. Raises `book.TooMany`."""
        persons, form = self.may(Right.PERSONS), Form.REGISTER_BOOK
        lines = book.book(self.store, begins, ends, persons, MOST_LINES[format])
        words = self.stock.words(form, written)
        told = of_book(lines, begins, ends, self.centre, words, written, self.hall.clock.now())
        if format == "xlsx":
            paper = xlsx(told)
        else:
            template, title = self.stock.template(form), words["title"]
            paper = self._filled(form, lambda: pressed(template, told, format, title, written))
        about = {"begins": f"{begins}", "ends": f"{ends}", "format": format, "persons": persons}
        self.audit("paper.book", **about)
        return paper

    def sample(self, form: Form, format: Format, written: Written) -> bytes:
        """A form with a dossier that nobody handed in."""
        told = self._sample(form, written, bare=False)
        if form is Form.REGISTER_BOOK:
            words = self.stock.words(form, written)
            template, title = self.stock.template(form), words["title"]
            return self._filled(form, lambda: pressed(template, told, format, title, written))
        return self._filled(form, lambda: made(self.stock, form, told, format, written))

    def _sample(self, form: Form, written: Written, bare: bool) -> Filled:
        words = self.stock.words(form, written)
        return sample.sample(form, self.centre, words, written, self.hall.clock.now(), bare)

    # --- keeping: each with the number of the version that was seen. Raises shelf.Moved, shelf.Full.

    def put_template(self, form: Form, base: int, raw: bytes) -> tuple[Version, Checked]:
        """Take a template into use. Raises Refused."""
        trials = tuple(self._sample(form, "vi", bare) for bare in (False, True))
        found = checked(raw, form, trials)
        if found.flaws:
            raise Refused(found)
        version = self.shelf.put_template(form, base, raw, self.by, self.hall.clock.now())
        self.audit("paper.template", form=form.value, version=version.n)
        return version, found

    def put_words(self, area: str, base: int, words: Words) -> Version:
        """Say something else; texts that are not given are ours again. Raises Refused."""
        whole = {
            lang: {key: words.get(lang, {}).get(key, text) for key, text in ours(area)[lang].items()}
            for lang in LANGUAGES
        }
        wrong = tuple(mistakes(area, whole))
        if wrong:
            raise Refused(words=wrong)
        version = self.shelf.put_words(area, base, whole, self.by, self.hall.clock.now())
        self.audit("paper.words", form=area, version=version.n)
        return version

    def go_back(self, area: str, base: int, to: int) -> Version:
        """Raises LookupError for no such version, Refused for a template that we cannot fill any more."""
        if area != HEAD and (found := self.flaws(Form(area), to)):
            raise Refused(Checked(found))
        version = self.shelf.go_back(area, base, to, self.by, self.hall.clock.now())
        self.audit("paper.restored", form=area, version=version.n, to=to)
        return version


def lines_of(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def several(name: str) -> bool:
    """Whether a typed blank has lines."""
    return BLANKS[name].kind is Kind.LINES
