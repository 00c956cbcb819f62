"""`motcua audit DATA`: whether what people did is still what was written down.

Reads the list alone, also while the server runs. Whoever wants more certainty keeps the last seal elsewhere
and asks for it later: a list that was sealed anew no longer has it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import sqlalchemy as sa

from server.people.audit import open_audit


def run(data: Path, seal: str | None = None) -> int:
    """Print what holds; 0 when all of it does, 1 for the first row that does not or a `seal` that is not in
    the list, 2 when there is no list.
    """
    path = data / "audit.db"
    if not path.is_file():
        print(f"motcua audit: {path} is not there", file=sys.stderr)
        return 2
    try:
        audit = open_audit(path)
        try:
            found = audit.check()
            known = seal is None or audit.has_seal(seal)
        finally:
            audit.close()
    except sa.exc.DatabaseError as error:
        print(f"motcua audit: {path} cannot be read: {error.orig}", file=sys.stderr)
        return 1
    print(f"{found.count} rows are as they were written; the last seal is {found.seal or 'none'}")
    if found.broken is not None:
        print(f"BROKEN: {found.broken}")
    elif not known:
        print("BROKEN: no row has the seal that was asked for")
    return 0 if found.broken is None and known else 1
