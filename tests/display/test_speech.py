"""What the hall hears: numbers as people read them, letters by their names."""

from datetime import UTC, datetime

import pytest

from broker.messages import Call
from display.speech import LETTERS, Manner, announcement, read_code, read_number, read_number_en
from hardware.texts import Texts

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
WORDS = "không một hai ba bốn năm sáu bảy tám chín mười mươi mốt tư lăm linh lẻ trăm nghìn ngàn"


@pytest.mark.parametrize(("n", "north", "south"), TABLE)
def test_numbers_are_read_as_in_the_table(n, north, south):
    assert read_number(n, "north") == north
    assert read_number(n, "south") == south


@pytest.mark.parametrize("region", ["north", "south"])
def test_all_ten_thousand_numbers_are_different_and_made_of_twenty_words(region):
    spoken = [read_number(n, region) for n in range(10_000)]
    assert len(set(spoken)) == 10_000
    assert {word for number in spoken for word in number.split()} <= set(WORDS.split())
    assert all(number == " ".join(number.split()) for number in spoken)


def test_all_ten_thousand_numbers_are_different_in_english():
    assert len({read_number_en(n) for n in range(10_000)}) == 10_000
    assert read_number_en(105) == "one hundred and five"
    assert read_number_en(9042) == "nine thousand and forty-two"


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
    ],
)
def test_codes_are_spelled_and_read(code, words):
    assert read_code(code, "vi") == words


def test_leading_zeros_and_single_digits_are_a_choice():
    assert read_code("A005", "vi", Manner(leading_zeros=True)) == "a không không năm"
    assert read_code("A1005", "vi", Manner(reading="digits")) == "a một không không năm"
    assert read_code("A124", "vi", Manner(region="south")) == "a một trăm hai mươi bốn"
    assert read_code("A000", "vi", Manner(leading_zeros=True)) == "a không"


def test_letters_never_sound_alike():
    assert len(set(LETTERS.values())) == len(LETTERS)


def call(number, lang="vi", recall=0, counter="3"):
    return Call(
        seq=1,
        number=number,
        counter=counter,
        at=datetime(2026, 11, 23, tzinfo=UTC),
        recall=recall,
        lang=lang,
    )


def test_a_call_is_announced_in_vietnamese_words():
    assert announcement(call("A105"), TEXTS) == (
        ("vi", "Mời công dân có số a một trăm linh năm đến quầy số ba."),
    )


def test_a_ticket_taken_in_english_is_announced_in_both_languages():
    (vi, _), (en, sentence) = announcement(call("B042", "en", counter="12"), TEXTS)
    assert (vi, en) == ("vi", "en")
    assert sentence == "Citizen with number B forty-two, please go to counter twelve."


def test_a_recall_says_so():
    [(_, sentence)] = announcement(call("A105", recall=1), TEXTS)
    assert sentence.startswith("Xin nhắc lại: ")


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_no_figure_reaches_a_voice(lang):
    for code in ("A105", "A2-017", "B9999", "C12345"):
        for _, sentence in announcement(call(code, lang, counter="10"), TEXTS):
            assert not any(sign.isdigit() for sign in sentence)
