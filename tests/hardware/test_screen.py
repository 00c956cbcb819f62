"""Screens: memory only unless a window was asked for, and a count of what was really shown."""

import io
import subprocess
import sys
import threading

import pygame
import pytest

from hardware.screen import ScreenError, open_screen


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
    ("url", "words"),
    [
        ("", "known are sim:1080x1920, window:1080x1920?scale=0.5 and kms:"),
        ("sim", "is not a size"),
        ("sim:0x0", "16 to 8192 pixels"),
        ("sim:15x400", "16 to 8192 pixels"),
        ("sim:99999x10", "16 to 8192 pixels"),
        ("sim:100x100?scale=0.5", "unknown option 'scale' (it takes no options)"),
        ("window:10x10x10", "is not a size"),
        ("window:100x100?scale=0", "scale is 0.05 to 4, not 0"),
        ("window:100x100?scale=nan", "scale is 0.05 to 4, not nan"),
        ("window:100x100?scale=half", "scale is a number, not 'half'"),
        ("window:100x100?scale", "name=value, not 'scale'"),
        ("windwo:100x100", "did you mean 'window:'?"),
        ("kmsdrm:", "did you mean 'kms:'?"),
        ("kms:1920x1080", "asked for with '?size=1920x1080'"),
        ("kms:?rotat=90", "did you mean 'rotate'?"),
        ("kms:?rotate=91", "rotate is 0, 90, 180 or 270, not '91'"),
        ("kms:?display=-1", "display is 0, 1, 2"),
        ("kms:?display=01", "8 or 9, not '01'"),
        ("kms:?driver=kmsdmr", "did you mean 'kmsdrm'?"),
        ("kms:?touch=left", "touch is 0, 90, 180 or 270, not 'left'"),
    ],
)
def test_a_screen_that_cannot_be_is_refused_with_the_nearest_one(url: str, words: str) -> None:
    with pytest.raises(ScreenError) as refused:
        open_screen(url)
    assert words in str(refused.value) and "\n" not in str(refused.value)


def test_a_screen_that_nobody_looks_at_keeps_no_second_picture() -> None:
    screen = open_screen("sim:64x48", looked_at=False)
    screen.surface.fill((10, 20, 30))
    screen.show()
    screen.show([pygame.Rect(1, 1, 2, 2), pygame.Rect(60, 40, 99, 99)])
    assert screen.rev == 2  # whatever is shown counts
    screen.show([pygame.Rect(70, 0, 5, 5)])
    assert screen.rev == 2
    assert colour(looked_at(screen.png())) == (10, 20, 30, 255)
