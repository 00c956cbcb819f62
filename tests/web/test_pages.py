"""What every page owes its readers and their browsers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from broker.messages import DeviceStatus
from hardware.texts import LANGUAGES
from hardware.theme import contrast, rgb
from server.hall import commands as c
from server.hall.tickets import State
from server.people.rights import Role
from server.web.words import TEXTS
from tests.web.place import Place, Staff, open_place

WEB = Path(__file__).parents[2] / "server" / "web"
PAGES = [
    "/",
    "/login",
    "/console/?other",
    "/console/7",
    "/console/7/live",
    "/figures/",
    "/devices/",
    "/devices/live",
    "/devices/kiosk-1",
    "/devices/kiosk-1/live",
    "/nothing",
    "/t/{token}",
    "/t/x",
]


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, dict(attrs)))
        if dict(attrs).get("id"):
            self.ids.append(dict(attrs)["id"])


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A hall where something goes on; its pages are only read."""
    place = open_place(tmp_path_factory.mktemp("busy"))
    place.at("7", c.OpenCounter, officer="officer-7")
    for _ in range(3):
        place.issue("environment-land")
    place.at("7", c.CallNext)
    place.devices.put("kiosk-1", DeviceStatus(online=True, role="kiosk", printer="paper-low"))
    yield place
    place.close()


@pytest.fixture(scope="module")
def chief(busy: Place) -> Staff:
    return busy.log_in("chief", Role.MANAGER)


def read(place: Place, staff: Staff, path: str, lang: str) -> Any:
    waiting = next(t for t in place.writer.view.state.tickets.values() if t.state is State.WAITING)
    path = path.format(token=waiting.token)
    client = place.client() if path == "/login" else staff.client
    return client.get(path + ("&" if "?" in path else "?") + f"lang={lang}", buffered=True)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_page_has_script_or_style_in_it(busy: Place, chief: Staff, path: str, lang: str) -> None:
    text = read(busy, chief, path, lang).text
    tags = Tags()
    tags.feed(text)
    for tag, attributes in tags.tags:
        assert tag != "style"
        assert tag != "script" or attributes.get("src", "").startswith("/static/")  # type: ignore[union-attr]
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
    assert "javascript:" not in text
    assert not re.search(r"(?:src|href|action)=.https?:", text)


@pytest.mark.parametrize("path", [p for p in PAGES if not p.endswith("/live")])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_has_its_language_title_heading_and_named_parts(
    busy: Place, chief: Staff, path: str, lang: str
) -> None:
    text = read(busy, chief, path, lang).text
    tags = Tags()
    tags.feed(text)
    names = [t for t, _ in tags.tags]
    if path != "/t/x":  # an unknown number has no language of its own
        assert tags.tags[0] == ("html", {"lang": lang})
    assert names.count("h1") == names.count("title") == names.count("main") == 1
    assert len(tags.ids) == len(set(tags.ids))
    labelled = {a.get("for") for t, a in tags.tags if t == "label"}
    for tag, attributes in tags.tags:
        if tag in ("input", "select") and attributes.get("type") not in ("hidden", "radio", "checkbox"):
            assert attributes.get("id") in labelled or attributes.get("aria-label")
        if tag == "th":
            assert attributes.get("scope") in ("col", "row")


@pytest.mark.parametrize("path", [*PAGES, "/healthz", "/api/v1/hall", "/static/app.css"])
def test_every_answer_carries_the_rules_for_browsers(busy: Place, chief: Staff, path: str) -> None:
    answer = read(busy, chief, path, "vi")
    policy = answer.headers["Content-Security-Policy"]
    for rule in (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    ):
        assert rule in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in answer.headers
    if not path.startswith("/static"):
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_key_is_shown_raw(busy: Place, chief: Staff, path: str, lang: str) -> None:
    text = read(busy, chief, path, lang).text
    shown = re.sub(r"<[^>]*>", " ", text)
    tables = {key.split(".")[0] for key in set(TEXTS.keys())}
    assert not re.search(rf"\b(?:{'|'.join(tables)})\.[a-z_-]+\b", shown)
    assert "{" not in shown
    assert text == unicodedata.normalize("NFC", text)


