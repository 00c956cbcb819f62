"""The form in the reader's words: its lines, what is noted beside them, its checks and its rates.

Everything is asked of sums and small tables; nothing reads the dossiers one by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from server.dossiers import sums
from server.dossiers.register import Channel
from server.dossiers.reports import notes
from server.dossiers.reports.checks import Checked, Identity, check
from server.dossiers.reports.rates import Rate, fraction, per_cent, rates_of
from server.dossiers.reports.sheet import HEADER, Line, Sheet, figures_of, grouped, lines_of
from server.dossiers.store import DossierStore, Stamp
from server.dossiers.sums import Dimension
from server.dossiers.tally import COLUMNS, Row
from server.dossiers.telling import TEXTS as OURS
from server.site_file import HallConfig
from server.web.dossiers.report_form import Wanted
from server.web.words import TEXTS, clock_text, date_text, said

COLUMN_WORDS: Final = {
    "received_total": ("received", "sum"),
    "received_new": ("received", "new"),
    "carried_over": ("received", "carried"),
    "resolved_total": ("resolved", "sum"),
    "resolved_early": ("resolved", "early"),
    "resolved_on_time": ("resolved", "on_time"),
    "resolved_late": ("resolved", "late"),
    "pending_total": ("pending", "sum"),
    "pending_not_due": ("pending", "not_due"),
    "pending_overdue": ("pending", "overdue"),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page or a file shows. rates: of each line and of the sum, by the line's id; "" is the sum."""

    sheet: Sheet
    checked: Checked
    rates: Mapping[str, tuple[Rate, ...]]
    rows: Mapping[str, Row | None]
    total: Row


def see(store: DossierStore, config: HallConfig, wanted: Wanted, stamp: Stamp, lang: str) -> Seen:
    """The report as the register is."""
    period, by, known_at = wanted.period, wanted.by, stamp.known_at
    runs = known_at < period.ends
    with store.reading() as db:
        found = sums.bounds(db, by, period, store.zone, wanted.of)
        values = _values(config, by, wanted.of, list(found.until))
        form = sums.form_of(db, found, by, values, period, known_at)
        more = notes.noted(db, by, period, runs)
    names = {a.id: said(a.name, lang) for a in config.site.authorities}

    def name(value: str) -> str:
        match by:
            case Dimension.AUTHORITY:
                return names.get(value, value)
            case Dimension.OFFICER:
                return value.partition("/")[2]
            case Dimension.CHANNEL:
                return TEXTS(f"report.channel-{value}", lang)
        return value

    def note(value: str) -> str:
        row = form.rows[value]
        if row is None:
            return ""
        again = found.again(value) + more.again.get(value, 0)
        parts = (
            ("undated", row.undated),
            ("again", again),
            ("unrecorded", more.unrecorded.get(value, 0)),
            ("recorded-late", more.recorded_late.get(value, 0)),
        )
        return "; ".join(
            TEXTS(f"report.note-{key}", lang, n=n, count=grouped(n, lang)) for key, n in parts if n
        )

    lines = lines_of(form.rows, name, note)
    total = Line("", "", OURS("page.total", lang), figures_of(form.total))
    checked = check(lines, total)
    rates = {line.id: rates_of(line) for line in (*lines, total)}
    sheet = Sheet(
        title=OURS("page.form_title", lang),
        above=_above(config, wanted, stamp.whole_at, lang),
        heads=heads_by(by, lang),
        lines=lines,
        total=total,
        below=tuple(_below(by, checked, rates[""], lang)),
        lang=lang,
    )
    return Seen(sheet, checked, rates, form.rows, form.total)


def column_word(column: str, lang: str) -> str:
    """A figure's column in words that stand alone: "Số hồ sơ đã giải quyết, quá hạn"."""
    group, own = (OURS(f"page.{key}", lang) for key in COLUMN_WORDS[column])
    return f"{group}: {own[:1].lower()}{own[1:]}"


def identity_text(checked: Checked, identity: Identity, lang: str) -> str:
    """The identity, and that it holds or where it does not."""
    words = TEXTS(f"report.identity-{identity.value}", lang)
    wrong = checked.fails(identity)
    if not wrong:
        return TEXTS("report.holds", lang, identity=words)
    names = ", ".join(
        f"{fault.line.name} ({grouped(fault.whole, lang)} ≠ {grouped(fault.parts, lang)})"
        for fault in wrong[:5]
    )
    return TEXTS("report.fails", lang, identity=words, lines=names + (" …" if len(wrong) > 5 else ""))


def rate_text(rate: Rate, lang: str) -> str:
    """A rate with what it is of, and what cutting off would give where that is another figure."""
    text = TEXTS(
        f"report.rate-{rate.key}", lang, rate=per_cent(rate.rounded, lang), fraction=fraction(rate, lang)
    )
    if rate.rounded == rate.cut:
        return text
    return f"{text} {TEXTS('report.cut', lang, rate=per_cent(rate.cut, lang))}"


def _values(config: HallConfig, by: Dimension, of: str, known: list[str]) -> list[str]:
    """The lines in their order. An authority that the hall has no longer stands at the end."""
    match by:
        case Dimension.AUTHORITY:
            ours = [a.id for a in config.site.authorities]
            return [*ours, *sorted(set(known).difference(ours))]
        case Dimension.OFFICER:
            return sorted(value for value in known if value.startswith(f"{of}/"))
        case Dimension.CHANNEL:
            return [channel.value for channel in Channel]
    return sorted(known)


def _above(config: HallConfig, wanted: Wanted, whole_at: datetime, lang: str) -> tuple[str, ...]:
    zone = config.site.zone
    known = f"{clock_text(whole_at, zone)} {date_text(whole_at.astimezone(zone).date())}"
    days = OURS("page.from_to", lang, begins=date_text(wanted.begins), ends=date_text(wanted.ends))
    whose = [said(a.name, lang) for a in config.site.authorities if a.id == wanted.of]
    return (said(config.site.name, lang), *whose, f"{days}. {OURS('page.known', lang, at=known)}")


def heads_by(by: Dimension, lang: str) -> dict[str, str]:
    """The words of the header, whose lines are told by this."""
    heads = {head.key: OURS(f"page.{head.key}", lang) for head in HEADER}
    if by is not Dimension.AUTHORITY:
        heads["unit"] = TEXTS(f"report.by-{by.value}", lang)
    return heads


def _below(by: Dimension, checked: Checked, rates: tuple[Rate, ...], lang: str) -> list[str]:
    known = [] if by is Dimension.AUTHORITY else [TEXTS(f"report.without-{by.value}", lang)]
    return [
        *(rate_text(rate, lang) for rate in rates),
        TEXTS("report.rounding", lang),
        *(identity_text(checked, identity, lang) for identity in Identity),
        sums_text(checked, lang),
        OURS("page.blank_is", lang),
        *known,
    ]


def sums_text(checked: Checked, lang: str) -> str:
    """Whether the columns come to their sums."""
    if not checked.sums:
        return TEXTS("report.sums-hold", lang, n=len(COLUMNS))
    told = "; ".join(
        f"{column_word(one.column, lang)} ({grouped(one.said, lang)} ≠ {grouped(one.found, lang)})"
        for one in checked.sums
    )
    return TEXTS("report.sums-fail", lang, columns=told)
