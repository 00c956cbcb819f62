"""The configuration in a real browser: checked and drawn while one types, and the same without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from selenium.webdriver.support.ui import Select

from server.people.rights import Role
from server.web.words import TEXTS
from tests.browser import axe
from tests.browser.conftest import Reader, Served, reading, serving
from tests.browser.measure import flows
from tests.web.place import Place

ROOT = "/admin/setup"
PAGES = [
    "", "hall", "hours", "calendar", "time", "reminders", "priority", "calls", "texts", "wall", "ratings",
    "devices", "officers", "authorities", "authority/environment", "new-authority", "counters", "counter/7",
    "review", "versions", "versions/1",
]  # fmt: skip


def drafting(reader: Reader, place: Place) -> Reader:
    """An administrator with a draft in which something is wrong."""
    place.account("chief", Role.ADMINISTRATOR)
    place.issue("justice-records")
    reader.log_in("chief")
    reader.open(f"{ROOT}/hours")
    write(reader, "hours.mon", "13:30-17:00")
    reader.open(f"{ROOT}/authority/justice")
    write(reader, "authority.0.letter", "B")
    return reader


@pytest.fixture
def chief(reader: Reader, place: Place) -> Reader:
    return drafting(reader, place)


@pytest.fixture(scope="module")
def drafted(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Any]]:
    """A hall with such a draft, and the administrator's cookies."""
    with serving(tmp_path_factory.mktemp("drafted")) as served:
        with reading(chromium, served) as reader:
            cookies = drafting(reader, served.place).driver.get_cookies()
        yield served, cookies


@pytest.fixture
def onlooker(chromium: Any, drafted: tuple[Served, Any]) -> Iterator[Reader]:
    """The administrator, who only looks: the hall is the same for all tests."""
    with reading(chromium, *drafted) as reader:
        yield reader


def write(reader: Reader, name: str, text: str) -> None:
    """Type into a field, and wait until the page has told the server."""
    told = f"{reader.text('.kept-told')}|{reader.js('return document.querySelector(`[name=mark]`).value')}"
    box = reader.see(f"[name='{name}']")
    box.clear()
    box.send_keys(text)

    def heard() -> bool:
        mark = reader.js("return document.querySelector('[name=mark]').value")
        return f"{reader.text('.kept-told')}|{mark}" != told

    reader.until(heard, f"{name} was checked")


def draft(place: Place) -> Any:
    assert place.hall.drafts is not None
    found = place.hall.drafts.of("chief")
    return None if found is None else found.document


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(onlooker: Reader, path: str) -> None:
    told = axe.faults(onlooker, f"{ROOT}/{path}", axe.WIDTHS[:1], ("light",), ("vi",))
    told += axe.faults(onlooker, f"{ROOT}/{path}", axe.WIDTHS[2:3], ("dark", "contrast"), ("en",))
    assert told == []
    onlooker.size(320, 568)
    assert flows(onlooker) == []
    assert [m for m in onlooker.complaints() if "404" not in m and "favicon" not in m] == []


def test_the_overviews_cards_hold_what_they_tell(chief: Reader) -> None:
    chief.open(f"{ROOT}/calls")
    write(chief, "calls.undo_s", "20")
    for width in (1366, 1920, 390):
        chief.size(width, 768)
        chief.open(f"{ROOT}/?lang=vi")
        assert TEXTS("setup.edited", "vi") in chief.text(".tiles .tag.soon")
        out = chief.js(
            """
            return [...document.querySelectorAll('.tiles .tag')].filter(tag => {
              const card = tag.closest('a').getBoundingClientRect(), own = tag.getBoundingClientRect();
              return own.right > card.right - 12 || tag.scrollWidth > tag.clientWidth;
            }).map(tag => tag.textContent)
            """
        )
        assert (width, out) == (width, [])


def test_sites_are_readable_too(onlooker: Reader) -> None:
    for path in ("", "hanam"):
        told = axe.faults(onlooker, f"/admin/sites/{path}", axe.WIDTHS[:1], ("light",), ("vi",))
        told += axe.faults(onlooker, f"/admin/sites/{path}", axe.WIDTHS[2:3], ("dark",), ("en",))
        assert told == []
        onlooker.size(320, 568)
        assert flows(onlooker) == []


