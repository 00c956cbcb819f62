"""Table: a page of dossiers, of late authorities, or the word that there are none, as marks. Pure.

Knows columns, icons and words; keeps out which dossiers are on the page. Codes are at the left, where to go
or when to come at the right, both on fixed columns; a standing is an icon, a word and a colour.
"""

from __future__ import annotations

from datetime import date, time
from typing import Final

from display.discreet import agency, serial
from display.fit import Panel
from display.layout import cut
from display.marks import Box, Icon, Mark, Region, Rule, Tint, Word, fitted, number
from display.table_fit import CODE_EM, GAP_EM, LINE, SIGN_EM, Grid, Widths, em
from display.table_title import title_region
from display.view import DossierRow, LateRow, Page, Progress, Standing, View
from hardware.canvas import balanced
from hardware.texts import Texts

STANDINGS: Final[dict[Standing, tuple[str, Tint]]] = {
    "ready": ("tick", "ok"),
    "supplement": ("diamond", "amber"),
    "payment": ("diamond", "amber"),
    "processing": ("half", "accent"),
    "overdue": ("warning", "alarm"),
}
ICON: Final = 0.72  # em
INDENT: Final = 0.9  # em of an officer below the authority
LATE_COLUMN: Final = 5.2  # em of the figures' columns, at least


def widths(texts: Texts, lang: str) -> Widths:
    standing = max(em(texts(f"progress.{standing}", lang), 600) for standing in STANDINGS)
    place = em(texts("progress.place", lang, counter="88"), 600)
    return Widths(standing, max(place, em("30/11", 600)))


def table_regions(grid: Grid, panel: Panel, view: View, texts: Texts, lang: str) -> list[Region]:
    """Title, headings and rows of the dossiers' part of the wall."""
    progress = view.progress or Progress()
    regions = [title_region(grid, panel, view, progress, texts, lang)]
    page = progress.page
    if page is None or not (page.rows or page.late):
        words = texts("progress.none" if page is None else "progress.empty", lang)
        return [*regions, message(grid, words)]
    marks = [*rows(grid, panel, page, view.calls.day, texts, lang)]
    if grid.kind == "line":
        marks += heads(grid, panel, page, texts, lang)
    # One region for both: the accents of the first row reach into the headings.
    box = grid.body._replace(y=grid.heads.y, height=grid.body.bottom - grid.heads.y)
    return [*regions, Region("table", box, tuple(marks))]


def message(grid: Grid, words: str) -> Region:
    """Words where there is nothing to show."""
    px = grid.px
    lines = balanced(words, grid.body.width - 2 * px, px, 600) or [words]
    first = grid.body.middle - (len(lines) - 1) / 2 * LINE * px
    centre = grid.body.x + grid.body.width / 2
    marks = tuple(
        Word(line, centre, first + i * LINE * px, px, 600, "ink2", "centre") for i, line in enumerate(lines)
    )
    return Region("table", grid.body, marks)


# --- columns --------------------------------------------------------------------------------------------


def columns(grid: Grid, widths: Widths) -> tuple[int, int, int]:
    """Where authority and standing begin, and how wide the authority may be."""
    gap = round(GAP_EM * grid.px)
    authority = grid.body.x + round(CODE_EM * grid.px) + gap
    standing = grid.body.right - round((widths.last + SIGN_EM + widths.standing) * grid.px) - gap
    return authority, standing, standing - gap - authority


