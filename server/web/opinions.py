"""What citizens said, as tables of the manager's page: by name, in the order of the hall's file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from server.hall.site import Words
from server.patterns import Kind
from server.questionnaire import Question, legal_questions
from server.satisfaction import Opinion, Opinions, Rating
from server.site_file import HallConfig

NOTES: Final = {
    Kind.RUSH: "pattern.rush",
    Kind.AT_ONCE: "pattern.at-once",
    Kind.ALIKE: "pattern.alike",
}


@dataclass(frozen=True, slots=True)
class Row:
    """An opinion and whose it is; name: None for nobody known."""

    name: Words | None
    opinion: Opinion


@dataclass(frozen=True, slots=True)
class Table:
    """whose: "services", "counters" or "officers"; title, head: keys of the catalogue."""

    whose: str
    title: str
    head: str
    rows: tuple[Row, ...]

    @property
    def asked(self) -> bool:
        """Whether anybody here answered a question of the questionnaire."""
        return any(i.n for row in self.rows for i in row.opinion.indicators)


def opinion_tables(config: HallConfig, opinions: Opinions) -> tuple[Table, ...]:
    """What is no longer in the hall's file is called by its id."""
    services = {id: service.name for id, service in config.site.services.items()}
    officers = {id: Words(name, name) for id, name in config.officers.items()}
    return (
        Table("services", "opinion.services", "opinion.service", tuple(_rows(opinions.services, services))),
        Table("counters", "opinion.counters", "opinion.counter", tuple(_rows(opinions.counters, {}))),
        Table("officers", "opinion.officers", "opinion.officer", tuple(_rows(opinions.officers, officers))),
    )


def _rows(opinions: Iterable[Opinion], names: dict[str, Words]) -> Iterable[Row]:
    for opinion in opinions:
        id = opinion.id
        yield Row(None if id is None else names.get(id, Words(id, id)), opinion)


def asked_on(questions: Sequence[Question], ratings: Iterable[Rating]) -> tuple[Question, ...]:
    """The questionnaire of the hall's file, and what else was answered that day under an older one."""
    law, known = legal_questions(), {q.id: q for q in questions}
    older = sorted({id for rating in ratings for id in rating.answers} - known.keys())
    unknown = Words("?", "?")
    return (
        *questions,
        *(law.get(id, Question(id, Words(id, id), (unknown, unknown, unknown))) for id in older),
    )
