"""Every face of the wall beside the calls is the picture that somebody looked at.

`python -m tests.display.zones.gallery --golden` draws them anew: look at every one of them that changed.
"""

import pytest

from tests.display.zones.gallery import FOLDER, pictures
from tests.golden import wrong

KEPT = {each.name: each for each in pictures()}
MOST_BYTES = 280_000


@pytest.mark.parametrize("name", KEPT)
def test_every_face_is_its_golden_picture(name):
    told = "look at it, then python -m tests.display.zones.gallery --golden"
    assert not wrong(FOLDER, [KEPT[name]]), told


def test_there_is_a_picture_of_every_face_and_none_of_another():
    assert {file.stem for file in FOLDER.glob("*.png")} == set(KEPT)


def test_the_pictures_stay_small():
    assert sum(file.stat().st_size for file in FOLDER.glob("*.png")) < MOST_BYTES
