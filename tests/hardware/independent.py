"""A receipt printer that we did not write: emupos, an independent reading of Epson's published reference.

Knows how emupos is loaded and plugged to our test printers; keeps out what is expected of it. emupos is
written for a newer Python than our oldest, so two spellings of type hints are read in the older way there.
What it knows of ESC/POS is untouched.
"""

from __future__ import annotations
import __future__

import importlib.machinery
import importlib.resources
import io
import re
import sys
import threading
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import CodeType, ModuleType

import yaml
from PIL import Image

# What Python 3.11 does not know of newer syntax, and how it writes the same.
_OLDER = (
    (re.compile(rb"^type (\w+) = ", re.M), rb"\1 = "),
    (re.compile(rb"^def (\w+)\[\w+\]\(", re.M), rb"def \1("),
)


class _Loader(importlib.machinery.SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        source = self.get_data(path)
        for newer, older in _OLDER:
            source = newer.sub(older, source)
        return compile(source, path, "exec", __future__.annotations.compiler_flag, dont_inherit=True)


class _Finder(MetaPathFinder):
    """Loads the modules of emupos, and no other."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if not fullname.startswith("emupos."):
            return None
        found = importlib.machinery.PathFinder.find_spec(fullname, path)
        if found is not None and isinstance(found.loader, importlib.machinery.SourceFileLoader):
            assert found.origin is not None
            found.loader = _Loader(fullname, found.origin)
        return found


if sys.version_info < (3, 12):
    sys.meta_path.insert(0, _Finder())

from emupos.config import PrinterProfile  # noqa: E402
from emupos.events import EventType  # noqa: E402
from emupos.printer.printer import Printer, PrinterFault, PrinterOutput  # noqa: E402

PROFILES = importlib.resources.files("emupos") / "profiles" / "printers"
CONNECTION = "test"


class Independent:
    """One emupos printer as a machine behind a wire: `write` and `read` bytes, and see what is on paper.

    width: dots of its head, where it is not its profile's 576.
    """

    def __init__(self, profile: str = "epson-tm-t20iii", width: int = 576) -> None:
        told = yaml.safe_load((PROFILES / f"{profile}.yaml").read_text(encoding="utf-8"))
        self._lock = threading.Lock()
        self._printer = Printer(
            "printer",
            PrinterProfile.model_validate(told | {"width_dots": width}),
            sensor_open_level="high",
            job_idle_timeout_ms=10**9,
        )
        self._answers = b""
        self.papers: list[Image.Image] = []
        self.texts: list[str] = []
        self.cut: list[bool] = []
        self.unknown: list[str] = []
        with self._lock:
            self._take(self._printer.open_connection(CONNECTION, 0.0))

    def write(self, data: bytes, timeout_s: float = 1.0) -> None:
        with self._lock:
            self._take(self._printer.receive(CONNECTION, data, 0.0))

    def read(self, timeout_s: float = 0.0) -> bytes:
        with self._lock:
            told, self._answers = self._answers, b""
        return told

    def fault(self, name: str, there: bool) -> None:
        """paper-near-end, paper-out, cover-open, offline."""
        with self._lock:
            self._take(self._printer.set_fault(PrinterFault(name), there, 0.0))

    def _take(self, output: PrinterOutput) -> None:
        self._answers += b"".join(write.data for write in output.writes)
        for paper in output.receipts:
            self.papers.append(Image.open(io.BytesIO(paper.png)).convert("1"))
            self.texts.append(paper.text)
            self.cut.append(paper.boundary == "cut")
        self.unknown += [str(e.data) for e in output.events if e.type == EventType.PRINTER_COMMAND_UNKNOWN]
