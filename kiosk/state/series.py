"""The numbers that this kiosk may give by itself: what the server confirmed, and what was given since.

A number of the kiosk's own series, `A2-017`, is unique by construction: letter, kiosk, and an ordinal that
only grows. What could break that is forgetting: a memory that was never confirmed, of a card that was wiped
or put back from a copy, gives nothing before the server has said from where on the series are free. A new day
begins at 1 only when the server says that it has begun: a clock that jumps resets nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Series:
    """One kiosk's own series. `number` is the kiosk's figure in them, None before the first confirmation.

    day: the business day of the last confirmation. next: by letter, the next ordinal; a letter that is not
    in it was never confirmed. since: whether numbers were given after the last confirmation. offset_s,
    boot: the server's clock minus ours as it was then, and the start of the machine that this was told to.
    """

    number: int | None = None
    day: str = ""
    next: Mapping[str, int] = field(default_factory=dict)
    since: bool = False
    offset_s: float = 0.0
    boot: str = ""

    def covers(self, letter: str, number: int | None) -> bool:
        """Whether a number with this letter may be given by kiosk `number` without asking."""
        return number is not None and number == self.number and letter in self.next

    def take(self, letter: str) -> tuple[int, Series]:
        """The next ordinal, and the series without it. Raises KeyError for a letter that is not covered."""
        ordinal = self.next[letter]
        return ordinal, replace(self, next={**self.next, letter: ordinal + 1}, since=True)

    def confirmed(
        self, asked: Series, number: int, day: str, floors: Mapping[str, int], offset_s: float, boot: str
    ) -> Series:
        """The series after the server's word: `floors` are ordinals that were never used on `day`.

        On a new day they begin anew, unless numbers were given since the last word: those may be of the new
        day already, and the server has not heard of them. `asked`: the series as it was at the question.
        """
        anew = number != self.number or (day != self.day and not self.since)
        own = {} if anew else self.next
        free = {letter: max(floor, own.get(letter, 1)) for letter, floor in floors.items()}
        return Series(number, day, free, self.next != asked.next, offset_s, boot)


UNCONFIRMED = Series()


def own_number(letter: str, number: int, ordinal: int, digits: int) -> str:
    """`A2-017`. A series never ends: after A2-999 comes A2-1000."""
    return f"{letter}{number}-{ordinal:0{digits}d}"


OFFSET_KEPT_S = 2.0  # a clock that moved by less is not worth a write to the card


def worth_keeping(before: Series, after: Series) -> bool:
    """Whether a confirmation said anything that a start would need."""
    same = replace(after, offset_s=before.offset_s) == before
    return not same or abs(after.offset_s - before.offset_s) > OFFSET_KEPT_S
