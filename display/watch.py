"""Watch: notices a server that fell silent without a word.

Knows beacons and real, monotonic seconds; keeps out what the wall shows then. A server that dies leaves its
will, and a cut cable is noticed by the link. One that hangs does neither, but its clock stops coming.
"""

from __future__ import annotations

from typing import Final

from broker.device import BoardArrived, ClockOffset, ServerDown, ServerUp

SILENT_S: Final = 75.0  # two and a half beacons of the server's clock


class Watch:
    """Tell it what arrives; it says what the core should be told instead."""

    def __init__(self) -> None:
        self._up = False
        self._epoch = 0
        self._heard_at: float | None = None  # None: this server sent no beacon yet, so none is missed
        self._silent = False

    def heard(self, input: object, mono: float) -> list[ServerUp | ServerDown]:
        """What this input means besides itself: the silence may be over."""
        match input:
            case ServerUp(epoch):
                self._up, self._epoch, self._heard_at, self._silent = True, epoch, None, False
            case ServerDown():
                self._up, self._heard_at, self._silent = False, None, False
            case ClockOffset() | BoardArrived():
                if isinstance(input, ClockOffset) or self._heard_at is not None:
                    self._heard_at = mono
                if self._up and self._silent:
                    self._silent = False
                    return [ServerUp(self._epoch)]
        return []

    @property
    def due(self) -> float | None:
        """When the silence will have lasted too long; None: not to be feared now."""
        if not self._up or self._silent or self._heard_at is None:
            return None
        return self._heard_at + SILENT_S

    def passed(self, mono: float) -> list[ServerUp | ServerDown]:
        """Time has passed: the server may be silent now."""
        if self.due is not None and mono >= self.due:
            self._silent = True
            return [ServerDown()]
        return []
