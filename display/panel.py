"""Panel: what somebody outside may see and hear of a simulated wall.

Knows the routes of the panel's socket; keeps out the program's state: everything read here may be read from
the panel's threads.
"""

from __future__ import annotations

from hardware.panel import PanelAnswer, PanelRefusal, Query, Routes, json_answer
from hardware.screen import Screen
from hardware.speaker import Speaker


def routes(device: str, screen: Screen, speaker: Speaker) -> Routes:
    """`/state`, `/screen.png?width=`, `/heard`, `/sound.wav?n=` (without n: the latest)."""

    def state(query: Query, body: bytes) -> PanelAnswer:
        return json_answer(
            {
                "device": device,
                "role": "display",
                "screen_rev": screen.rev,
                "ticket_rev": 0,
                "heard_rev": speaker.rev,
                "buttons": [],
                "switches": {},
            }
        )

    def screen_png(query: Query, body: bytes) -> PanelAnswer:
        return PanelAnswer(screen.png(whole(query, "width")), "image/png")

    def heard(query: Query, body: bytes) -> PanelAnswer:
        return json_answer(speaker.heard())

    def sound_wav(query: Query, body: bytes) -> PanelAnswer:
        sound = speaker.wav(whole(query, "n") or speaker.rev)
        if sound is None:
            return json_answer({"error": "this sound is not remembered"}, 404)
        return PanelAnswer(sound, "audio/wav")

    return {
        ("GET", "/state"): state,
        ("GET", "/screen.png"): screen_png,
        ("GET", "/heard"): heard,
        ("GET", "/sound.wav"): sound_wav,
    }


def whole(query: Query, name: str) -> int | None:
    """A whole number of a query. Raises PanelRefusal for anything else."""
    said = query.get(name)
    if said is None:
        return None
    if not (said.isascii() and said.isdigit() and len(said) < 10):
        raise PanelRefusal(f"{name} is a whole number")
    return int(said)
