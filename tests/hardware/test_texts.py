"""Every word in both languages, NFC, with the same words to fill in."""

import tomllib
import unicodedata
from pathlib import Path

import pytest

from hardware.texts import MissingText, Texts, TextsError

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("kiosk", "display", "server", "broker", "hardware")
FOLDERS = sorted(file.parent for room in ROOMS for file in (ROOT / room).rglob("texts/*.toml"))


def catalogue(folder: Path, vi: str, en: str) -> Texts:
    (folder / "vi.toml").write_text(vi, encoding="utf-8")
    (folder / "en.toml").write_text(en, encoding="utf-8")
    return Texts.read(folder)


def test_a_text_is_found_by_key_and_language_and_filled_in(tmp_path: Path) -> None:
    texts = catalogue(
        tmp_path,
        'skip = "Bỏ qua"\n[call]\ngo = "Mời số {number} đến quầy {counter}"',
        'skip = "Skip"\n[call]\ngo = "Number {number}, counter {counter}"',
    )
    assert texts("skip", "vi") == "Bỏ qua"
    assert texts("call.go", "en", number="A031", counter=3) == "Number A031, counter 3"
    assert list(texts.keys()) == ["skip", "call.go"]
    assert "call.go" in texts
    assert "call.come" not in texts


def test_what_comes_out_is_composed(tmp_path: Path) -> None:
    texts = catalogue(tmp_path, f'a = "{unicodedata.normalize("NFD", "Quầy")} {{name}}"', 'a = "{name}"')
    assert texts("a", "vi", name=unicodedata.normalize("NFD", "Sở Y tế")) == "Quầy Sở Y tế"


def test_a_text_that_nobody_wrote_is_an_error(tmp_path: Path) -> None:
    texts = catalogue(tmp_path, 'a = "{x}"', 'a = "{x}"')
    with pytest.raises(MissingText, match=r"'b'.*'vi'"):
        texts("b", "vi")
    with pytest.raises(MissingText):
        texts("a", "fr")
    with pytest.raises(TextsError, match="a: 'x' was not given"):
        texts("a", "vi")


@pytest.mark.parametrize(
    ("vi", "en", "fault"),
    [
        ('a = "1"\nb = "2"', 'a = "1"', "b"),
        ('a = "1"', 'a = "1"\n[c]\nd = "2"', "c.d"),
        ('a = "{x}"', 'a = "{y}"', "a: "),
        ("a = 1", 'a = "1"', "a is not a text"),
        ('[a.b]\nc = "1"', '[a.b]\nc = "1"', "a.b is not a text"),
    ],
)
def test_catalogues_that_do_not_match_are_refused(tmp_path: Path, vi: str, en: str, fault: str) -> None:
    with pytest.raises(TextsError, match=fault):
        catalogue(tmp_path, vi, en)


@pytest.mark.parametrize("folder", sorted(set(FOLDERS)), ids=lambda f: str(f.relative_to(ROOT)))
def test_every_catalogue_of_the_project_is_whole_and_composed(folder: Path) -> None:
    assert list(Texts.read(folder).keys())
    for file in folder.glob("*.toml"):
        text = file.read_text(encoding="utf-8")
        assert unicodedata.is_normalized("NFC", text), f"{file} is not NFC"
        tomllib.loads(text)
