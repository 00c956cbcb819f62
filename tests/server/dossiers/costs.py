"""What a program costs, told by the kernel when it has ended.

`python -S -m tests.server.dossiers.costs WORD...` runs it with our input and output; then says on stderr, as
JSON in the last line, its status, the seconds of the processor and the most megabytes of memory that it had.
A process counts as its own what its parent had before the exec: its parent is this one, which is small.
"""

from __future__ import annotations

import json
import os
import sys

if __name__ == "__main__":
    pid = os.spawnvp(os.P_NOWAIT, sys.argv[1], sys.argv[1:])
    _, how, used = os.wait4(pid, 0)
    told = {
        "status": os.waitstatus_to_exitcode(how),
        "cpu_s": used.ru_utime + used.ru_stime,
        "mb": used.ru_maxrss // 1024,
    }
    print("\n" + json.dumps(told), file=sys.stderr)
