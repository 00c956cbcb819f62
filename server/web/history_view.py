"""What the history page shows of a period; one report feeds page, CSV, XLSX and PDF."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from server.history.cube import ALL, COUNTER, OFFICER, SERVICE, SLOT, slot_dim
from server.history.drill import AUTHORITY
from server.history.ledger import History
from server.history.periods import Period, Unit
from server.history.sums import Sums, added
from server.history.table import Cell, Column, Kind, Report, Table, Value, length, tenth
from server.history.whats import WHATS
from server.satisfaction import share_of
from server.site_file import HallConfig
from server.unseen import LEAST
from server.web.chart import Bars, Chart, bar_chart, line_chart
from server.web.heat import Heat, grouped, heat_of, usual_target
from server.web.history_asked import Asked, By, dates_text, half_text, period_text, span_word, step_query
from server.web.measures import BY_KEY, COLUMNS, DEFINITIONS, MEASURES, Measure
from server.web.words import TEXTS, said

SUMMARY_ONLY_WHILE_RUNNING: Final = "unfinished"


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything on the page. table: by what was asked; buttons: what citizens pressed. cards: by key of the
    measure, its figure and the one before."""

    asked: Asked
    before: Period
    sums: Sums
    earlier: Sums
    summary: Table
    table: Table
    buttons: Table | None
    cards: Mapping[str, tuple[Cell, Cell]]
    heat: Heat
    waits: Chart
    issued: Bars