def heads(grid: Grid, panel: Panel, page: Page, texts: Texts, lang: str) -> list[Mark]:
    """The names of the columns, and the rule below them."""
    box, px = grid.heads, grid.word
    y = box.y + box.height * 0.45
    if page.late:
        inner = late_columns(grid, page, texts, lang)
        marks: list[Mark] = [Word(texts("progress.authority", lang), box.x, y, px, 600, "ink2")]
        marks += [
            Word(text, right, y, px, 600, "ink2", "right")
            for text, right in zip(late_heads(page, texts, lang), inner, strict=True)
        ]
    else:
        authority, standing, _ = columns(grid, widths(texts, lang))
        last = texts(last_head(page), lang)
        room = box.right - standing - em(texts("progress.standing", lang), 600) * px - px
        marks = [
            Word(texts("progress.code", lang), box.x, y, px, 600, "ink2"),
            Word(texts("progress.authority", lang), authority, y, px, 600, "ink2"),
            Word(texts("progress.standing", lang), standing, y, px, 600, "ink2"),
            Word(last, box.right, y, fitted(last, px, 600, room), 600, "ink2", "right"),
        ]
    thick = max(1, panel.space(2))
    return [*marks, Rule(Box(box.x, box.bottom - thick, box.width, thick), "line")]


def last_head(page: Page) -> str:
    """What the last column is called: where to go, when to come, or both."""
    places = {bool(row.place) for row in page.rows}
    return (
        {True: "progress.where", False: "progress.due"}[places.pop()] if len(places) == 1 else "progress.both"
    )


def rows(grid: Grid, panel: Panel, page: Page, day: date, texts: Texts, lang: str) -> list[Mark]:
    """Every dossier or authority of the page, with a rule between two."""
    marks: list[Mark] = []
    pitch = grid.body.height / grid.rows
    thick = max(1, panel.space(2))
    for place in range(min(grid.rows, max(len(page.rows), len(page.late)))):
        top = grid.body.y + place * pitch
        if place or grid.kind == "stacked":
            marks.append(Rule(Box(grid.body.x, round(top), grid.body.width, thick), "line"))
        inner = Box(grid.body.x, round(top), grid.body.width, round(pitch))
        if page.late:
            marks += late_marks(grid, inner, page.late[place], page, texts, lang, first=not place)
        else:
            marks += dossier_marks(grid, inner, page.rows[place], day, texts, lang)
    return marks


# --- dossiers -------------------------------------------------------------------------------------------


def dossier_marks(grid: Grid, box: Box, row: DossierRow, day: date, texts: Texts, lang: str) -> list[Mark]:
    px, wide = grid.px, widths(texts, lang)
    word, (icon, colour) = texts(f"progress.{row.standing}", lang), STANDINGS[row.standing]
    if grid.kind == "line":
        upper = lower = box.middle + 0.02 * px
        authority, standing, room = columns(grid, wide)
        last_room = wide.last * px
    else:
        spare = (box.height - 2 * LINE * px) / 2
        upper, lower = box.y + spare + 0.68 * px, box.bottom - spare - 0.68 * px
        standing = box.x
        left = box.x + round((SIGN_EM + em(word, 600) + 2 * GAP_EM) * px)
        authority, room = left, box.right - left
        last_room = box.width - (CODE_EM + GAP_EM) * px
    marks: list[Mark] = [*code_marks(grid, box.x, upper, row.code)]
    whose = f"{agency(row.code)} {row.authority}".strip()
    name_px = fitted(whose, px, 400, room, grid.least)
    name = cut(whose, name_px, 400, room)
    if grid.kind == "line":
        marks.append(Word(name, authority, lower, name_px, 400, "ink"))
    else:
        marks.append(Word(name, box.right, lower, name_px, 400, "ink", "right"))
    side = round(ICON * px)
    marks.append(Icon(icon, Box(standing, round(lower - side / 2), side, side), colour))
    marks.append(Word(word, standing + round(SIGN_EM * px), lower, px, 600, colour))
    if last := last_word(row, last_room / grid.least, day, texts, lang):
        last_px = min(px, int(last_room / em(last, 600)))
        marks.append(Word(last, box.right, upper, last_px, 600, "ink", "right", figures=True))
    return marks


