"""`python -m tests.web.dying_hall DATA PRESS`: a hall that ends between its log and its register.

An officer hands a result over, and with PRESS `undo` takes that back. The last press is in the hall's log;
the process kills itself before the register commits what came of it.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import sqlalchemy as sa

from tests.web.place import open_place
from tests.web.test_handing import called


def die(connection: sa.Connection) -> None:
    """Before COMMIT is sent."""
    if connection.get_execution_options().get("writes"):
        os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    place = open_place(Path(sys.argv[1]))
    officer = called(place)
    with place.register.reading() as db:
        register = db.engine
    if sys.argv[2] == "undo":
        assert officer.press("7", "finish", returned=True).status_code == 200
        place.tick[0] += 5
    assert place.hall.handovers is not None and place.hall.handovers.look()
    sa.event.listen(register, "commit", die)
    officer.press("7", sys.argv[2], **({"returned": True} if sys.argv[2] == "finish" else {}))


if __name__ == "__main__":
    main()
