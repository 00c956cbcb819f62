"""What a process that reads somebody's file may use of the machine: so much memory, so much time, no more.

The checks of `server.dossiers.packed` and of the readers refuse a hostile file long before; this is for the
one that nobody thought of. The kernel ends whoever goes beyond, and the hall's own process is another one.
"""

from __future__ import annotations

import os
import resource
from pathlib import Path
from typing import Final

MEMORY: Final = 1024 * 1024 * 1024  # bytes of addresses; 90,000 dossiers with people take a third
CPU_S: Final = 150
NICE: Final = 10
FIRST_TO_GO: Final = "1000"  # when memory ends, the kernel ends an import and not the hall (proc(5))


def confine() -> None:
    """This process, from now on."""
    os.nice(NICE)
    Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO)
    used = resource.getrusage(resource.RUSAGE_SELF)
    _lower(resource.RLIMIT_AS, MEMORY)
    _lower(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + CPU_S)
    _lower(resource.RLIMIT_CORE, 0)  # no dump of anybody's names


def _lower(which: int, to: int) -> None:
    _, hard = resource.getrlimit(which)
    if hard == resource.RLIM_INFINITY or hard > to:
        resource.setrlimit(which, (to, to))