class Teller:
    """Composes the figures of one hall for one reader."""

    def __init__(
        self, config: HallConfig, history: History, today: date, lang: str, working_time: bool = False
    ) -> None:
        """working_time: the reader may know how busy an officer was."""
        self.config, self.site, self.history = config, config.site, history
        self.today, self.lang, self.working_time = today, lang, working_time
        self.levels = config.site.rating_levels

    def t(self, key: str, **params: object) -> str:
        return TEXTS(key, self.lang, **params)

    def t_or(self, key: str, other: str) -> str:
        """Words of a key that may be none of ours."""
        return self.t(key) if key in TEXTS else other

    # --- names ------------------------------------------------------------------------------------------

    def name(self, by: By | str, id: str) -> str:
        """What people call a service, counter, ...; what is no longer in the hall's file goes by its id."""
        site, lang = self.site, self.lang
        if not id:
            return self.t("history.nobody")
        match By(by):
            case By.SERVICE if id in site.services:
                return self._service_name(id)
            case By.AUTHORITY:
                return next((said(a.name, lang) for a in site.authorities if a.id == id), id)
            case By.COUNTER:
                return self.t("opinion.at_counter", id=id)
            case By.OFFICER:
                return self.config.officers.get(id, id)
        return id

    def _service_name(self, id: str) -> str:
        """With its authority's where several authorities have one of that name."""
        service = self.site.services[id]
        name = said(service.name, self.lang)
        alike = sum(other.name == service.name for other in self.site.services.values())
        whose = next((a for a in self.site.authorities if a.id == service.authority), None)
        return name if alike == 1 or whose is None else f"{name} ({said(whose.short, self.lang)})"

    # --- sums -------------------------------------------------------------------------------------------

    def _services(self, asked: Asked) -> frozenset[str] | None:
        if asked.whose == SERVICE:
            return frozenset({asked.id})
        if asked.whose == AUTHORITY:
            return frozenset(s.id for s in self.site.services.values() if s.authority == asked.id)
        return None

    def _dim(self, asked: Asked) -> str:
        if asked.whose in (COUNTER, OFFICER):
            return str(asked.whose)
        return ALL if asked.whose is None else SERVICE

    def _pick(self, asked: Asked, parts: Mapping[str, Sums]) -> Sums:
        services, whole = self._services(asked), Sums()
        for key, sums in parts.items():
            meant = key in services if services is not None else asked.whose is None or key == asked.id
            if meant:
                whole.add(sums)
        return whole

    def total(self, asked: Asked, period: Period) -> Sums:
        return self._pick(asked, self.history.total(self._dim(asked), period.first, period.end))

    def _slots(self, asked: Asked, period: Period) -> dict[str, Sums]:
        services = self._services(asked)
        if services is None:
            return self.history.total(SLOT, period.first, period.end)
        into: dict[str, Sums] = {}
        for service in sorted(services):
            added(self.history.total(slot_dim(service), period.first, period.end), into)
        return into

    def _by_steps(self, asked: Asked, period: Period) -> list[tuple[Period, Sums]]:
        """The steps of the period in which anything happened."""
        step = period.step
        if step is Unit.MONTH:
            parts = ((part, self.total(asked, part)) for part in period.steps(step))
        else:
            days = self.history.days(self._dim(asked), period.first, period.end)
            parts = ((part, self._of_days(asked, days, part)) for part in period.steps(step))
        return [(part, sums) for part, sums in parts if sums.issued or sums.open_us]

    def _of_days(self, asked: Asked, days: Mapping[date, Mapping[str, Sums]], part: Period) -> Sums:
        whole = Sums()
        for day, parts in days.items():
            if part.first <= day < part.end:
                whole.add(self._pick(asked, parts))
        return whole

    # --- tables -----------------------------------------------------------------------------------------

    def show(self, asked: Asked) -> Shown:
        period = asked.period.upto(self.today)
        before = asked.period.comparable(self.today)
        sums, earlier = self.total(asked, period), self.total(asked, before)
        slots = self._slots(asked, period) if asked.whose not in (COUNTER, OFFICER) else {}
        halves = grouped(slots, lambda slot: slot.partition(".")[2])
        by_day = asked.period.unit is Unit.DAY
        steps = self._by_steps(asked, period)
        if by_day and asked.whose not in (COUNTER, OFFICER):
            points = [(half_text(int(half)), part) for half, part in _by_number(halves)]
        else:
            points = [(self._step_label(part), one) for part, one in steps]
        return Shown(
            asked=asked,
            before=before,
            sums=sums,
            earlier=earlier,
            summary=self._summary(asked, before, sums, earlier),
            cards={m.key: self._card(asked, before, m, sums, earlier) for m in MEASURES},
            table=self._table(asked, period, sums, halves, steps),
            buttons=self._buttons(sums),
            heat=self._heat(asked, slots),
            waits=line_chart(
                [(label, s.wait_percentile(50), s.wait_percentile(90)) for label, s in points],
                self._target(asked),
            ),
            issued=bar_chart([(label, s.issued) for label, s in points]),
        )

    def _behind(self, asked: Asked, measure: Measure, sums: Sums, **more: str) -> dict[str, str]:
        """The way to what is behind one figure; none behind a figure that is of nothing."""
        if not measure.what or measure.of(sums, self.levels) is None or not WHATS[measure.what].count(sums):
            return {}
        if self._of_officers(asked) and not self.working_time:
            return {}
        told = {"span": span_word(asked.period), "of": asked.of, "what": measure.what, **more}
        return {k: v for k, v in told.items() if v}

    def _card(self, asked: Asked, before: Period, m: Measure, sums: Sums, earlier: Sums) -> tuple[Cell, Cell]:
        """A figure of the period, and of the one before."""
        then = Asked(before, asked.by, asked.whose, asked.id)
        return (
            Cell(m.of(sums, self.levels), self._behind(asked, m, sums), m.kind),
            Cell(m.of(earlier, self.levels), self._behind(then, m, earlier), m.kind),
        )

    def _summary(self, asked: Asked, before: Period, sums: Sums, earlier: Sums) -> Table:
        def row(m: Measure) -> tuple[Cell, ...]:
            now, then = self._card(asked, before, m, sums, earlier)
            change, kind = difference(now.value, then.value, m.kind)
            return (Cell(self.t(f"measure.{m.key}"), kind=Kind.TEXT), now, then, Cell(change, kind=kind))

        columns = (
            Column(self.t("history.figure"), Kind.TEXT),
            Column(period_text(asked.period, self.lang), Kind.COUNT),
            Column(self.t("history.compared", period=dates_text(before)), Kind.COUNT),
            Column(self.t("history.change"), Kind.COUNT),
        )
        shown = [m for m in MEASURES if m.key != SUMMARY_ONLY_WHILE_RUNNING or sums.unfinished]
        shown = [m for m in shown if self._may_see(m)]
        return Table("summary", self.t("history.summary"), columns, tuple(row(m) for m in shown))

    def _table(
        self,
        asked: Asked,
        period: Period,
        sums: Sums,
        halves: Mapping[str, Sums],
        steps: list[tuple[Period, Sums]],
    ) -> Table:
        by, measures = asked.by, tuple(m for m in COLUMNS if self._may_see(m))
        rows: list[tuple[Cell, Sums, dict[str, str]]] = []
        if by is By.HALF or (by is By.TIME and period.unit is Unit.DAY and halves):
            by, measures = By.HALF, tuple(m for m in COLUMNS if m.timed)
            for half, part in _by_number(halves):
                rows.append((Cell(half_text(int(half)), kind=Kind.TEXT), part, {"half": half}))
        elif by is By.WEEKDAY:
            days = self.history.days(self._dim(asked), period.first, period.end)
            for weekday in range(7):
                mine = {d: parts for d, parts in days.items() if d.weekday() == weekday}
                part = self._of_days(asked, mine, period)
                if part.issued or part.open_us:
                    name = Cell(self.t(f"weekday.{weekday}"), kind=Kind.TEXT)
                    rows.append((name, part, {"weekday": str(weekday)}))
        elif by is By.TIME:
            for step, part in steps:
                name = (
                    Cell(step.first)
                    if step.unit is Unit.DAY
                    else Cell(self._step_label(step), kind=Kind.TEXT)
                )
                rows.append((name, part, step_query(step)))
        else:
            for id, part in self._groups(asked, period):
                rows.append((Cell(self.name(by, id), kind=Kind.TEXT), part, {"of": f"{by.value}:{id}"}))
        head = self.t(f"history.by-{by.value}")
        columns = (
            Column(head, Kind.DATE if by is By.TIME else Kind.TEXT),
            *(Column(self.t(f"measure.{m.key}"), m.kind, self.t(f"define.{m.define}")) for m in measures),
        )
        lines = [(name, *self._cells(asked, measures, part, way)) for name, part, way in rows]
        total = (Cell(self.t("history.total"), kind=Kind.TEXT), *self._cells(asked, measures, sums, {}))
        return Table(by.value, head, columns, (*lines, total), total=True)

    def _may_see(self, measure: Measure) -> bool:
        """How busy an officer was is working time; so is how busy the counter was where he sat alone."""
        return self.working_time or measure.key != "occupancy"

    def _of_officers(self, asked: Asked) -> bool:
        return asked.whose == OFFICER or asked.by is By.OFFICER

    def _cells(
        self, asked: Asked, measures: Iterable[Measure], sums: Sums, way: Mapping[str, str]
    ) -> Iterable[Cell]:
        for measure in measures:
            value = measure.of(sums, self.levels)
            behind = self._behind(asked, measure, sums)
            yield Cell(value, {**behind, **way} if behind else {})

    def _groups(self, asked: Asked, period: Period) -> list[tuple[str, Sums]]:
        """By service, authority, counter or officer, in the order of the hall's file; nobody is last."""
        site, by = self.site, asked.by
        dim = SERVICE if by is By.AUTHORITY else by.value
        parts = self.history.total(dim, period.first, period.end)
        services = self._services(asked)
        if services is not None:
            parts = {id: sums for id, sums in parts.items() if id in services}
        if by is By.AUTHORITY:
            of = {s.id: s.authority for s in site.services.values()}
            parts = grouped(parts, lambda service: of.get(service, service))
        order: Iterable[str] = {
            By.SERVICE: site.services,
            By.AUTHORITY: [a.id for a in site.authorities],
            By.COUNTER: site.counters,
            By.OFFICER: self.config.officers,
        }[by]
        place = {id: n for n, id in enumerate(order)}
        return sorted(parts.items(), key=lambda item: (not item[0], place.get(item[0], len(place)), item[0]))

    def _step_label(self, step: Period) -> str:
        match step.unit:
            case Unit.DAY:
                return f"{step.first:%d/%m}"
            case Unit.WEEK:
                return dates_text(step)
        return f"{step.first:%m/%Y}"

    def _target(self, asked: Asked) -> int | None:
        """The promise of most of the services meant, in minutes."""
        services = self._services(asked)
        return usual_target(self.site, services)

    def _buttons(self, sums: Sums) -> Table | None:
        """How many pressed each button; nothing where that is too few to be shown."""
        n = sums.said_n
        if n < LEAST:
            return None
        rows = []
        for level in range(self.levels, 0, -1):
            share = share_of(level, sums.said.get(f"{self.levels}-{level}", 0), n)
            name = Cell(self.t(f"level.{self.levels}-{level}"))
            rows.append(
                (
                    name,
                    Cell(share.n),
                    Cell(tenth(share.share)),
                    Cell(tenth(share.low)),
                    Cell(tenth(share.high)),
                )
            )
        heads = ("figures.level", "history.pressed", "measure.share", "measure.low", "measure.high")
        kinds = (Kind.TEXT, Kind.COUNT, Kind.PERCENT, Kind.PERCENT, Kind.PERCENT)
        columns = tuple(Column(self.t(key), kind) for key, kind in zip(heads, kinds, strict=True))
        return Table("buttons", self.t("figures.satisfaction"), columns, tuple(rows))

    def heat(self, asked: Asked) -> Heat:
        """The heat map of a period alone."""
        return self._heat(asked, self._slots(asked, asked.period))

    def _heat(self, asked: Asked, slots: Mapping[str, Sums]) -> Heat:
        way = self._behind(asked, BY_KEY["called"], Sums(called=1))
        return heat_of(self.site, slots, self._target(asked), way, self.lang)

    # --- in one piece -----------------------------------------------------------------------------------

    def report(self, shown: Shown, made: str) -> Report:
        """Everything that the page shows, to be exported."""
        asked = shown.asked
        whose = "" if asked.whose is None else self.name(asked.whose, asked.id)
        lines = [said(self.site.name, self.lang), period_text(asked.period, self.lang), whose]
        lines += [f"{dates_text(asked.period)}", self.t("history.made", at=made)]
        tables = [t for t in (shown.summary, shown.table, shown.buttons, shown.heat.table) if t is not None]
        return Report(
            id=f"{asked.period.first}-{asked.by.value}",
            title=self.t("history.title"),
            lines=tuple(dict.fromkeys(line for line in lines if line)),
            tables=tuple(tables),
            definitions=self.definitions(),
            about=self.t("history.definitions"),
            lang=self.lang,
        )

    def definitions(self) -> tuple[tuple[str, str], ...]:
        return tuple((self.t(f"define.{key}_is"), self.t(f"define.{key}")) for key in DEFINITIONS)


def difference(now: Value, then: Value, kind: Kind) -> tuple[Value, Kind]:
    """How much a figure changed: of shares in points, of lengths in words."""
    if isinstance(now, Decimal) and isinstance(then, Decimal):
        return now - then, Kind.POINTS
    if not isinstance(now, int) or not isinstance(then, int):
        return None, Kind.SIGNED
    if kind is Kind.DURATION:
        sign = "+" if now > then else "−" if now < then else "±"
        return sign + length(abs(now - then)), Kind.TEXT
    return now - then, Kind.SIGNED


def _by_number(parts: Mapping[str, Sums]) -> list[tuple[str, Sums]]:
    return sorted(parts.items(), key=lambda item: int(item[0]))
