"""The handbook says what the screens say: its words, its pictures, its links, alike in both languages."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from motcua import PROGRAMS, parser
from server.web.catalogue import read
from server.web.places import PLACES, Group
from server.web.words import TEXTS

ROOT = Path(__file__).resolve().parents[1]
BOOK = ROOT / "docs" / "handbook"
PICTURES = ROOT / "docs" / "pictures" / "handbook"
PAIRS = (
    ("vi/muoi-phut.md", "en/ten-minutes.md"),
    ("vi/can-bo.md", "en/officer.md"),
    ("vi/quan-ly.md", "en/manager.md"),
    ("vi/ho-so.md", "en/dossiers.md"),
    ("vi/quan-tri.md", "en/administrator.md"),
)
PAGES = tuple(chain.from_iterable(PAIRS))
WORDS_BESIDE = (ROOT / "server" / "dossiers" / "texts", ROOT / "kiosk" / "counter" / "texts")
MOST_BYTES = 3_000_000  # of all pictures together

BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)]+)\)")
PICTURE = re.compile(r"!\[([^\]]+)\]\(([^)]+)\)")
SIZED = re.compile(r'<img alt="([^"]+)" width="\d+" src="([^"]+)">')
CODE = re.compile(r"```.*?```|`[^`]+`", re.DOTALL)
BLANK = re.compile(r"\\{[^}]*\\}")


def text_of(page: str) -> str:
    """As it is written, a picture of a given size like any other."""
    return SIZED.sub(r"![\1](\2)", (BOOK / page).read_text(encoding="utf-8"))


def test_every_page_is_one_of_a_pair() -> None:
    found = {str(file.relative_to(BOOK)) for file in BOOK.rglob("*.md")}
    assert found == {"README.md", *PAGES}
    assert {page for page in PAGES if f"({page})" in text_of("README.md")} == set(PAGES)


@pytest.mark.parametrize("page", ["README.md", *PAGES])
def test_links_lead_somewhere(page: str) -> None:
    for link in LINK.findall(text_of(page)):
        assert "://" not in link, f"{link}: the handbook is read without a network"
        target = (BOOK / page).parent / link.partition("#")[0]
        assert target.is_file(), f"{page}: {link}"


def shape(page: str) -> list[str]:
    """What stands on a page, in its order: headings, pictures, rows, steps, points, commands."""
    kinds = (r"\| ", r"\d+\. ", r"- ", "```")
    found: list[str] = []
    for line in text_of(page).splitlines():
        if picture := PICTURE.match(line):
            found.append(Path(picture[2]).name)
        elif heading := re.match("#+ ", line):
            found.append(heading[0])
        else:
            found.extend(kind for kind in kinds if re.match(kind, line))
    return found


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: str(pair[1]))
def test_both_languages_have_the_same_parts(pair: tuple[str, str]) -> None:
    assert shape(pair[0]) == shape(pair[1])


def flat(told: dict[str, Any]) -> Iterator[str]:
    for value in told.values():
        if isinstance(value, dict):
            yield from flat(value)
        elif isinstance(value, str):
            yield value


def said_on_screens(lang: str) -> re.Pattern[str]:
    """Matches any text of the catalogues, with anything where it has a blank."""
    entries, _ = read(ROOT / "server" / "web" / "texts" / lang)
    texts = set(chain.from_iterable(entry.forms for entry in entries.values()))
    for folder in WORDS_BESIDE:
        texts.update(flat(tomllib.loads((folder / f"{lang}.toml").read_text(encoding="utf-8"))))
    # A text that is little but a blank would match everything.
    whole = {t for t in texts if len(re.sub(r"\{[^}]*\}", "", t).strip()) > 1}
    return re.compile("|".join(BLANK.sub(".+", re.escape(text)) for text in sorted(whole)))


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_bold_words_are_those_of_the_screens(lang: str) -> None:
    on_screens = said_on_screens(lang)
    wrong = [
        f"{page}: {word}"
        for page in PAGES
        if page.startswith(lang)
        for word in BOLD.findall(CODE.sub("", text_of(page)))
        if not on_screens.fullmatch(" ".join(unicodedata.normalize("NFC", word).split()))
    ]
    assert not wrong, "no screen says:\n" + "\n".join(wrong)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_way_names_the_group_that_its_place_is_in(lang: str) -> None:
    """**Figures**, **Late list**: whoever opens the one finds the other below it."""
    groups = {TEXTS(f"place.group-{group}", lang): group for group in Group}
    places = {(place.group, TEXTS(place.key, lang)) for place in PLACES}
    ways = [
        (group, " ".join(word.split()))
        for page in PAGES
        if page.startswith(lang)
        for group, word in re.findall(r"\*\*([^*]+)\*\*, \*\*([^*]+)\*\*", text_of(page))
        if group in groups
    ]
    assert len(ways) > 15
    assert not [way for way in ways if (groups[way[0]], way[1]) not in places]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_pictures_are_linked_and_links_have_pictures(lang: str) -> None:
    linked = set()
    for page in PAGES:
        if page.startswith(lang):
            for about, path in PICTURE.findall(text_of(page)):
                assert len(about) > 5, f"{page}: {path} is not described"
                linked.add((BOOK / page).parent.joinpath(path).resolve())
    assert linked == set((PICTURES / lang).iterdir())


def test_pictures_are_small_and_hold_nothing_but_the_picture() -> None:
    files = sorted(PICTURES.rglob("*.png"))
    assert files
    assert sum(file.stat().st_size for file in files) <= MOST_BYTES
    for file in files:
        with Image.open(file) as picture:
            assert picture.mode == "P", f"{file.name} has no palette"
            assert not picture.info.keys() - {"transparency"}, f"{file.name}: {picture.info}"


def test_pictures_are_of_one_size_in_both_languages() -> None:
    for file in sorted((PICTURES / "vi").iterdir()):
        with Image.open(file) as one, Image.open(PICTURES / "en" / file.name) as other:
            assert one.width == other.width, file.name


PERSONAL = {
    "a number of somebody": r"(?<![\w.-])\+?\d[\d ]{7,13}\d(?![\w.-])",
    "an address of somebody": r"\b[\w.+-]+@[\w-]+\.\w+",
    "a folder of some machine": r"(?<!\w)/(?:home|root|work|tmp|Users)\b",
    "an address of some machine": r"\b(?!127\.0\.0\.1|192\.168\.1\.)\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b",
}


@pytest.mark.parametrize("page", ["README.md", *PAGES])
def test_nobody_and_no_machine_is_named(page: str) -> None:
    for what, pattern in PERSONAL.items():
        found = re.search(pattern, text_of(page))
        assert found is None, f"{page}: {what}: {found[0]}"


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_exist(page: str) -> None:
    known = set(PROGRAMS) | set(re.findall(r"^    (\w+)", parser().format_help(), re.MULTILINE))
    for code in CODE.findall(text_of(page)):
        for word in re.findall(r"(?:^|[`$ /])motcua ([a-z]+)(?![\w/])", code):
            assert word in known, f"{page}: motcua {word}"


@pytest.mark.parametrize("page", PAGES)
def test_vietnamese_is_composed(page: str) -> None:
    assert unicodedata.is_normalized("NFC", text_of(page))
