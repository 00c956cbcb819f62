"""Windows and panels: what SDL's surface received, and what comes of fingers, keys and requests to quit.

There is no panel here. The same code runs on SDL's `dummy` and `offscreen` drivers, which the URL asks for
openly: they have a surface and an event queue, and no kernel mode setting.
"""

from __future__ import annotations

import io
import queue
from collections.abc import Callable, Iterator
from pathlib import Path

import pygame
import pytest

from hardware.fingers import TURNS, Turn
from hardware.screen import Screen, ScreenError, open_screen
from hardware.screen_full import FullScreen, why_not
from hardware.screen_sdl import SdlScreen, WindowScreen

PANEL = (1024, 768)  # of SDL's dummy display
Opened = Callable[..., Screen]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[Opened]:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    screens: list[Screen] = []

    def open_one(url: str, looked_at: bool = True) -> Screen:
        screens.append(open_screen(url, looked_at=looked_at))
        return screens[-1]

    yield open_one
    for screen in screens:
        screen.close()
    assert not pygame.display.get_init()


def post(kind: int, **what: object) -> None:
    pygame.event.post(pygame.event.Event(kind, what))


def finger(x: float, y: float, finger_id: int = 0, kind: int = pygame.FINGERDOWN) -> None:
    """As SDL reports it: shares of the panel as it is mounted."""
    post(kind, touch_id=1, finger_id=finger_id, x=x, y=y, dx=0.0, dy=0.0, pressure=1.0)


def lifted(finger_id: int = 0) -> None:
    finger(0.0, 0.0, finger_id, pygame.FINGERUP)


def click(pos: tuple[int, int], button: int = 1, touch: bool = False) -> None:
    post(pygame.MOUSEBUTTONDOWN, pos=pos, button=button, touch=touch)
    post(pygame.MOUSEBUTTONUP, pos=pos, button=button, touch=touch)


def window_pixels() -> pygame.Surface:
    return pygame.display.get_surface().copy()


def as_on_the_panel(picture: pygame.Surface, turn: Turn) -> bytes:
    turned = pygame.transform.rotate(picture, -turn).convert(window_pixels())
    assert turned.get_size() == PANEL
    return turned.get_buffer().raw


