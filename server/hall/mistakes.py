"""What is wrong with how a centre is set up: typed, with a stable code, a place and values to fill in.

One kind of value for a file that does not make sense, for a centre that would break the day, and for a change
that would break the day that is running. Knows no words but the plain sentence behind each code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# In a sentence, words in braces are `Problem.params`. The web says the same in its readers' languages.
CODES: Mapping[str, str] = {
    # a single value that is none
    "empty": "is needed",
    "not-whole": "is not a whole number",
    "not-number": "is not a number",
    "range": "is not from {least} to {most}",
    "too-long": "has more than {most} characters",
    "form": "is not written as it has to be",
    "choice": "is none of the choices",
    "too-many": "has more than {most} rows",
    # a file that is no document
    "file-large": "is larger than {most} KiB",
    "file-text": "is not UTF-8 text",
    "file-toml": "is not TOML: line {line}, column {column}",
    "file-ends": "is not TOML: it ends too early",
    "file-nested": "is not TOML: too many brackets in each other",
    "no-key": "is not a setting; known here: {known}",
    "missing": "is missing",
    "none-of": "'{word}' is not one of: {known}",
    "not-text": "must be text in quotes",
    "not-flag": "must be true or false",
    "not-date": "must be a date",
    "not-list": "must be a list",
    "not-table": "must be a table",
    # two days that cannot be swapped
    "rests": "is no working day that could be off",
    "works": "is worked already",
    # a document that does not make sense
    "twice": "'{id}' is used {n} times",
    "not-shown": "no wall shows '{id}': at most four figures, and no word in small letters",
    "no-service": "there is no service '{id}'",
    "no-counter": "there is no counter '{id}'",
    "no-zone": "there is no time zone '{id}'",
    "counter-needed": "a counter needs counter",
    "display-counter": "a display has no counter",
    "no-numbers": "a {role} gives no numbers",
    "no-wall": "a {role} has no zone, only a display",
    "no-slide": "there is no [[wall.slide]] to show",
    "series-twice": "{series} is the series of {n} kiosks; {free} is free",
    "aged-twice": "only one group goes by age",
    "agency-twice": "'{agency}' is one of '{other}' already",
    "no-question": "'{id}' is none of the law's ({known}): it needs a text and three answers",
    "no-day": "there is no day '{id}': write {known}, or mon-fri",
    "no-days": "names no day; leave it out for every day",
    "ends-first": "{ends} is not after {starts}, when it starts; over midnight it takes two",
    "overlaps": "{starts}-{ends} overlaps {other_starts}-{other_ends} of [{other}] on {days}",
    # a centre that would break the day
    "no-authority": "service '{id}' belongs to authority '{authority}', which does not exist",
    "unserved": "service '{id}' is served by no counter",
    "digits": "service '{id}': numbers start at 0 or more and have 2 to 4 digits",
    "weight": "service '{id}': the priority weight must be 1 to 10",
    "letter-form": "service '{id}': prefix '{letter}' must be one letter A to Z",
    "letter-figure": "service '{id}': prefix '{letter}' reads like a figure",
    "letter-numbers": "services '{other}' and '{id}' share prefix '{letter}' but number differently",
    "letter-shared": "prefix '{letter}' is used by both '{other}' and '{authority}'",
    "letters-alike": "prefixes '{other}' and '{letter}' sound alike when called: use only one of them",
    "serves-unknown": "counter '{counter}' serves '{id}', which does not exist",
    "serves-nothing": "counter '{counter}' serves nothing",
    "serves-twice": "counter '{counter}' serves '{id}' twice",
    "week": "a week has seven days",
    "closes-first": "{day}: a session closes at {closes}, before it opens",
    "sessions-overlap": "{day}: the session from {opens} begins before the one before it ends",
    "day-changes": "{day}: the day changes at {at}, in the middle of a session",
    # a change that would break the day that is running
    "letter-in-use": "'{id}' has given {n} numbers with prefix '{old}' today: it cannot become '{new}' now",
    "letter-moved": "numbers with prefix '{letter}' of '{old}' are held today: it cannot go to '{new}' now",
    "numbers-in-use": "numbers with prefix '{letter}' were given today: they cannot be written otherwise now",
    "service-in-use": "{n} people have a number of '{id}' today: it cannot go now",
    "counter-in-use": "counter '{id}' is in use: it cannot go now",
    "counter-bound": "{n} numbers wait for counter '{counter}' alone: it cannot go now",
    "counter-serving": "number {number} of '{id}' stands at counter '{counter}', which cannot lose it now",
    "series-in-use": "kiosk '{kiosk}' may have given numbers of series {series} today: it cannot change now",
    "day-in-use": "numbers were given today: time zone and hour of the new day cannot change now",
    # a change that people ought to know more of before they let it happen
    "closes-now": "the hall closes at once, and {n} people wait",
    "nobody-serves": "{n} people wait for '{id}', and no counter that is open now would serve it",
    "cap-anew": "the running session of '{id}' would count its numbers anew",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """code: a key of CODES. where: a path, its steps joined by dots; what the rules say names rows by ids
    (`service.land.letter`), what is said of a document by places (`authority.0.service.1.letter`). params:
    what the sentence is filled in with. meant: what would do instead, where that can be guessed.
    """

    code: str
    where: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    meant: str | None = None

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise KeyError(self.code)

    @property
    def sentence(self) -> str:
        return CODES[self.code].format(**self.params)
