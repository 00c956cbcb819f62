"""A slide that is too long for a panel goes on in the next turn: no word is lost, cut or too small."""

import pytest

from display.marks import Box, Word
from display.slides import slide_region
from display.view import Slides, SlideText
from tests.display.test_layout import PANELS, inside

TITLE = "Nội quy tiếp công dân tại Trung tâm Phục vụ hành chính công"
LINE = "Xuất trình căn cước hoặc VNeID mức 2, khai đủ tờ khai, " * 3
ADDRESS = "https://dichvucong.hanam.gov.vn/thu-tuc-can-luu-y/danh-sach-day-du"
CASES = {
    "short": SlideText("Nội quy", ("Giữ trật tự", "Không hút thuốc")),
    "long line": SlideText("Nội quy", (LINE,)),
    "long title": SlideText(TITLE * 2, ("Giữ trật tự",)),
    "both": SlideText(TITLE, ("Giữ trật tự", LINE, "Không hút thuốc")),
    "title alone": SlideText(TITLE * 2),
}


def turns_of(slide, panel):
    """The words of each turn; none sticks out of the card, and no line is too small for the farthest seat."""
    margin = panel.space(48)
    box = Box(margin, panel.height // 14, panel.width - 2 * margin, panel.height * 3 // 5)
    for turn in range(200):
        region = slide_region(panel, box, Slides((slide, SlideText("Hết")), turn))
        words = [mark for mark in region.marks if isinstance(mark, Word)]
        if [word.text for word in words] == ["Hết"]:
            return
        assert all(inside(word.capitals, box) for word in words)
        assert all(word.px >= panel.least(200) for word in words if word.colour == "ink")
        yield words


@pytest.mark.parametrize("panel", PANELS, ids=str)
@pytest.mark.parametrize("case", CASES)
def test_every_word_of_a_slide_is_read_in_some_turn(panel, case):
    slide = CASES[case]
    read = [one for words in turns_of(slide, panel) for word in words for one in word.text.split()]
    body = [one for line in slide.lines for one in line.split()]
    titles = [one for one in slide.title.split() if one not in body]
    assert [one for one in read if one in body and one not in slide.title.split()] == [
        one for one in body if one not in slide.title.split()
    ]
    assert set(titles) <= set(read) <= {*slide.title.split(), *body}


@pytest.mark.parametrize("panel", PANELS, ids=str)
def test_a_word_that_is_wider_than_the_card_goes_on_in_its_next_line(panel):
    turns = list(turns_of(SlideText("W" * 120, (f"Xem {ADDRESS}", "Giữ trật tự")), panel))
    titles = "".join(word.text for word in turns[0] if word.colour == "accent")
    assert titles == "W" * 120
    body = "".join(word.text for words in turns for word in words if word.colour == "ink")
    assert body.replace(" ", "") == f"Xem{ADDRESS}Giữtrậttự"
