"""What the hall hears: numbers as people read them, letters by their names."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st

from broker.messages import Call
from display.clips import wanted
from display.numbers import WORDS, WORDS_EN, read_number, read_number_en
from display.speech import LETTERS, Manner, announcement, code_pieces, phrases, read_code
from hardware.texts import Texts
from hardware.voice import PAUSE

TEXTS = Texts.load("display")

# The table of the domain reference, 5.3; where it leaves the south open, by its rules.
TABLE = [
    (0, "không", "không"),
    (5, "năm", "năm"),
    (10, "mười", "mười"),
    (15, "mười lăm", "mười lăm"),
    (21, "hai mươi mốt", "hai mươi mốt"),
    (24, "hai mươi tư", "hai mươi bốn"),
    (55, "năm mươi lăm", "năm mươi lăm"),
    (100, "một trăm", "một trăm"),
    (101, "một trăm linh một", "một trăm lẻ một"),
    (105, "một trăm linh năm", "một trăm lẻ năm"),
    (110, "một trăm mười", "một trăm mười"),
    (115, "một trăm mười lăm", "một trăm mười lăm"),
    (124, "một trăm hai mươi tư", "một trăm hai mươi bốn"),
    (555, "năm trăm năm mươi lăm", "năm trăm năm mươi lăm"),
    (1000, "một nghìn", "một ngàn"),
    (1005, "một nghìn không trăm linh năm", "một ngàn không trăm lẻ năm"),
    (1010, "một nghìn không trăm mười", "một ngàn không trăm mười"),
    (1105, "một nghìn một trăm linh năm", "một ngàn một trăm lẻ năm"),
    (9999, "chín nghìn chín trăm chín mươi chín", "chín ngàn chín trăm chín mươi chín"),
    # Where other software is wrong, and the words around the table.
    (11, "mười một", "mười một"),
    (14, "mười bốn", "mười bốn"),
    (65, "sáu mươi lăm", "sáu mươi lăm"),
    (104, "một trăm linh bốn", "một trăm lẻ bốn"),
    (1015, "một nghìn không trăm mười lăm", "một ngàn không trăm mười lăm"),
    (1040, "một nghìn không trăm bốn mươi", "một ngàn không trăm bốn mươi"),
    (2021, "hai nghìn không trăm hai mươi mốt", "hai ngàn không trăm hai mươi mốt"),
]
TWENTY = "không một hai ba bốn năm sáu bảy tám chín mười mươi mốt tư lăm linh lẻ trăm nghìn ngàn"
MANNERS = [("north", None), ("south", None), ("south", "tư"), ("north", "bốn")]


@pytest.mark.parametrize(("n", "north", "south"), TABLE)
def test_numbers_are_read_as_in_the_table(n, north, south):
    assert read_number(n, "north") == north
    assert read_number(n, "south") == south


@pytest.mark.parametrize(("region", "four"), MANNERS)
def test_all_ten_thousand_numbers_are_different_and_made_of_twenty_words(region, four):
    spoken = [read_number(n, region, four) for n in range(10_000)]
    assert len(set(spoken)) == 10_000
    assert {word for number in spoken for word in number.split()} <= set(TWENTY.split())
    assert all(number == " ".join(number.split()) for number in spoken)


def test_the_twenty_words_are_those_that_are_recorded():
    assert sorted(WORDS) == sorted(TWENTY.split())


@pytest.mark.parametrize("region", ["north", "south"])
def test_the_rules_of_the_reference_hold_for_every_number(region):
    """Read off the words, not off the function: each rule of 5.3 for the figures that it is about."""
    odd, thousand = {"north": ("linh", "nghìn"), "south": ("lẻ", "ngàn")}[region]
    for n in range(10_000):
        words = read_number(n, region).split()
        tens, unit = n // 10 % 10, n % 10
        assert (odd in words) == (n >= 100 and tens == 0 and unit != 0)
        assert (thousand in words) == (n >= 1000)
        assert words.count("trăm") == (n % 1000 != 0 if n >= 1000 else n >= 100)
        assert ("lăm" in words) == (unit == 5 and tens != 0)
        assert ("mốt" in words) == (unit == 1 and tens >= 2)
        assert ("tư" in words) == (unit == 4 and tens >= 2 and region == "north")
        assert ("mười" in words, "mươi" in words) == (tens == 1, tens >= 2)
        if n >= 1000 and n % 1000:
            assert words[2:4] == [read_number(n // 100 % 10), "trăm"]  # also "không trăm"


def test_the_south_may_say_tu_and_the_north_bon_but_never_in_14_and_104():
    assert read_number(24, "south", "tư") == "hai mươi tư"
    assert read_number(24, "north", "bốn") == "hai mươi bốn"
    assert [read_number(n, "south", "tư") for n in (4, 14, 104)] == ["bốn", "mười bốn", "một trăm lẻ bốn"]
    assert read_code("A124", "vi", Manner("south", four="tư")) == "a một trăm hai mươi tư"


def test_all_ten_thousand_numbers_are_different_in_english():
    assert len({read_number_en(n) for n in range(10_000)}) == 10_000
    assert read_number_en(105) == "one hundred and five"
    assert read_number_en(9042) == "nine thousand and forty-two"
    assert {word for n in range(10_000) for word in read_number_en(n).replace("-", " ").split()} == set(
        WORDS_EN
    )


@pytest.mark.parametrize("n", [-1, 10_000])
def test_other_numbers_are_refused(n):
    with pytest.raises(ValueError, match="0 to 9999"):
        read_number(n)
    with pytest.raises(ValueError, match="0 to 9999"):
        read_number_en(n)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("A105", "a một trăm linh năm"),
        ("A005", "a năm"),
        ("Đ012", "đê mười hai"),
        ("W001", "vê kép một"),
        ("A2-017", "a hai, không một bảy"),
        ("12", "mười hai"),
        ("3B", "ba bê"),
        ("A12345", "a một hai ba bốn năm"),
        ("a007", "a bảy"),
        ("Á007", "a bảy"),  # a tone is no letter
        ("Ă007", "á bảy"),
        ("E\u0302\u0301 1", "ê một"),  # NFD
        ("中7", "bảy"),
        ("7中", "bảy"),
        ("<b>7</b>", "bê, bảy, bê"),
        ("--", ""),
        ("", ""),
        ("٣", ""),
    ],
)
def test_codes_are_spelled_and_read(code, words):
    assert read_code(code, "vi") == words


def test_leading_zeros_and_single_digits_are_a_choice():
    assert read_code("A005", "vi", Manner(leading_zeros=True)) == "a không không năm"
    assert read_code("A1005", "vi", Manner(reading="digits")) == "a một không không năm"
    assert read_code("A124", "vi", Manner(region="south")) == "a một trăm hai mươi bốn"
    assert read_code("A000", "vi", Manner(leading_zeros=True)) == "a không"


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_letters_never_sound_alike_nor_like_numbers(lang):
    names = [name.lower() for name in LETTERS[lang].values()]
    assert len(set(names)) == len(names) == 33
    assert not set(names) & {*WORDS, *WORDS_EN}


def test_letters_have_the_names_of_the_reference():
    """Its line of letters, as it is written there."""
    said = """A a · Ă á · Â ớ · B bê · C xê · D dê · Đ đê · E e · Ê ê · G giê · H hát · I i ngắn · K ca ·
        L e-lờ · M em-mờ · N en-nờ · O o · Ô ô · Ơ ơ · P pê · Q quy · R e-rờ · S ét-sì · T tê ·
        U u · Ư ư · V vê ·
        X ích-xì · Y i dài · F ép-phờ · J gi · W vê kép · Z dét"""
    names = dict(row.strip().split(" ", 1) for row in said.replace("\n", " ").split("·"))
    assert names == LETTERS["vi"]
    for letter, name in names.items():
        assert read_code(f"{letter}105", "vi") == f"{name} một trăm linh năm"


def test_a_counter_of_two_hundred_signs_is_not_read_for_two_minutes():
    assert len(code_pieces("x" * 200, "vi")) == 12
    assert announcement(call("A105", counter="9" * 200), TEXTS)[0].text.count("chín") == 12


def call(number, lang="vi", recall=0, counter="3", onward=False):
    return Call(
        seq=1,
        number=number,
        counter=counter,
        at=datetime(2026, 11, 23, tzinfo=UTC),
        recall=recall,
        lang=lang,
        onward=onward,
    )


def texts_of(*arguments, **options):
    return [sentence.text for sentence in announcement(call(*arguments, **options), TEXTS)]


def test_a_call_is_announced_in_vietnamese_words():
    assert texts_of("A105") == ["Mời công dân có số a một trăm linh năm đến quầy số ba."]


def test_a_ticket_taken_in_english_is_announced_in_both_languages():
    vi, en = announcement(call("B042", "en", counter="12"), TEXTS)
    assert (vi.lang, en.lang) == ("vi", "en")
    assert en.text == "Citizen with number B forty-two, please go to counter twelve."


def test_a_recall_says_so():
    [sentence] = texts_of("A105", recall=1)
    assert sentence == "Xin nhắc lại: mời công dân có số a một trăm linh năm đến quầy số ba."
    assert texts_of("A105", "en", recall=2)[1].startswith("Again: citizen with number")


def test_a_number_that_was_sent_on_is_asked_to_go_on():
    """The words of 5.2 for a transfer."""
    assert texts_of("A105", "en", onward=True) == [
        "Mời công dân số a một trăm linh năm sang quầy số ba để tiếp tục.",
        "Citizen with number A one hundred and five, please go on to counter three.",
    ]
    assert texts_of("A105", recall=1, onward=True) == [
        "Xin nhắc lại: mời công dân số a một trăm linh năm sang quầy số ba để tiếp tục."
    ]


def test_a_sentence_is_also_the_recordings_that_it_is_made_of():
    [vi, en] = announcement(call("A2-105", "en", recall=1, counter="3B"), TEXTS)
    assert vi.clips == (
        "xin nhắc lại", PAUSE, "mời công dân có số", "a", "hai", PAUSE, "một", "không", "năm", "đến quầy số",
        "ba", "bê",
    )  # fmt: skip
    assert en.clips == (
        "again", PAUSE, "citizen with number", "a", "two", PAUSE, "one", "zero", "five", PAUSE,
        "please go to counter", "three", "b",
    )  # fmt: skip


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_text_and_recordings_say_the_same(lang):
    for number in ("A105", "Đ012", "A2-017", "W1234", "Y9"):
        for sentence in announcement(call(number, lang, counter="12"), TEXTS):
            said = sentence.text.lower().replace("-", " ").translate(str.maketrans("", "", ".,:"))
            assert " ".join(clip for clip in sentence.clips if clip != PAUSE).replace("-", " ") == said


def test_nothing_is_said_where_half_of_it_cannot_be():
    assert announcement(call("中"), TEXTS) == ()
    assert announcement(call("A105", counter="??"), TEXTS) == ()


@given(st.text(min_size=1, max_size=12), st.text(max_size=40), st.sampled_from(["vi", "en"]), st.booleans())
def test_whatever_a_number_and_a_counter_are_called_only_recorded_words_are_said(
    number, counter, lang, onward
):
    """Markup, emoji, other scripts: a voice gets no sign that it would have to guess."""
    for sentence in announcement(call(number, lang, counter=counter, onward=onward), TEXTS):
        recorded = {clip.text for clip in wanted(sentence.lang, TEXTS)} | {PAUSE}
        assert recorded.issuperset(sentence.clips)
        assert not any(sign.isdigit() for sign in sentence.text)
        assert len(sentence.text) < 400


def test_phrases_are_recorded_without_their_blanks():
    assert phrases("say.recall", "vi", TEXTS) == ["xin nhắc lại", "mời công dân có số", "đến quầy số"]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_no_figure_reaches_a_voice(lang):
    for code in ("A105", "A2-017", "B9999", "C12345"):
        for sentence in announcement(call(code, lang, counter="10"), TEXTS):
            assert not any(sign.isdigit() for sign in sentence.text + "".join(sentence.clips))
