"""Whoever has nothing but the handbook's page of ten minutes gets through its exercise, in both languages."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.keys import Keys

from server.hall.tickets import State, Ticket
from tests.browser.conftest import Reader
from tests.web.place import Place

BOOK = Path(__file__).resolve().parents[2] / "docs" / "handbook"
PAGES = {"vi": BOOK / "vi" / "muoi-phut.md", "en": BOOK / "en" / "ten-minutes.md"}
MINE, OTHER = "7", "3"
SAME_PRESS_S = 1.6  # a beginner is slower than a double press, which the console takes for one

CAN_BE_PRESSED = """
const keys = [...document.querySelectorAll("#live button:enabled kbd")];
return keys.some(key => key.innerText === arguments[0])
  && !document.querySelector("#live .busy, dialog[open]") && !document.querySelector("#link .on").hidden;
"""


@dataclass
class Step:
    """words: what the step names in bold, in its order; keys: what it says to press."""

    words: list[str]
    keys: list[str]


def steps_of(page: Path) -> list[Step]:
    lines = re.findall(r"^\d+\. (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return [Step(re.findall(r"\*\*(.+?)\*\*", line), re.findall(r"`(.+?)`", line)) for line in lines]


class Beginner:
    """Presses what the page names, and looks only at what stands on the screen."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def button(self, word: str) -> None:
        """The button that begins with this word, in the open dialog if there is one."""
        reader = self._reader

        def pressed() -> bool:
            inside = "dialog[open]" if reader.all("dialog[open]") else "main"
            with suppress(StaleElementReferenceException):  # the page is just being renewed
                for button in reader.all(f"{inside} button, {inside} label.option"):
                    if button.is_displayed() and button.text.strip().split("\n")[0] == word:
                        button.click()
                        return True
            return False

        reader.until(pressed, f"there is a button {word!r}")

    def press(self, key: str) -> None:
        """The key, once the button that bears it can be pressed and nothing else is on its way."""
        self._reader.until(lambda: self._reader.js(CAN_BE_PRESSED, key), f"{key} can be pressed")
        if key == "Ctrl+Z":
            self._reader.keys("z", ctrl=True)
        else:
            self._reader.keys(key)

    def types(self, text: str) -> None:
        self._reader.until(lambda: self._reader.all("dialog[open]"), "a dialog is open")
        self._reader.driver.switch_to.active_element.send_keys(text)


@pytest.mark.parametrize("lang", PAGES)
def test_the_exercise_goes_as_it_is_written(reader: Reader, place: Place, lang: str) -> None:
    sit, give, call, away, serve, park, priority, send, pause = steps_of(PAGES[lang])
    beginner, view = Beginner(reader), lambda: place.writer.view.state
    place.account("officer-7")
    reader.open(f"/login?lang={lang}")
    reader.log_in("officer-7")

    reader.open("/console/")
    assert reader.text("h1") == sit.words[0]
    assert sit.words[1] in reader.text(".choose")
    reader.click(f"button[name=counter][value='{MINE}']")
    reader.until(lambda: view().counter(MINE).officer == "officer-7", "the counter is open under the name")

    for n in (1, 2, 3):
        time.sleep(SAME_PRESS_S)
        for word in give.words:
            beginner.button(word)
            if word == give.words[1]:
                reader.until(lambda n=n: len(view().tickets) == n, "one number more")
    waiting = sorted(view().tickets.values(), key=lambda ticket: ticket.place)
    first = waiting[0].id

    def ticket() -> Ticket:
        return view().tickets[first]

    def stands(state: State) -> None:
        reader.until(lambda: ticket().state is state, f"the first number is {state}")

    beginner.press(call.keys[0])
    stands(State.CALLED)
    place.clock.pass_(seconds=6)
    beginner.press(call.keys[1])
    reader.until(lambda: ticket().recalls == 1, "it was recalled")

    beginner.press(away.keys[0])
    stands(State.NO_SHOW)
    reader.until(lambda: away.words[0] in reader.text("#live"), "it stands where the page says")
    reader.click(".chips button[data-verb=call]")
    stands(State.CALLED)

    beginner.press(serve.keys[0])
    stands(State.SERVING)
    beginner.press(serve.keys[1])
    beginner.types("thiếu bản sao")
    beginner.button(serve.words[0])
    reader.until(lambda: ticket().note == "thiếu bản sao", "the note is kept")

    beginner.press(park.keys[0])
    stands(State.PARKED)
    reader.until(lambda: reader.all("[data-verb=bring-back]"), "F7 brings back now")
    beginner.press(park.keys[1])
    stands(State.WAITING)

    beginner.press(priority.keys[0])
    stands(State.CALLED)
    beginner.button(priority.words[0])
    beginner.button(priority.words[1])
    reader.until(lambda: ticket().checked, "papers were seen")
    beginner.press(priority.keys[1])
    reader.until(lambda: not ticket().checked, "and it is as before")

    beginner.press(send.keys[0])
    beginner.types(OTHER + Keys.ENTER)
    reader.until(lambda: ticket().bound_to == OTHER, "it waits at the other counter")

    beginner.press(pause.keys[0])
    for word in pause.words:
        beginner.button(word)
    reader.until(lambda: view().counter(MINE).status == "paused", "the counter rests")
    reader.until(lambda: reader.all("[data-verb=open]"), "F10 opens now")
    beginner.press(pause.keys[1])
    reader.until(lambda: view().counter(MINE).status == "open", "and is open again")
