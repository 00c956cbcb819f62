"""What the hall hears of a call: its sentences, how often, and how loud at this time of the day.

Knows the plan that the server sent and how numbers are read here; keeps out when a call is announced and
which voice says it. Pure.
"""

from __future__ import annotations

from datetime import datetime

from broker.messages import Call, DisplayPlan
from display.speech import Manner, announcement
from hardware.speaker import Sound
from hardware.texts import Texts
from hardware.voice import Sentence

LOUD = 100  # per cent, until a plan says otherwise


class Announcer:
    """Turns calls into sounds. `plan`: the latest that was sent; None: once, and loud."""

    def __init__(self, texts: Texts, manner: Manner) -> None:
        self._texts, self._manner = texts, manner
        self.plan: DisplayPlan | None = None

    def sound(self, call: Call, local: datetime) -> Sound:
        """The sound of a call that is announced at this time of the hall's clock."""
        return Sound(
            id=call.seq,
            chime="recall" if call.recall else "call",
            sentences=announcement(call, self._texts, self._manner),
            repeats=1 if self.plan is None else self.plan.repeats,
            volume=volume_at(self.plan, local),
        )


def trial(id: int, plan: DisplayPlan | None, texts: Texts, lang: str, local: datetime) -> Sound:
    """What somebody who tries the sound hears: the chime and one sentence, as loud as a call would be now."""
    return Sound(id, "call", (Sentence(lang, texts("test.sound", lang)),), volume=volume_at(plan, local))


def volume_at(plan: DisplayPlan | None, local: datetime) -> int:
    """The volume in per cent at this time of the hall's clock; 0 in quiet hours. The first span that holds it
    wins; one that ends before it starts goes on past midnight."""
    if plan is None:
        return LOUD
    now = f"{local:%H:%M}"
    for span in plan.volumes:
        if span.starts < span.ends and span.starts <= now < span.ends:
            return span.volume
        if span.starts >= span.ends and (now >= span.starts or now < span.ends):
            return span.volume
    return plan.volume