def code_marks(grid: Grid, x: int, y: float, code: str) -> list[Word]:
    """Date and serial, the serial heavier: it is what people remember of theirs."""
    received, ordinal = serial(code)
    px = grid.px
    while True:
        left = number(f"{received}-", x, y, px, 600, "ink")
        right = number(ordinal, x + left.width, y, px, 800, "ink")
        if left.width + right.width <= CODE_EM * grid.px or px <= 1:
            return [left, right]
        px -= 1


def last_word(row: DossierRow, room: float, day: date, texts: Texts, lang: str) -> str:
    """Where to go, or when to come; "" where the register says neither.

    room: in ems of the least size. A counter whose name is too long for it stands there without the word.
    """
    if row.place:
        said = texts("progress.place", lang, counter=row.place)
        return said if em(said, 600) <= room else row.place
    if isinstance(row.due, time):
        return f"{row.due:%H:%M}"
    if isinstance(row.due, date):
        return f"{row.due:%d/%m}" if row.due.year == day.year else f"{row.due:%d/%m/%y}"
    return ""


# --- late authorities -----------------------------------------------------------------------------------


def late_heads(page: Page, texts: Texts, lang: str) -> tuple[str, str]:
    """What is overdue is so as of a day, and may have been resolved since."""
    overdue = texts("late.overdue_on", lang, date=page.as_of) if page.as_of else ""
    return overdue or texts("late.overdue", lang), texts("late.resolved", lang)


def late_columns(grid: Grid, page: Page, texts: Texts, lang: str) -> tuple[int, int]:
    """Where the two columns of figures end."""
    second = max(em(late_heads(page, texts, lang)[1], 600) * grid.word, LATE_COLUMN * grid.px)
    return round(grid.body.right - second - grid.word), grid.body.right


def late_marks(
    grid: Grid, box: Box, row: LateRow, page: Page, texts: Texts, lang: str, first: bool
) -> list[Mark]:
    """first: of its page, where nothing above says whose officer somebody is."""
    px = grid.px
    heads = late_heads(page, texts, lang)
    left = box.x + round(INDENT * px) if row.officer else box.x
    who = f"{row.officer} – {row.authority}" if row.officer and first else row.officer or row.authority
    if grid.kind == "stacked":
        spare = (box.height - 2 * LINE * px) / 2
        upper, lower = box.y + spare + 0.68 * px, box.bottom - spare - 0.68 * px
        wide = box.right - left
        name_px = fitted(who, px, 600, wide, grid.least)
        said = f"{heads[0]} {row.overdue} · {heads[1]} {row.resolved_late}"
        side = round(ICON * grid.word)
        room = box.width - side - round(0.3 * grid.word)
        marks: list[Mark] = [
            Word(cut(who, name_px, 600, wide), left, upper, name_px, 600, "ink2" if row.officer else "ink")
        ]
        if row.overdue:
            marks.append(Icon("warning", Box(box.x, round(lower - side / 2), side, side), "alarm"))
        colour: Tint = "alarm" if row.overdue else "ink"
        said_px = fitted(said, px, 600, room)
        marks.append(Word(said, box.right - room, lower, said_px, 600, colour))
        return marks
    y = box.middle + 0.02 * px
    overdue_right, late_right = late_columns(grid, page, texts, lang)
    figure = number(str(row.overdue), overdue_right, y, px, 700, "alarm" if row.overdue else "ink2", "right")
    side = round(ICON * px)
    sign = Box(figure.capitals.x - side - round(0.3 * px), round(y - side / 2), side, side)
    figures = min(sign.x, overdue_right - round(em(heads[0], 600) * grid.word))
    room = figures - round(GAP_EM * px) - left
    name_px = fitted(who, px, 400, room, grid.least)
    marks = [
        Word(cut(who, name_px, 400, room), left, y, name_px, 400, "ink2" if row.officer else "ink"),
        figure,
        number(str(row.resolved_late), late_right, y, px, 700, "ink", "right"),
    ]
    if row.overdue:
        marks.append(Icon("warning", sign, "alarm"))
    return marks
