"""A server that hangs is noticed, although it says nothing."""

from broker.device import BoardArrived, ClockOffset, ServerDown, ServerUp
from display.watch import SILENT_S, Watch
from tests.display.hall import MORNING, Hall

BEACON = ClockOffset(0.0)


def test_a_server_that_sends_its_clock_no_more_is_taken_for_gone():
    watch = Watch()
    assert watch.heard(ServerUp(3), 0) == []
    assert watch.heard(BEACON, 10) == []
    assert watch.due == 10 + SILENT_S
    assert watch.passed(10 + SILENT_S - 0.1) == []
    assert watch.passed(10 + SILENT_S) == [ServerDown()]
    assert watch.due is None  # said once
    assert watch.passed(1000) == []


def test_its_next_word_brings_it_back():
    for word in (BEACON, BoardArrived(Hall().board(MORNING))):
        watch = Watch()
        watch.heard(ServerUp(3), 0)
        watch.heard(BEACON, 10)
        watch.passed(100)
        assert watch.heard(word, 120) == [ServerUp(3)]
        assert watch.due == 120 + SILENT_S


def test_a_server_that_never_sent_its_clock_is_not_missed():
    watch = Watch()
    watch.heard(ServerUp(3), 0)
    watch.heard(BoardArrived(Hall().board(MORNING)), 5)
    assert watch.due is None


def test_a_server_that_is_known_to_be_gone_is_not_waited_for():
    watch = Watch()
    watch.heard(ServerUp(3), 0)
    watch.heard(BEACON, 1)
    watch.heard(ServerDown(), 2)
    assert watch.due is None
    assert watch.heard(BEACON, 3) == []  # a late one: who is down says so itself when it is up
