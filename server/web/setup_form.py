"""A form of a hall's document as templates draw it: each field with its label, what it may hold and what is
wrong with it.

The name of a field is its path in the document. Keeps out what becomes of what is typed, and HTML.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.drafting.forms import MOST_ROWS, Kind, bare, fields, hint_at, is_struct, kind_of, rows_of, text_of
from server.drafting.pages import free_letters
from server.hall.mistakes import Problem
from server.site_shape import File
from server.web.setup_words import Names, choice, hint, label, sentence
from server.web.words import TEXTS

LONG = 120  # characters of a text field that has no limit of its own


@dataclass(frozen=True, slots=True)
class Field:
    """One field. kind: "text", "number", "tick", "choice" or "clock". choices: value and word. most:
    characters."""

    where: str
    kind: str
    label: str
    value: str
    hint: str = ""
    wrong: str = ""
    choices: Sequence[tuple[str, str]] = ()
    most: str = ""


class Form:
    """The fields of a page. `values`: by path, as the draft has them or as somebody typed them."""

    def __init__(
        self, values: Mapping[str, str], problems: Sequence[Problem], document: File, lang: str
    ) -> None:
        self.values, self.lang, self._document = values, lang, document
        self._names = Names(lang, document)
        self._wrong: dict[str, list[str]] = {}
        for problem in problems:
            self._wrong.setdefault(problem.where, []).append(sentence(problem, self._names))

    def field(self, where: str) -> Field:
        kind = kind_of(hint_at(where))
        name = "number" if kind.name == "whole" else "text" if kind.name == "list" else kind.name
        choices = self._choices(where, kind)
        return Field(
            where=where,
            kind="choice" if choices else name,
            label=label(where, self.lang),
            value=self.values.get(where, ""),
            hint=hint(where, self.lang) if not where.endswith(".letter") else self._letters(where),
            wrong=self.wrong(where),
            choices=choices,
            most=text_of(kind.most or LONG) if name == "text" and kind.name != "list" else "",
        )

    def is_one(self, where: str) -> bool:
        """A single field, and no table of them."""
        inner = bare(hint_at(where))[0]
        return not is_struct(inner) and rows_of(inner)[0] is None

    def below(self, where: str) -> list[str]:
        """The paths of the single fields of a struct, in the order of the document; rows left out."""
        found: list[str] = []
        for key, of in fields(bare(hint_at(where))[0]).items():
            path, inner = f"{where}.{key}", bare(of)[0]
            if is_struct(inner):
                found += self.below(path)
            elif rows_of(inner)[0] is None:
                found.append(path)
        return found

    def lists(self, where: str) -> list[str]:
        """The paths of the lists of rows in a struct, or the path itself where it is one."""
        if rows_of(bare(hint_at(where))[0])[0] is not None:
            return [where]
        found: list[str] = []
        for key, of in fields(bare(hint_at(where))[0]).items():
            inner = bare(of)[0]
            if is_struct(inner):
                found += self.lists(f"{where}.{key}")
            elif rows_of(inner)[0] is not None:
                found.append(f"{where}.{key}")
        return found

    def word(self, where: str) -> str:
        """What a choice that cannot be changed any more is called."""
        return choice(where, self.values.get(where, ""), self.lang)

    def label(self, where: str) -> str:
        return label(where, self.lang)

    def rows(self, where: str) -> range:
        """The places of a list's rows, with an empty one at the end where it may grow."""
        fixed = rows_of(bare(hint_at(where))[0])[1]
        if fixed:
            return range(fixed)
        count = self.values.get(f"{where}.n", "0")
        n = min(int(count), MOST_ROWS) if count.isdigit() else 0
        empty = n > 0 and not any(
            v for k, v in self.values.items() if k.startswith(f"{where}.{n - 1}.") and not k.endswith(".n")
        )
        return range(n if empty else n + 1)

    def is_new(self, where: str) -> bool:
        """A row that nobody has filled yet."""
        return not any(value for key, value in self.values.items() if key.startswith(f"{where}."))

    def wrong(self, where: str) -> str:
        """What is wrong with exactly this place."""
        return " ".join(self._wrong.get(where, ()))

    def any_wrong(self, where: str) -> bool:
        """Whether anything is wrong at this place or below it."""
        return any(f"{path}.".startswith(f"{where}.") for path in self._wrong)

    def wrong_within(self, where: str) -> list[str]:
        """What is wrong with a row as a whole, or with a field of it that the form does not show."""
        shown = set(self.values)
        return [
            text
            for path, texts in self._wrong.items()
            if path == where or (path.startswith(f"{where}.") and path not in shown)
            for text in texts
        ]

    @property
    def summary(self) -> list[tuple[str, str]]:
        """Everything that is wrong: the field's path and the sentence."""
        return [(where, text) for where, texts in self._wrong.items() for text in texts]

    def _letters(self, where: str) -> str:
        """Which letters are free: one that another authority has would have to be given up there first."""
        free = ", ".join(free_letters(self._document, self.values.get(where, "")))
        told = (
            TEXTS("setup.free_letters", self.lang, letters=free)
            if free
            else TEXTS("setup.no_letter", self.lang)
        )
        return f"{hint(where, self.lang)} {told}".strip()

    def _choices(self, where: str, kind: Kind) -> Sequence[tuple[str, str]]:
        if kind.name == "choice":
            words = [(value, choice(where, value, self.lang)) for value in kind.choices]
            blank = kind.optional or (where.startswith("authority.") and where.endswith(".policy.kind"))
            return [("", choice(where, "none", self.lang)), *words] if blank else words
        field, value = where.rpartition(".")[2], self.values.get(where, "")
        if field == "counter":
            ids = [c.id for c in self._document.counter]
            ids += [value] if value and value not in ids else []
            return [("", choice(where, "none", self.lang)), *((id, self._names("counter", id)) for id in ids)]
        return ()
