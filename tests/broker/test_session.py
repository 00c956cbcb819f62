"""The rules of a device's conversation, one by one, with time in hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from broker import codec, messages as m, topics
from broker.link import Connected, Disconnected, Received
from broker.session import (
    FACT_RESEND_MOST_S,
    FACT_RESEND_S,
    FACT_WINDOW,
    MEASURE_S,
    ORDERS_KEPT,
    REQUEST_RESEND_S,
    STATUS_OUTBOX_S,
)
from broker.vocabulary import (
    Answered,
    BoardArrived,
    ClockOffset,
    ConfigArrived,
    ControlArrived,
    Leave,
    NoAnswer,
    Recorded,
    ReplyArrived,
    ServerDown,
    ServerUp,
    StatusChanged,
)
from tests.broker.talk import DEVICE, SITE, START, Talk, ask, board, config, fact, message, server, up

# --- requests ---------------------------------------------------------------------------------------------


def test_a_request_is_sent_again_with_the_same_bytes_until_the_deadline_and_then_has_no_answer() -> None:
    talk = up()
    talk.sent.clear()
    talk.give(ask("r1", 1.2)).wait(1.1)
    assert [request.id for request in talk.take_sent(topics.REQUEST)] == ["r1"] * 3  # at 0, 0.5 and 1.0 s
    assert talk.take_heard() == []
    talk.wait(0.2)
    assert talk.take_heard() == [NoAnswer("r1")]
    talk.wait(60)
    assert talk.take_sent(topics.REQUEST) == []


def test_a_reply_ends_a_request_and_comes_once_however_often_it_is_sent() -> None:
    talk = up().give(ask("r1"))
    reply = m.RefusedReply(id="r1", code="closed")
    talk.give(message(topics.REPLY, reply), message(topics.REPLY, reply)).wait(10)
    assert talk.take_heard() == [ReplyArrived(reply)]


def test_a_reply_after_the_deadline_is_not_delivered() -> None:
    talk = up().give(ask("r1", 0.4)).wait(0.5)
    talk.give(message(topics.REPLY, m.DoneReply(id="r1")))
    assert talk.take_heard() == [NoAnswer("r1")]


def test_a_request_made_without_a_server_goes_out_when_one_comes_in_time() -> None:
    talk = Talk().give(ask("r1", 2.0)).wait(0.7)
    assert talk.take_sent(topics.REQUEST) == []
    talk.give(Connected(), message(topics.SERVER_STATUS, server(1), retained=True))
    assert [request.id for request in talk.take_sent(topics.REQUEST)] == ["r1"]


def test_a_request_without_a_server_has_no_answer_after_its_deadline() -> None:
    assert Talk().give(ask("r1", 2.0)).wait(2.0).take_heard() == [NoAnswer("r1")]


def test_a_server_that_restarts_gets_open_requests_at_once() -> None:
    talk = up().give(ask("r1", 5.0))
    talk.sent.clear()
    talk.give(message(topics.SERVER_STATUS, server(2)))
    assert [request.id for request in talk.take_sent(topics.REQUEST)] == ["r1"]
    assert REQUEST_RESEND_S > 0


# --- facts ------------------------------------------------------------------------------------------------


def test_facts_wait_for_a_server_and_then_go_out_in_order_a_window_at_a_time() -> None:
    talk = Talk(*(fact(seq) for seq in range(1, 121))).give(Connected())
    assert talk.take_sent(topics.FACT) == []
    talk.give(message(topics.SERVER_STATUS, server(1), retained=True))
    assert [f.seq for f in talk.take_sent(topics.FACT)] == list(range(1, FACT_WINDOW + 1))
    talk.give(message(topics.RECEIPT, m.Receipt(ids=tuple(f"f{seq}" for seq in range(1, 21)))))
    assert [f.seq for f in talk.take_sent(topics.FACT)] == list(range(FACT_WINDOW + 1, FACT_WINDOW + 21))


def test_facts_are_forgotten_only_on_their_receipt_refused_ones_too_with_one_line() -> None:
    talk = up(fact(1), fact(2), fact(3))
    refused = (m.Refusal("f2", "no-such-ticket"), m.Refusal("f9", "stranger"))
    receipt = message(topics.RECEIPT, m.Receipt(ids=("f1", "f8"), refused=refused))
    talk.give(receipt, receipt)
    assert talk.forgotten == ["f1", "f2"]
    assert talk.notes == ["fact refused id=f2 code='no-such-ticket'"]


def test_without_progress_facts_are_sent_again_ever_less_often() -> None:
    talk = up(fact(1), fact(2))
    talk.sent.clear()
    rounds = []
    for _ in range(6):
        before = talk.mono
        while not (sent := talk.take_sent(topics.FACT)):
            talk.wait(0.25)
        rounds.append((talk.mono - before, [f.seq for f in sent]))
    assert all(seqs == [1, 2] for _, seqs in rounds)
    assert [round(seconds, 2) for seconds, _ in rounds[:3]] == [
        FACT_RESEND_S,
        2 * FACT_RESEND_S,
        4 * FACT_RESEND_S,
    ]
    assert rounds[-1][0] == FACT_RESEND_MOST_S


@pytest.mark.parametrize("event", ["a new epoch", "a reconnect", "a server that came back"])
def test_facts_are_sent_again_at_once_after(event: str) -> None:
    talk = up(fact(1), fact(2))
    status = message(topics.SERVER_STATUS, server(1))
    talk.sent.clear()
    if event == "a new epoch":
        talk.give(message(topics.SERVER_STATUS, server(2)))
    elif event == "a reconnect":
        talk.give(Disconnected("cable"), Connected(), status)
    else:
        talk.give(message(topics.SERVER_STATUS, server(1, online=False)), status)
    assert [f.seq for f in talk.take_sent(topics.FACT)] == [1, 2]


def test_a_new_fact_goes_out_at_once_and_alone() -> None:
    talk = up(fact(1))
    talk.sent.clear()
    talk.give(Recorded(fact(2)))
    assert [f.seq for f in talk.take_sent(topics.FACT)] == [2]


# --- the server's state -----------------------------------------------------------------------------------


def test_the_server_is_up_once_each_epoch_and_down_when_it_says_so_or_the_link_is_gone() -> None:
    talk = Talk().give(Connected(), message(topics.SERVER_STATUS, server(4), retained=True))
    talk.give(message(topics.SERVER_STATUS, server(4)), message(topics.SERVER_STATUS, server(5)))
    talk.give(message(topics.SERVER_STATUS, server(5, online=False)), Disconnected("cable"))
    talk.give(Connected(), message(topics.SERVER_STATUS, server(5), retained=True), Disconnected("cable"))
    assert talk.take_heard() == [ServerUp(4), ServerUp(5), ServerDown(), ServerUp(5), ServerDown()]


def test_the_late_will_of_a_replaced_server_does_not_take_its_successor_down() -> None:
    talk = up(epoch=7).give(message(topics.SERVER_STATUS, server(6, online=False)))
    assert talk.take_heard() == []


# --- state ------------------------------------------------------------------------------------------------


def test_only_a_newer_board_arrives() -> None:
    talk = up()
    for epoch, rev in [(1, 5), (1, 5), (1, 4), (2, 1), (1, 9), (2, 2)]:
        talk.give(message(topics.BOARD, board(epoch, rev), retained=True))
    arrived = [heard.board for heard in talk.take_heard() if isinstance(heard, BoardArrived)]
    assert [(b.epoch, b.rev) for b in arrived] == [(1, 5), (2, 1), (2, 2)]


def test_only_a_newer_config_arrives_but_a_restarted_server_may_count_lower() -> None:
    talk = up()
    for rev in (3, 3, 2, 4):
        talk.give(message(topics.CONFIG, config(rev), retained=True))
    talk.give(message(topics.SERVER_STATUS, server(2)), message(topics.CONFIG, config(1), retained=True))
    arrived = [heard.config.rev for heard in talk.take_heard() if isinstance(heard, ConfigArrived)]
    assert arrived == [3, 4, 1]


def test_the_clock_offset_is_what_to_add_to_the_local_time() -> None:
    talk = up().give(message(topics.TIME, m.Time(at=START + timedelta(seconds=90))))
    assert talk.take_heard() == [ClockOffset(90.0)]


def test_a_control_arrives_but_never_a_retained_one() -> None:
    control = m.Control(do="identify")
    talk = up().give(message(topics.CONTROL, control, retained=True))
    assert talk.take_heard() == []
    assert talk.notes == ["dropped topic=control reason=retained"]
    assert talk.give(message(topics.CONTROL, control)).take_heard() == [ControlArrived(control)]


def test_an_order_is_heard_once_however_often_it_comes_and_its_outcome_goes_back() -> None:
    talk = up()
    talk.sent.clear()
    order = m.Control(do="screenshot", id="o1")
    talk.give(message(topics.CONTROL, order), message(topics.CONTROL, order))
    assert talk.take_heard() == [ControlArrived(order)]
    assert talk.take_sent(topics.OUTCOME) == [m.Deed(order="o1", what="heard")]
    said = (m.Piece(order="o1", n=1, of=1, data=b"\x89PNG"), m.Deed(order="o1", what="done"))
    assert tuple(talk.give(Answered(said)).take_sent(topics.OUTCOME)) == said
    talk.give(Disconnected("cut"), Answered(said), Connected())
    assert talk.take_sent(topics.OUTCOME) == []  # nothing of an order is kept for later


def test_an_order_of_another_run_is_for_nobody_and_the_last_two_hundred_are_remembered() -> None:
    talk = Talk(life="second").give(Connected())
    assert talk.take_sent(topics.STATUS)[0].life == "second"
    kept = m.Control(do="restart", id="o1", life="first")
    talk.give(message(topics.CONTROL, kept))
    assert talk.take_heard() == [] and talk.take_sent(topics.OUTCOME) == []
    orders = [m.Control(do="identify", id=f"o{n}", life="second") for n in range(ORDERS_KEPT)]
    for _ in range(2):
        talk.give(*(message(topics.CONTROL, order) for order in orders))
    assert talk.take_heard() == [ControlArrived(order) for order in orders]


def test_the_machine_is_looked_at_at_once_and_once_a_minute_while_there_is_a_broker() -> None:
    talk = Talk(measures=True).wait(200)
    assert talk.measured == 0
    talk.give(Connected())
    assert talk.measured == 1
    talk.give(StatusChanged({"temperature_c": 61.0})).sent.clear()
    talk.wait(3 * MEASURE_S)
    assert talk.measured == 4
    talk.give(Disconnected("cut")).wait(300)
    assert talk.measured == 4


@pytest.mark.parametrize(
    "received",
    [
        Received("motcua/v1/hn/board", b"[" * 10_000, True),
        Received("motcua/v1/hn/board", b"", True),
        Received("motcua/v1/hn/device/k1/reply", b'{"kind": "gift", "id": "r1"}', False),
        Received("motcua/v1/hn/device/k2/reply", b'{"kind": "done", "id": "r1"}', False),
        Received("motcua/v1/elsewhere/board", b"{}", True),
        Received("motcua/v1/hn/device/k1/fact", b"{}", False),
        Received("spam\n\x1b[31m", b"x", False),
    ],
    ids=lambda received: received.topic,
)
def test_what_is_not_of_the_contract_is_dropped_with_one_printable_line(received: Received) -> None:
    talk = up().give(ask("r1"), received)
    assert talk.take_heard() == []
    (line,) = talk.notes
    assert line.isprintable() and len(line) <= 500


# --- the device's own status ------------------------------------------------------------------------------


def test_status_is_published_on_every_connection_and_when_it_differs() -> None:
    talk = Talk().give(StatusChanged({"printer": "ok"}))
    assert talk.take_sent(topics.STATUS) == []
    talk.give(Connected())
    (birth,) = talk.take_sent(topics.STATUS)
    assert (birth.online, birth.printer, birth.at) == (True, "ok", START)
    talk.give(StatusChanged({"printer": "ok"}))
    assert talk.take_sent(topics.STATUS) == []
    talk.give(StatusChanged({"printer": "paper-out"}))
    (changed,) = talk.take_sent(topics.STATUS)
    assert changed.printer == "paper-out"
    talk.give(Disconnected("cable"), Connected())
    assert len(talk.take_sent(topics.STATUS)) == 1


def test_a_fact_that_is_receipted_at_once_changes_no_status_but_a_waiting_one_does() -> None:
    talk = up()
    talk.sent.clear()
    talk.give(Recorded(fact(1)), message(topics.RECEIPT, m.Receipt(ids=("f1",)))).wait(60)
    assert talk.take_sent(topics.STATUS) == []
    talk.give(Recorded(fact(2))).wait(STATUS_OUTBOX_S)
    assert [status.outbox for status in talk.take_sent(topics.STATUS)] == [1]


def test_leaving_says_offline_and_so_does_the_will() -> None:
    talk = up()
    talk.sent.clear()
    talk.give(Leave())
    (last,) = talk.take_sent(topics.STATUS)
    assert not last.online
    will = talk.session.will
    assert will.topic == topics.STATUS.of(SITE, DEVICE) and will.retain and will.qos == 1
    assert codec.decode(topics.STATUS, will.payload) == m.DeviceStatus(
        online=False, role="kiosk", version="0.1"
    )


def test_a_refused_subscription_is_told() -> None:
    assert Talk().give(Connected(("motcua/v1/hn/board",))).notes == [
        "subscription refused filter=motcua/v1/hn/board"
    ]