def drawn(screen: Screen) -> None:
    """A picture without any symmetry."""
    width, height = screen.size
    screen.surface.fill((20, 30, 40))
    screen.surface.fill((250, 0, 0), (0, 0, width // 3, height // 5))
    screen.surface.fill((0, 200, 0), (width - 40, 0, 40, 9))
    screen.surface.set_at((width - 1, height - 1), (1, 2, 3))
    screen.surface.set_at((0, height - 2), (3, 2, 1))


# --- what every screen promises ---------------------------------------------------------------------------

EVERY = ["sim:320x200", "window:320x200", "window:320x200?scale=0.5", "kms:?driver=dummy"]
EVERY += [f"kms:?driver=dummy&rotate={turn}" for turn in TURNS]


@pytest.mark.parametrize("url", EVERY)
def test_the_revision_counts_changed_pictures(opened: Opened, url: str) -> None:
    screen = opened(url)
    screen.show()
    assert screen.rev == 0
    drawn(screen)
    screen.show()
    screen.show()
    assert screen.rev == 1
    picture = pygame.image.load(io.BytesIO(screen.png()), "screen.png")
    assert picture.get_size() == screen.size
    assert tuple(picture.get_at((screen.size[0] - 1, screen.size[1] - 1)))[:3] == (1, 2, 3)


@pytest.mark.parametrize("url", EVERY)
def test_waiting_ends_with_the_inbox_or_the_time(opened: Opened, url: str) -> None:
    screen = opened(url)
    inbox: queue.SimpleQueue[str] = queue.SimpleQueue()
    assert screen.wait(inbox, 0.0) is None
    assert screen.wait(inbox, -1.0) is None
    inbox.put("board")
    assert screen.wait(inbox, 3600.0) == "board"
    assert screen.touches() == []


@pytest.mark.parametrize("url", EVERY)
def test_a_screen_may_be_closed_twice_and_shown_after(opened: Opened, url: str) -> None:
    screen = opened(url)
    screen.close()
    screen.close()
    drawn(screen)
    screen.show()
    assert (screen.rev, screen.touches()) == (1, [])


# --- the panel ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("turn", TURNS)
def test_the_panel_receives_the_picture_turned_pixel_by_pixel(opened: Opened, turn: Turn) -> None:
    screen = opened(f"kms:?driver=dummy&rotate={turn}")
    assert screen.size == (PANEL if turn in (0, 180) else PANEL[::-1])
    drawn(screen)
    screen.show()
    assert window_pixels().get_buffer().raw == as_on_the_panel(screen.surface, turn)


@pytest.mark.parametrize("turn", TURNS)
def test_a_panel_that_nobody_looks_at_receives_the_same(opened: Opened, turn: Turn) -> None:
    screen = opened(f"kms:?driver=dummy&rotate={turn}", looked_at=False)
    for rects in (None, [pygame.Rect(0, 0, 500, 300), pygame.Rect(400, 200, 5000, 5000)]):
        drawn(screen)
        screen.show(rects)
        assert window_pixels().get_buffer().raw == as_on_the_panel(screen.surface, turn)
        screen.surface.fill((0, 0, 0))


@pytest.mark.parametrize("turn", TURNS)
def test_of_a_partial_change_only_the_changed_boxes_reach_the_panel(opened: Opened, turn: Turn) -> None:
    screen = opened(f"kms:?driver=dummy&rotate={turn}")
    drawn(screen)
    screen.show()
    told, silent = pygame.Rect(31, 57, 90, 41), pygame.Rect(300, 300, 20, 20)
    wanted = screen.surface.copy()
    wanted.fill((255, 255, 255), told)
    screen.surface.fill((255, 255, 255), told)
    screen.surface.fill((255, 0, 255), silent)  # not said: stays as it is on the panel
    screen.show([told, pygame.Rect(-50, -50, 40, 40)])
    assert as_on_the_panel(wanted, turn) == window_pixels().get_buffer().raw


@pytest.mark.parametrize("turn", TURNS)
def test_a_finger_touches_what_it_sees(opened: Opened, turn: Turn) -> None:
    """The picture shows one bright pixel; a finger on the bright pixel of the panel touches that one."""
    screen = opened(f"kms:?driver=dummy&rotate={turn}")
    mark = (201, 77)
    screen.surface.set_at(mark, (255, 255, 255))
    screen.show()
    seen = pygame.mask.from_threshold(window_pixels(), (255, 255, 255), (1, 1, 1))
    assert seen.count() == 1
    x, y = seen.centroid()
    finger((x + 0.5) / PANEL[0], (y + 0.5) / PANEL[1])
    assert screen.touches() == [mark]
    lifted()
    click((x, y))  # films that say they are a mouse
    assert screen.touches() == [mark]


def test_a_film_that_was_mounted_upside_down_is_put_right(opened: Opened) -> None:
    screen = opened("kms:?driver=dummy&touch=180")
    finger(0.9, 0.75)
    assert screen.touches() == [(int(PANEL[0] * 0.1), PANEL[1] // 4)]


def test_two_fingers_a_slide_and_a_long_press_are_one_touch(opened: Opened) -> None:
    screen = opened("kms:?driver=dummy")
    finger(0.5, 0.5)
    finger(0.6, 0.6, 1)
    for step in range(20):
        finger(0.5 + step / 100, 0.0, 0, pygame.FINGERMOTION)
    assert screen.touches() == [(512, 384)]
    lifted(0)
    lifted(1)
    finger(0.0, 1.0)  # from the edge
    finger(0.0, 0.2, 0, pygame.FINGERMOTION)
    lifted()
    assert screen.touches() == [(0, 767)]


def test_a_finger_does_not_come_twice_as_itself_and_as_a_mouse(opened: Opened) -> None:
    screen = opened("kms:?driver=dummy")
    finger(0.5, 0.5)
    click((512, 384), touch=True)
    lifted()
    click((9, 9), touch=True)
    assert screen.touches() == [(512, 384)]


KEYS = (pygame.K_F4, pygame.K_ESCAPE, pygame.K_DELETE, pygame.K_SYSREQ, pygame.K_LSUPER, pygame.K_q)


@pytest.mark.parametrize("url", ["kms:?driver=dummy", "kms:?driver=offscreen", "window:1024x768"])
def test_keys_and_wheels_are_swallowed(opened: Opened, url: str) -> None:
    screen = opened(url)
    for key in KEYS:
        for kind in (pygame.KEYDOWN, pygame.KEYUP):
            post(kind, key=key, mod=pygame.KMOD_ALT | pygame.KMOD_CTRL, unicode="", scancode=0)
    post(pygame.TEXTINPUT, text="rm -rf")
    post(pygame.MOUSEWHEEL, x=0, y=1, flipped=False)
    click((5, 5), button=3)
    assert screen.touches() == []
    assert isinstance(screen, SdlScreen) and not screen.closed
    finger(0.5, 0.5)
    assert screen.touches() == [(512, 384)]


def test_nobody_at_the_panel_can_quit(opened: Opened) -> None:
    screen = opened("kms:?driver=dummy")
    for kind in (pygame.QUIT, pygame.WINDOWCLOSE, pygame.WINDOWMINIMIZED, pygame.WINDOWFOCUSLOST):
        post(kind)
    assert screen.touches() == []
    assert isinstance(screen, FullScreen) and not screen.closed
    drawn(screen)
    screen.show()
    assert tuple(window_pixels().get_at((2, 2)))[:3] == (250, 0, 0)


def test_there_is_no_cursor_and_no_screen_saver(opened: Opened) -> None:
    opened("kms:?driver=dummy")
    assert not pygame.mouse.get_visible()
    assert not pygame.display.get_allow_screensaver()


def test_a_finger_ends_the_waiting_and_leaves_the_inbox_its_turn(opened: Opened) -> None:
    screen = opened("kms:?driver=dummy")
    inbox: queue.SimpleQueue[str] = queue.SimpleQueue()
    finger(0.5, 0.5)
    assert screen.wait(inbox, 3600.0) is None
    inbox.put("board")
    assert screen.wait(inbox, 3600.0) == "board"
    assert screen.touches() == [(512, 384)]


def test_a_flood_of_events_leaves_the_newest_touches(opened: Opened) -> None:
    screen = opened("kms:?driver=dummy")
    for n in range(2_000):
        finger(n % 100 / 100, 0.5, n)
        lifted(n)
    assert len(screen.touches()) == 32


# --- the window -------------------------------------------------------------------------------------------


def test_a_click_in_the_window_is_a_touch_in_pixels_of_the_surface(opened: Opened) -> None:
    window = opened("window:400x300?scale=0.5")
    click((100, 50))
    click((120, 60), button=3)
    window.show()
    [(x, y)] = window.touches()
    assert x in (200, 201) and y in (100, 101)  # a pixel of the window is four of the surface
    assert window.touches() == []


def test_a_window_shows_the_same_as_the_picture(opened: Opened) -> None:
    window = opened("window:400x300?scale=0.5")
    window.surface.fill((1, 2, 3))
    window.show()
    assert (window.rev, pygame.display.get_window_size()) == (1, (200, 150))
    assert tuple(window_pixels().get_at((5, 5)))[:3] == (1, 2, 3)


def test_closing_the_window_ends_nothing_else(opened: Opened) -> None:
    window = opened("window:400x300?scale=0.5")
    post(pygame.QUIT)
    assert window.touches() == []
    assert isinstance(window, WindowScreen) and window.closed
    window.surface.fill((1, 2, 3))
    window.show()
    assert window.rev == 1


# --- where there is none ----------------------------------------------------------------------------------


def test_no_desktop_is_said_and_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "no-such-driver")
    with pytest.raises(ScreenError, match="no desktop"):
        open_screen("window:400x300")
    assert type(open_screen("sim:400x300")) is Screen


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("kms:?driver=dummy&display=3", "no display 3: 1 answered"),
        ("kms:?driver=dummy&size=1920x1080", "no mode 1920x1080; it offered 1024x768"),
    ],
)
def test_a_panel_that_is_not_there_is_said(opened: Opened, url: str, words: str) -> None:
    with pytest.raises(ScreenError, match=words):
        opened(url)
    assert not pygame.display.get_init()


def test_without_a_card_the_sentence_says_what_to_do(tmp_path: Path) -> None:
    assert "has no card" in why_not("kmsdrm", "", tmp_path)
    (tmp_path / "card1").touch(mode=0o600)
    said = why_not("kmsdrm", "kmsdrm not available", tmp_path)
    assert "card1" in said and "libgbm1" in said and "other program hold it" in said
    assert "wayland" in why_not("wayland", "not available", tmp_path)


def test_the_surroundings_are_as_before(opened: Opened) -> None:
    import os

    opened("kms:?driver=offscreen")
    assert os.environ["SDL_VIDEODRIVER"] == "dummy"
    assert "SDL_TOUCH_MOUSE_EVENTS" not in os.environ
