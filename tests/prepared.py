"""What is the same for every hall of a run and made once for all: empty databases, templates translated.

A hall that starts in an empty folder runs every migration and waits for the disk each time, and a new
application translates its templates anew: more work than most tests. That both do so is tested where it
matters (`tests/server/test_store.py`, `tests/people/test_migration.py`).
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from server.dossiers.store import open_dossiers
from server.outcomes import open_outcomes
from server.people.accounts import open_accounts
from server.people.audit import open_audit
from server.store import Store, sqlite_url
from server.webhooks.store import open_hooks


class Translated(BytecodeCache):
    """Templates of this process as code, by their name and text."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self._code.get((bucket.key, bucket.checksum)):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


TRANSLATED = Translated()
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


@cache
def _empty() -> dict[str, tuple[bytes, int]]:
    """Content and mode of each file."""
    with tempfile.TemporaryDirectory(prefix="empty-hall") as made:
        folder = Path(made)
        for store in (
            Store(sqlite_url(folder / "hall.db")),
            open_accounts(folder / "accounts.db"),
            open_audit(folder / "audit.db"),
            open_outcomes(folder / "outcomes.db"),
            open_hooks(folder / "webhooks.db"),
            open_dossiers(folder, ZONE),
        ):
            store.close()
        return {file.name: (file.read_bytes(), file.stat().st_mode) for file in folder.iterdir()}


def databases(folder: Path, *names: str) -> None:
    """Put the empty databases of a hall into `folder`, or those of these names, if no hall was there yet."""
    if (folder / "hall.db").exists():
        return
    for name in names or _empty():
        content, mode = _empty()[name]
        (folder / name).write_bytes(content)
        (folder / name).chmod(mode)
