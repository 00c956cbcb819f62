"""Every word that people read stands in the catalogues, in both languages, and nowhere else."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path

import flask_babel
import pytest

from hardware.texts import LANGUAGES, TextsError
from server.hall.refusals import CODES
from server.hall.tickets import State
from server.web.catalogue import Catalogues
from server.web.problems import WEB_CODES
from server.web.words import TEXTS, clock_text, date_text, figure_text, people_text
from tests.web.place import Place

WEB = Path(__file__).parents[2] / "server" / "web"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
SCRIPTS = sorted((WEB / "static").glob("*.js"))
PYTHON = sorted(WEB.rglob("*.py"))

READ = ("title", "alt", "placeholder", "label", "summary", "aria-label", "aria-description")
# What is the same in every language: our name, keys of a keyboard, formulas, names of what programs read.
SAME = re.compile(
    r"motcua|kill -9|Tiếng Việt|English|Cốc Cốc|Ctrl\+Z|(?:Shift\+)?F\d+|Esc|Enter|Tab"
    r"|A2-017|MB|/sim/|CSV|XLSX|PDF|ID|API|JSON"
)
WORD = re.compile(r"[^\W\d_]{2,}")
ATTRIBUTE = re.compile(r'\b([a-z-]+)="([^"]*)"')
VIETNAMESE = re.compile(r"[^\W\d_]*[À-ỹĐđ][^\W\d_]*")


class Texts(HTMLParser):
    """What a reader would see or hear of a template whose blanks are empty."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.code = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.code += tag in ("script", "style", "code")
        self.found += [value for name, value in attrs if name in READ and value]
        told = dict(attrs)
        if tag == "input" and told.get("type") in ("submit", "button", "reset") and told.get("value"):
            self.found.append(str(told["value"]))
        if tag == "meta" and told.get("name") == "description":
            self.found.append(str(told.get("content")))

    def handle_endtag(self, tag: str) -> None:
        self.code -= tag in ("script", "style", "code")

    def handle_data(self, data: str) -> None:
        """A macro may hold the attributes of a tag that stands elsewhere."""
        if not self.code:
            self.found += [value for name, value in ATTRIBUTE.findall(data) if name in READ]
            self.found.append(ATTRIBUTE.sub(" ", data))


def left(source: str) -> str:
    """A template with a blank where Jinja fills in. What a page adds to the tag of its body is no text."""
    source = re.sub(r"\{% block body %\}.*?\{% endblock %\}", " ", source, flags=re.S)
    return re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", " ", source, flags=re.S)


def raw(source: str) -> list[str]:
    texts = Texts()
    texts.feed(left(source))
    return [text.strip() for text in texts.found if WORD.search(SAME.sub(" ", text))]


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda f: f.name)
def test_templates_hold_no_words_of_their_own(file: Path) -> None:
    assert raw(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda f: f.name)
def test_what_jinja_prints_comes_from_the_catalogues(file: Path) -> None:
    """`{{ "Đóng" }}` and `{{ "yes" if x }}` would be words, too: a literal that is printed has no spaces or
    accents."""
    spoken = [
        text
        for hole in re.findall(r"\{\{(.*?)\}\}", file.read_text(encoding="utf-8"), re.S)
        for text in re.findall(r"\"([^\"]*)\"|'([^']*)'", re.sub(r"\b(?:t|d|url_for)\(.*?\)", "", hole))
        for text in text
        if not text.isascii() and WORD.search(text)
    ]
    assert spoken == []


def test_the_search_for_raw_words_finds_them() -> None:
    assert raw("<p>{{ t('a.b') }} Đóng</p>") == ["Đóng"]
    assert raw('<button title="Close">{{ x }}</button><img alt="A cat">') == ["Close", "A cat"]
    assert raw("<p>{% if a %}{{ b }}{% endif %} – 12 ({{ n }})</p><kbd>F2</kbd> n = 5") == []
    assert "Cannot reach" in [text for _, text in literals('alert("Cannot reach"); // a comment "in it"')]


LITERAL = re.compile(
    r'//[^\n]*|/\*.*?\*/|"((?:[^"\\\n]|\\.)*)"|\'((?:[^\'\\\n]|\\.)*)\'|`((?:[^`\\]|\\.)*)`', re.S
)


def literals(source: str) -> Iterator[tuple[int, str]]:
    """(line, text) of every string of a script, without what is filled in."""
    for match in LITERAL.finditer(source):
        text = next((group for group in match.groups() if group), "")
        yield source[: match.start()].count("\n") + 1, re.sub(r"\$\{.*?\}", " ", text)


# A sentence has a capital or an accent and a blank; selectors, tags, classes and paths have none of these.
SENTENCE = re.compile(r"^[A-ZĐ][a-zà-ỹ]+\s+\w|[À-ỹĐđ]")


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda f: f.name)
def test_scripts_show_only_words_that_the_page_gave_them(file: Path) -> None:
    found = [(n, text) for n, text in literals(file.read_text(encoding="utf-8")) if SENTENCE.search(text)]
    assert found == []


SHOWN_BY = {"render_template", "flash", "abort"}