def test_static_files_name_no_other_host_and_stay_small() -> None:
    for file in WEB.joinpath("static").glob("*.*"):
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http://" not in text and "https://" not in text, file.name
    assert WEB.joinpath("static/app.css").stat().st_size <= 20_000


def colours(css: str, theme: int) -> dict[str, str]:
    blocks = re.findall(r":root[^{]*\{([^}]*)\}", css)
    found: dict[str, str] = {}
    for block in (blocks[0], blocks[theme]):
        for name, value in re.findall(r"--([a-z0-9-]+): ?(#[0-9A-Fa-f]{3,6})", block):
            found[name] = value if len(value) == 7 else "#" + "".join(2 * x for x in value[1:])
    return found


# What stands in the blocks of each file: as the browser prefers, then as the reader chose.
LOOKS = {
    "tokens.css": ("light", "dark", "dark", "contrast", "contrast"),
    "phone.css": ("light", "dark", "contrast"),
}


def test_a_chosen_look_is_the_preferred_one() -> None:
    blocks = re.findall(r":root[^{]*\{([^}]*)\}", (WEB / "static" / "tokens.css").read_text())
    _, dark, chosen_dark, contrast_, chosen_contrast = [" ".join(block.split()) for block in blocks]
    assert dark == chosen_dark and contrast_ == chosen_contrast


def test_staff_pages_name_no_colour_but_by_token() -> None:
    for name in ("app.css", "dossiers.css", "console.css", "figures.css"):
        file = WEB / "static" / name
        if file.exists():
            assert set(re.findall(r"#[0-9A-Fa-f]{3,8}\b", file.read_text())) <= {"#FFF"}, name


@pytest.mark.parametrize(
    ("file", "theme"), [(file, n) for file, looks in LOOKS.items() for n in range(len(looks))]
)
def test_every_text_colour_reaches_seven_to_one(file: str, theme: int) -> None:
    of = colours((WEB / "static" / file).read_text(), theme)
    pairs: list[tuple[str, str]] = []
    for ink in ("ink", "ink2", "accent"):
        pairs += [(ink, on) for on in ("ground", "surface", "tint")]
    if file == "tokens.css":
        pairs += [(s, f"tint-{s}") for s in ("ok", "amber", "alarm")] + [
            (s, "surface") for s in ("ok", "amber", "alarm")
        ]
        pairs += [("on-accent", "accent"), ("ink2", "off"), ("number", "surface"), ("on-deep2", "deep")]
    for ink, on in pairs:
        assert contrast(rgb(of[ink]), rgb(of[on])) >= 7, (ink, on)
    for edge in ("edge",):
        assert contrast(rgb(of[edge]), rgb(of["surface"])) >= 3


def test_a_page_that_does_not_exist_says_so_in_plain_words(place: Place) -> None:
    answer = place.client().get("/nothing/<script>")
    assert answer.status_code == 404 and "Không có trang này." in answer.text
    assert "<script>" not in answer.text


def test_a_mistake_of_ours_shows_no_inside(place: Place) -> None:
    place.app.config["PROPAGATE_EXCEPTIONS"] = False

    def broken() -> str:
        raise ZeroDivisionError

    place.app.add_url_rule("/broken", "broken", broken)
    answer = place.client().get("/broken")
    assert answer.status_code == 500
    assert "Có lỗi của máy chủ" in answer.text and "ZeroDivision" not in answer.text


def test_outside_the_demo_there_is_no_simulated_hall(place: Place) -> None:
    staff = place.log_in("officer-7")
    for path in (
        "/hall",
        "/sim/",
        "/sim/state",
        "/sim/clock",
        "/sim/kiosk-1/state",
        "/sim/kiosk-1/screen.png",
    ):
        assert staff.get(path).status_code == 404, path
    for path in ("/sim/kiosk-1/touch", "/sim/server/switch", "/sim/clock"):
        assert staff.post(path, {}).status_code in (404, 405), path
    assert "/hall" not in staff.get("/").text


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH", "TRACE"])
def test_other_methods_are_refused(place: Place, method: str) -> None:
    assert place.client().open("/login", method=method).status_code == 405
