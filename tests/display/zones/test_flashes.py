"""A call that takes the wall and gives it back does not flash, nor when the next one comes at once."""

from datetime import timedelta

import pygame
import pytest

from display.fit import Panel
from display.paint import Painter
from hardware.theme import THEMES
from tests.display.test_flashes import general, most_in_a_second, pixels, reds
from tests.display.zones.register import dossiers, many, picture, told_on

PANELS = Panel(320, 180, 55, 8), Panel(320, 180, 55, 5)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("zone", ["progress", "slides", "calls-progress"])
def test_no_pixel_flashes_more_than_once_in_a_second_and_none_in_red(zone, theme):
    told = told_on(*PANELS, zone, register=dossiers(many(60)))
    begin = told.now
    surface = pygame.Surface((320, 180), depth=32)
    painter = Painter(surface, THEMES[theme])
    seen = []
    for wait, number in ((3.9, None), (8.1, "A001"), (0.2, None), (8.1, "A002"), (0.1, None), (20, "A003")):
        if number:
            told.call(number)
        end = told.now + timedelta(seconds=wait)
        while told.now < end:
            if painter.paint(picture(told, *PANELS)):
                seconds = (told.now - begin).total_seconds()
                seen.append((seconds, pygame.image.tobytes(surface, "RGB")))
            told.until(min(end, max(told.wall.next_deadline(told.now), told.now + timedelta(seconds=1 / 30))))
    assert len(seen) > 12
    times = [seconds for seconds, _ in seen]
    for colours in pixels(seen):
        assert most_in_a_second(general(colours), times) <= 1
        assert reds(colours) == []