@pytest.mark.parametrize("file", PYTHON, ids=lambda f: str(f.relative_to(WEB)))
def test_python_hands_no_words_to_pages(file: Path) -> None:
    """No literal with a Vietnamese letter outside documentation, and none that reads like words in what is
    handed to a template."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    notes = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    literals = [n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    spoken = [SAME.sub(" ", n.value) for n in literals if id(n) not in notes]
    vietnamese = [text for text in spoken if any(len(word) > 1 for word in VIETNAMESE.findall(text))]
    handed = [
        value.value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in SHOWN_BY
        for value in (*call.args[1:], *(k.value for k in call.keywords))
        if isinstance(value, ast.Constant) and isinstance(value.value, str) and " " in value.value.strip()
    ]
    assert (vietnamese, handed) == ([], [])


# A key is named whole, or its beginning stands before what is chosen: t("state." ~ word), f"refusal.{code}".
WHOLE = re.compile(r"[\"']([a-z]+\.[a-z_0-9.-]+)[\"']")
BEGINNING = re.compile(r"[\"']([a-z]+[.](?=[\"'])|[a-z]+[.][a-z0-9_-]*(?=[\"']\s*[~+]|\{|%[sd]))")
AREA = re.compile(r"_(?:key|word)\(\s*[\"']([a-z]+)[\"']")  # all of an area, chosen by what is asked about
ASKED = re.compile(r"(?:\bt|TEXTS)\(\s*[\"']([a-z_0-9.-]+)[\"']\s*[,)]")


def test_every_word_a_page_can_ask_for_is_in_the_catalogues() -> None:
    asked = {key for file in [*TEMPLATES, *PYTHON] for key in ASKED.findall(file.read_text())}
    asked |= {f"refusal.{code}" for code in (*CODES, *WEB_CODES.values(), "failed", "csrf")}
    asked |= {f"state.{s.value}" for s in State}
    asked |= {f"level.{n}-{m}" for n in range(2, 6) for m in range(1, n + 1)}
    assert asked - set(TEXTS.keys()) == set()


def test_no_word_of_the_catalogues_is_left_over() -> None:
    sources = "".join(f.read_text() for f in [*TEMPLATES, *WEB.parent.rglob("*.py")])
    whole = set(WHOLE.findall(sources))
    beginnings = (*set(BEGINNING.findall(sources)), *(f"{area}." for area in AREA.findall(sources)))
    assert [key for key in sorted(TEXTS.keys()) if key not in whole and not key.startswith(beginnings)] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_catalogues_are_nfc_and_of_their_language(lang: str) -> None:
    for file in (WEB / "texts" / lang).glob("*.po"):
        text = file.read_text(encoding="utf-8")
        assert text == unicodedata.normalize("NFC", text), file.name
        assert f'"Language: {lang}\\n"' in text, file.name
        if lang == "en":
            ours = re.sub(r"^#.*$", "", text, flags=re.M)
            assert not re.search(r"[ăâđêôơưĂÂĐÊÔƠƯ]", ours.replace("Tiếng Việt", "")), file.name


def test_one_and_many_are_said_as_each_language_says_them() -> None:
    assert [people_text(n, "en") for n in (0, 1, 2)] == ["0 people", "1 person", "2 people"]
    assert [people_text(n, "vi") for n in (0, 1, 2)] == ["0 người", "1 người", "2 người"]


def test_figures_and_days_are_written_as_each_language_writes_them() -> None:
    assert figure_text(35591, "vi") == "35.591" and figure_text(35591, "en") == "35,591"
    assert figure_text(0.52, "vi", 1) == "0,5" and figure_text(0.52, "en", 1) == "0.5"
    assert date_text(date(2026, 11, 23)) == "23/11/2026"


def test_flask_babel_speaks_the_readers_language_in_the_halls_zone(place: Place) -> None:
    at = datetime(2026, 11, 23, 1, 12, tzinfo=UTC)
    for lang in LANGUAGES:
        with place.app.test_request_context(f"/login?lang={lang}"):
            assert str(flask_babel.get_locale()) == lang
            assert flask_babel.gettext("login.title") == TEXTS("login.title", lang)
            assert flask_babel.ngettext("unit.people", "unit.people", 1).format(n=1) == people_text(1, lang)
            assert flask_babel.format_time(at, "HH:mm") == clock_text(at, place.config.site.zone) == "08:12"


@pytest.mark.parametrize(
    ("vi", "en", "told"),
    [
        ('msgid "a.b"\nmsgstr "x"', "", "only in"),
        ('msgid "a.b"\nmsgstr "x {n}"', 'msgid "a.b"\nmsgstr "y"', "different words"),
        ('msgid "a.b"\nmsgstr ""', 'msgid "a.b"\nmsgstr "y"', "has no text"),
        (
            'msgid "a.b"\nmsgid_plural "a.b"\nmsgstr[0] "{n} x"',
            'msgid "a.b"\nmsgid_plural "a.b"\nmsgstr[0] "{m} y"\nmsgstr[1] "{n} y"',
            "plural forms",
        ),
    ],
)
def test_catalogues_that_do_not_match_are_refused(tmp_path: Path, vi: str, en: str, told: str) -> None:
    plurals = {"vi": "nplurals=1; plural=0;", "en": "nplurals=2; plural=(n != 1);"}
    for (lang, plural), text in zip(plurals.items(), (vi, en), strict=True):
        head = f'msgid ""\nmsgstr ""\n"Language: {lang}\\n"\n"Plural-Forms: {plural}\\n"\n\n'
        (tmp_path / lang).mkdir()
        (tmp_path / lang / "a.po").write_text(head + text + "\n", encoding="utf-8")
    with pytest.raises(TextsError, match=told):
        Catalogues(tmp_path)
