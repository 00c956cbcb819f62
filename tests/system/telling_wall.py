"""A display as `motcua display` starts it, which says what its page of dossiers has once it is painted.

    python -m tests.system.telling_wall SETTINGS.toml

Whenever the page has others, a line of JSON goes to stdout: `at` (CLOCK_MONOTONIC, seconds, one clock for all
processes of a machine), read right after the picture was brought to the screen, and `rows`, each a dossier's
code, how it stands and its day.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import datetime

import motcua
from display.stage import Stage
from display.view import View


def main() -> int:
    show, said = Stage.show, [[["nothing yet"]]]

    def telling(stage: Stage, view: View, now: datetime) -> bool:
        painted = show(stage, view, now)
        at, page = time.monotonic(), None if view.progress is None else view.progress.page
        rows = [[row.code, row.standing, str(row.due)] for row in page.rows] if page is not None else []
        if rows != said[0]:
            said[0] = rows
            print(json.dumps({"at": at, "rows": rows}), flush=True)
        return painted

    Stage.show = telling  # type: ignore[method-assign]
    sys.argv = ["motcua", "display", sys.argv[1]]
    return motcua.main()


if __name__ == "__main__":
    sys.exit(main())
