"""`python -m tests.server.dying_writer DATA POINT`: a writer that gives numbers until it is killed.

Prints each number as soon as it is acknowledged. POINT: `never`, to be killed from outside; or where it kills
itself in the fifth number: `before` its commit, or `after` it and before the answer.
"""

import os
import signal
import sys
from pathlib import Path

import sqlalchemy as sa

from server.store import Batch, Store
from tests.server.small_server import SmallServer

FIFTH = 1 + 5  # after the commit that opened the day


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class DyingStore(Store):
    """A store whose process ends at one point of one commit."""

    commits = 0

    def commit(self, batch: Batch) -> None:
        self.commits += 1
        if self.commits == FIFTH and sys.argv[2] == "before":
            sa.event.listen(self.engine, "commit", lambda _connection: die())  # fires before COMMIT is sent
        super().commit(batch)
        if self.commits == FIFTH and sys.argv[2] == "after":
            die()


def main() -> None:
    server = SmallServer(Path(sys.argv[1]), store=DyingStore)
    server.writer.start()
    while True:
        print(server.issue("justice"), flush=True)


if __name__ == "__main__":
    main()