@pytest.mark.parametrize("path", PAGES)
def test_what_one_touches_on_a_phone_is_large_enough(onlooker: Reader, path: str) -> None:
    onlooker.size(390, 844)
    onlooker.open(f"{ROOT}/{path}")
    small = onlooker.js(
        """
        const touched = ['button', '.button', 'input', 'select', 'summary'].map(e => `main ${e}`).join();
        return [...document.querySelectorAll(touched)]
          .filter(e => e.offsetParent && e.type !== 'hidden')
          .map(e => [e, (e.closest('label') ?? e).getBoundingClientRect()])
          .filter(([_, r]) => r.height < 43.5 || r.width < 42)
          .map(([e, r]) => `${e.tagName} ${e.name} ${r.width}x${r.height}`)
        """
    )
    assert small == []


def test_a_mistake_stands_beside_its_field_while_one_types(chief: Reader, place: Place) -> None:
    chief.open(f"{ROOT}/calls")
    write(chief, "calls.recall_limit", "x")
    assert chief.text("#wrong-calls-recall_limit") == TEXTS("mistake.not-number", "vi")
    assert chief.see("[name='calls.recall_limit']").get_attribute("aria-invalid") == "true"
    assert draft(place).calls.recall_limit == 3
    write(chief, "calls.recall_limit", "4")
    assert chief.text("#wrong-calls-recall_limit") == ""
    assert draft(place).calls.recall_limit == 4
    chief.see("form[data-live] .actions .filled").click()
    chief.until(lambda: "said=saved" in chief.driver.current_url, "the button saves the same")
    assert place.writer.view.setup.version == 1


def test_ticket_and_wall_are_drawn_anew_while_one_types(chief: Reader, place: Place) -> None:
    chief.open(f"{ROOT}/authority/justice")
    write(chief, "authority.0.letter", "A")
    chief.open(f"{ROOT}/texts")
    size = "return document.querySelector('img[data-preview]').naturalHeight"
    chief.until(lambda: chief.js(size), "the ticket is drawn")
    before, source = chief.js(size), "return document.querySelector('img[data-preview]').src"
    was = chief.js(source)
    write(
        chief, "documents.vi", "Căn cước, bản chính và hai bản sao có chứng thực của từng loại giấy tờ đã nộp"
    )
    chief.until(lambda: chief.js(source) != was and chief.js(size) > before, "a longer ticket is drawn")
    write(chief, "notice.0.vi", "Xin giữ trật tự")

    def shown() -> bool:
        chief.driver.switch_to.frame(chief.see("iframe[data-preview]"))
        try:
            return "Xin giữ trật tự" in chief.text("#band")
        finally:
            chief.driver.switch_to.default_content()

    chief.until(shown, "the wall has the new notice")
    assert "Xin giữ trật tự" not in place.client().get("/board").text


def test_everything_works_without_scripts(chief: Reader, place: Place) -> None:
    chief.scripts(False)
    chief.open(f"{ROOT}/authority/justice")
    box = chief.see("[name='authority.0.letter']")
    box.clear()
    box.send_keys("A")
    chief.click("form[data-live] .actions .filled")
    chief.see(".band.okay")
    chief.open(f"{ROOT}/new-counter")
    chief.see("[name='counter.12.id']").send_keys("14")
    Select(chief.see("[name='skill.justice-civil.-']")).select_by_value("services")
    chief.click("form[data-live] .actions .filled")
    chief.see(".matrix")
    chief.open(f"{ROOT}/calendar?year=2026")
    chief.see("[name='day.1225']").send_keys(" ")  # by the keyboard
    chief.click("button[value=save]")
    chief.see(".band.okay")
    chief.open(f"{ROOT}/review")
    assert "25/12/2026" in chief.text("main") and TEXTS("mistake.closes-now", "vi", n=1) in chief.text("main")
    chief.see("[name=agree]").click()
    chief.see("#note").send_keys("Không có kịch bản")
    chief.click("form[action$='/apply'] .filled")
    chief.see(".facts")
    assert place.writer.view.setup.version == 2 and "14" in place.hall.config.site.counters
    assert "Không có kịch bản" in chief.text("main")
