"""A print job: bytes for a printer, parted where a printer may be asked how it is, and what they use up.

Knows nothing of their meaning.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self


class PrintJob(bytes):
    """All bytes of one job; `parts` are the same bytes in pieces that end with a whole command.

    The last part is the cut, alone: it is sent when everything before it is on paper, so that a printer that
    stopped half-way has no whole ticket in its memory. `mm` of paper and `cuts` are what the job uses up.
    """

    parts: tuple[bytes, ...]
    mm: float
    cuts: int

    @classmethod
    def of(cls, parts: Iterable[bytes], mm: float, cuts: int) -> Self:
        pieces = tuple(piece for piece in parts if piece)
        job = cls(b"".join(pieces))
        job.parts, job.mm, job.cuts = pieces, mm, cuts
        return job

    @classmethod
    def whole(cls, data: bytes) -> PrintJob:
        """Bytes that nobody has parted or counted, as a job of one part."""
        return data if isinstance(data, PrintJob) else cls.of((data,), 0.0, 0)
