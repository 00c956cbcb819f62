"""What tests of the display program share."""

import pytest

from broker.device import BrokerSettings
from broker.memory import MemoryBroker
from display.settings import Settings
from tests.display.packs import make_pack
from tests.display.running import DEVICE, SITE, Running, Server


@pytest.fixture
def place(tmp_path):
    """`place(speed, **settings)`: a broker, a server with its clock, and a running display."""
    running = []

    def make(speed=1, **changes):
        broker = MemoryBroker()
        server = Server(broker, tmp_path, speed)
        settings = Settings(
            **{
                "broker": BrokerSettings(site=SITE, device=DEVICE),
                "data": tmp_path / "display-1",
                "screen": "sim:960x540",
                "speaker": "sim:",
                "voice": "chime",
                "clock": f"hall:{server.path}",
                "panel": tmp_path / "panel",
                **changes,
            }
        )
        display = Running(settings, broker)
        running.append(display)
        return broker, server, display

    yield make
    for display in running:
        display.stop()


@pytest.fixture(scope="session")
def pack(tmp_path_factory):
    """A voice pack in both languages, to be read only."""
    folder = tmp_path_factory.mktemp("voices")
    for lang in ("vi", "en"):
        make_pack(folder, lang)
    return folder
