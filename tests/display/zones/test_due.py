"""What fell due while the wall was busy is due now: the loop asks from what was seen last."""

from broker.device import BoardArrived, ServerUp
from display.wall import Wall
from tests.display.hall import MORNING, ZONE, Hall, at


def test_the_turn_of_a_call_that_fell_due_meanwhile_is_due_now():
    hall, wall = Hall(), Wall(MORNING, ZONE)
    wall.handle(ServerUp(hall.epoch), MORNING)
    wall.handle(BoardArrived(hall.board(MORNING)), MORNING)
    for _ in range(2):
        hall.call(at(1))
    wall.handle(BoardArrived(hall.board(at(1))), at(1))
    assert at(1) < wall.next_deadline(at(1)) <= at(9)
    for late in (9, 10, 75):
        assert wall.next_deadline(at(late)) == at(late)
