"""A hall of its own process that gives numbers and tells of them, to be killed: `python -m … FOLDER`.

Prints a line for each number that was given, after its commit.
"""

from __future__ import annotations

import sys
import time
import uuid
from pathlib import Path

from server.hall import commands as c
from server.webhooks.logs import HallLog
from server.webhooks.posting import Poster
from server.webhooks.sender import Pace, Sender, Source
from server.webhooks.store import open_hooks
from tests.web.place import open_place


def main(folder: Path) -> None:
    place = open_place(folder)

    def changed(wait_s: float) -> None:
        place.writer.wait(place.writer.view.rev, min(wait_s, 0.02))

    source = Source("hanam", HallLog(place.store.engine), changed, time.time)
    Sender(open_hooks(folder / "told.db"), source, Pace(0.01, 0.02), Poster()).start()
    while True:
        id = uuid.uuid4().hex
        number = place.writer.ask(
            c.Issue(
                id=id,
                by="device:kiosk-1",
                ticket=f"t-{id}",
                token=id[:22],
                source="kiosk-1",
                service="environment-land",
            )
        ).result["number"]
        print(number, flush=True)
        time.sleep(0.01)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
