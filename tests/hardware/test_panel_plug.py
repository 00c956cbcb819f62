"""The plug of a panel: a folder that stands for the kernel's, a socket that stands for its announcements."""

from __future__ import annotations

import socket
from itertools import pairwise
from pathlib import Path

import pytest

from hardware.panel_plug import AGAIN_S, LOOK_S, SETTLE_S, Announcements, Plug, from_kernel
from hardware.panel_power import switch_panel


class Sockets:
    """What /sys/class/drm says of a machine's sockets."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "card0").mkdir(parents=True)  # the card itself has no status
        (folder / "version").write_text("drm 1.1.0")

    def say(self, status: str, modes: str = "", name: str = "card0-HDMI-A-1") -> None:
        place = self.folder / name
        place.mkdir(exist_ok=True)
        (place / "modes").write_text(modes)
        (place / "status").write_text(f"{status}\n")


@pytest.fixture
def sockets(tmp_path: Path) -> Sockets:
    made = Sockets(tmp_path / "drm")
    made.say("connected", "1920x1080\n1280x720\n")
    made.say("disconnected", name="card0-HDMI-A-2")
    return made


def openings(plug: Plug, begin: float, end: float, well: bool = True) -> list[float]:
    """When the plug wants the screen opened anew, asked 20 times a second."""
    found = []
    for step in range(round((end - begin) * 20)):
        now = begin + step / 20
        if plug.changed(now):
            found.append(now)
            plug.opened(now, well)
    return found


def test_nothing_changes_by_itself(sockets: Sockets) -> None:
    plug = Plug(sockets.folder)
    assert plug.connected
    assert openings(plug, 0, 60) == []


def test_a_panel_that_left_and_came_back_is_opened_once_within_a_second(sockets: Sockets) -> None:
    plug = Plug(sockets.folder)
    sockets.say("disconnected")
    assert openings(plug, 0, 5) == []
    assert not plug.connected
    sockets.say("connected", "1920x1080\n")
    [at] = openings(plug, 5, 10)
    assert SETTLE_S <= at - 5 <= SETTLE_S + 2 * LOOK_S
    assert plug.connected


def test_contacts_that_bounce_are_one_change(sockets: Sockets) -> None:
    plug = Plug(sockets.folder)
    for turn in range(8):
        sockets.say(("disconnected", "connected")[turn % 2], "1920x1080\n")
        assert openings(plug, turn * LOOK_S, (turn + 1) * LOOK_S) == []
    assert len(openings(plug, 8 * LOOK_S, 10)) == 1


def test_another_panel_behind_the_same_plug_is_noticed_by_its_modes(sockets: Sockets) -> None:
    plug = Plug(sockets.folder)
    sockets.say("connected", "3840x2160\n1920x1080\n")
    assert len(openings(plug, 0, 10)) == 1


def test_an_announcement_alone_is_enough(sockets: Sockets) -> None:
    """A panel that was changed faster than we look, or whose modes the kernel has not asked for again."""
    said = [True]
    plug = Plug(sockets.folder, lambda: bool(said) and said.pop())
    assert len(openings(plug, 0, 10)) == 1


def test_a_screen_that_could_not_be_opened_is_tried_again_and_a_loose_plug_not_too_often(
    sockets: Sockets,
) -> None:
    plug = Plug(sockets.folder, lambda: True)  # it says something at every look
    assert len(openings(plug, 0, 20)) == 0  # and never settles
    calm = Plug(sockets.folder)
    sockets.say("connected", "1280x720\n")
    tries = openings(calm, 0, 10, well=False)
    assert 4 <= len(tries) <= 5
    assert all(b - a >= AGAIN_S for a, b in pairwise(tries))


def test_a_second_panel_that_stays_keeps_the_screen_awake(sockets: Sockets) -> None:
    sockets.say("connected", "1024x600\n", "card1-DSI-1")
    plug = Plug(sockets.folder)
    sockets.say("disconnected")
    assert len(openings(plug, 0, 5)) == 1
    assert plug.connected


@pytest.mark.parametrize("status", [None, "unknown"])
def test_what_says_nothing_of_its_plug_is_supposed_to_be_connected(
    tmp_path: Path, status: str | None
) -> None:
    sockets = Sockets(tmp_path / "drm")
    if status is not None:
        sockets.say(status)
    plug = Plug(sockets.folder)
    assert plug.connected
    assert openings(plug, 0, 5) == []


def test_a_card_that_is_taken_out_while_we_read_is_survived(sockets: Sockets) -> None:
    plug = Plug(sockets.folder)
    (sockets.folder / "card0-HDMI-A-1" / "modes").unlink()
    assert len(openings(plug, 0, 5)) == 0
    assert not plug.connected  # the other socket is empty


HOTPLUG = b"change@/devices/platform/gpu/drm/card0\0ACTION=change\0SUBSYSTEM=drm\0HOTPLUG=1\0SEQNUM=9\0"


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ([HOTPLUG], True),
        ([HOTPLUG.replace(b"drm\0", b"usb\0"), b"", b"\xff" * 9000], False),
        ([HOTPLUG.replace(b"HOTPLUG=1", b"LEASE=1"), HOTPLUG], True),
        ([], False),
    ],
)
def test_of_all_that_the_kernel_says_only_panels_matter(words: list[bytes], meant: bool) -> None:
    kernel, ours = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with kernel:
        announcements = Announcements(ours)
        for word in words:
            kernel.send(word)
        assert announcements.heard() is meant
        assert announcements.heard() is False
        announcements.close()


def test_the_kernel_can_be_listened_to_without_privileges() -> None:
    announcements = Announcements(from_kernel())
    assert announcements.heard() in (False, True)
    announcements.close()


def test_a_panel_of_nobody_is_not_switched(tmp_path: Path) -> None:
    """No card is open here; and what is no card does not obey."""
    assert switch_panel(False) is False
    (tmp_path / "7").symlink_to("/dev/null")
    assert switch_panel(False, tmp_path) is False
    (tmp_path / "1048575").symlink_to("/dev/dri/card0")  # a file that is not open
    assert switch_panel(False, tmp_path) is False
