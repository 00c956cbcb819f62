"""Screens: memory only unless a window was asked for, and a count of what was really shown."""

import io
import subprocess
import sys
import threading
from collections.abc import Iterator

import pygame
import pytest

from hardware.screen import Screen, ScreenError, WindowScreen, open_screen


def looked_at(png: bytes) -> pygame.Surface:
    return pygame.image.load(io.BytesIO(png), "screen.png")


def colour(surface: pygame.Surface | None, place: int = 5) -> tuple[int, ...]:
    assert surface is not None
    return tuple(surface.get_at((place, place)))


def test_a_simulated_screen_opens_no_display() -> None:
    words = (
        "import sys, pygame; from hardware import icons; from hardware.screen import open_screen;"
        "from hardware.canvas import Canvas; from hardware.theme import THEMES;"
        "s = open_screen('sim:320x200'); "
        "Canvas(s.surface, THEMES['dark']).text('Quầy', (9, 99), 40); s.show();"
        "sys.exit(s.rev != 1 or pygame.display.get_init() or pygame.mixer.get_init() is not None)"
    )
    ran = subprocess.run([sys.executable, "-c", words], capture_output=True, check=False, timeout=60)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")


def test_the_revision_counts_changes_and_not_calls() -> None:
    screen = open_screen("sim:320x200")
    assert (screen.size, screen.rev) == ((320, 200), 0)
    screen.show()
    assert screen.rev == 0
    screen.surface.set_at((319, 199), (1, 0, 0))
    screen.show([pygame.Rect(319, 199, 1, 1)])
    screen.show()
    assert screen.rev == 1
    screen.surface.fill((9, 9, 9))
    assert screen.rev == 1
    screen.show()
    assert screen.rev == 2


def test_a_picture_is_of_what_was_shown_and_not_of_what_is_being_drawn() -> None:
    screen = open_screen("sim:64x48")
    screen.surface.fill((10, 20, 30))
    screen.show()
    screen.surface.fill((200, 0, 0))
    shown = looked_at(screen.png())
    assert shown.get_size() == (64, 48)
    assert colour(shown) == (10, 20, 30, 255)
    screen.show()
    assert colour(looked_at(screen.png())) == (200, 0, 0, 255)


@pytest.mark.parametrize(("asked", "given"), [(16, 16), (64, 64), (9000, 64), (None, 64), (1, 1), (-5, 1)])
def test_a_picture_is_as_wide_as_asked_and_never_wider_than_the_screen(asked: int | None, given: int) -> None:
    assert looked_at(open_screen("sim:64x48").png(asked)).get_width() == given


def test_pictures_can_be_taken_while_the_program_draws() -> None:
    screen = open_screen("sim:200x200")
    done = threading.Event()
    odd: list[object] = []

    def look() -> None:
        while not done.is_set():
            picture = looked_at(screen.png(100))
            if picture.get_at((10, 10)) != picture.get_at((90, 90)):
                odd.append(picture)

    watchers = [threading.Thread(target=look) for _ in range(2)]
    for watcher in watchers:
        watcher.start()
    for grey in range(60):
        screen.surface.fill((grey, grey, grey))
        screen.show()
    done.set()
    for watcher in watchers:
        watcher.join()
    assert odd == []
    assert screen.rev == 59  # the first was black on black


@pytest.mark.parametrize(
    "url",
    ["", "sim", "sim:0x0", "sim:15x400", "sim:99999x10", "kms:", "window:10x10x10", "window:100x100?scale=0"],
)
def test_a_screen_that_cannot_be_is_refused(url: str) -> None:
    with pytest.raises(ScreenError):
        open_screen(url)


@pytest.fixture
def window(monkeypatch: pytest.MonkeyPatch) -> Iterator[WindowScreen]:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    screen = open_screen("window:400x300?scale=0.5")
    assert isinstance(screen, WindowScreen)
    yield screen
    screen.close()


def test_a_click_in_the_window_is_a_touch_in_pixels_of_the_surface(window: WindowScreen) -> None:
    assert window.touches() == []
    click = {"pos": (100, 50), "button": 1, "touch": False, "window": None}
    pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONDOWN, click))
    pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONDOWN, click | {"button": 3}))
    window.show()
    assert window.touches() == [(200, 100)]
    assert window.touches() == []


def test_a_window_shows_the_same_as_the_picture(window: WindowScreen) -> None:
    window.surface.fill((1, 2, 3))
    window.show()
    assert window.rev == 1
    assert pygame.display.get_window_size() == (200, 150)
    assert colour(pygame.display.get_surface())[:3] == (1, 2, 3)
    assert colour(looked_at(window.png()))[:3] == (1, 2, 3)


def test_closing_the_window_ends_nothing_else(window: WindowScreen) -> None:
    pygame.event.post(pygame.event.Event(pygame.QUIT))
    assert window.touches() == []
    assert window.closed
    window.surface.fill((1, 2, 3))
    window.show()
    assert window.rev == 1


def test_no_desktop_is_said_and_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "no-such-driver")
    with pytest.raises(ScreenError, match="no desktop"):
        open_screen("window:400x300")
    assert isinstance(open_screen("sim:400x300"), Screen)
