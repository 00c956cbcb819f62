"""One TOML file becomes one typed value, or one line that a person can act on."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec
import pytest

from hardware.settings import SettingsError, load


class Broker(msgspec.Struct):
    address: str
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 1883
    password_file: Path | None = None


class Serial(msgspec.Struct, tag="serial"):
    baud: int


class Usb(msgspec.Struct, tag="usb"):
    vendor: str


class Kiosk(msgspec.Struct):
    broker: Broker
    theme: Literal["light", "dark", "contrast"] = "light"
    printer: Serial | Usb | None = None
    counters: list[Broker] = []
    names: dict[str, Broker] = {}


def refusal(tmp_path: Path, text: str) -> SettingsError:
    file = tmp_path / "kiosk.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load(file, Kiosk)
    assert str(caught.value).startswith(str(file))
    assert "\n" not in str(caught.value)
    return caught.value


BROKER = '[broker]\naddress = "mqtt://a:1"\n'


def test_good_settings_are_typed_and_paths_start_at_the_file(tmp_path: Path) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_text(BROKER + 'password_file = "secret"\n[printer]\ntype = "serial"\nbaud = 9600\n')
    settings = load(file, Kiosk)
    assert settings.broker.address == "mqtt://a:1"
    assert settings.broker.password_file == tmp_path / "secret"
    assert settings.printer == Serial(9600)
    assert settings.theme == "light"


@pytest.mark.parametrize(
    ("text", "key", "suggestion"),
    [
        ('[broker]\nadress = "x"', "broker.adress", "address"),
        (BROKER + '[printer]\ntype = "serial"\nbaut = 1', "printer.baut", "baud"),
        ('counters = [{address = "x"}, {prot = 1}]\n' + BROKER, "counters[1].prot", "port"),
        (BROKER + '[names.hall]\naddres = "x"', "names.hall.addres", "address"),
        ('theem = "dark"\n' + BROKER, "theem", "theme"),
    ],
)
def test_a_misspelt_key_names_its_place_and_what_was_meant(
    tmp_path: Path, text: str, key: str, suggestion: str
) -> None:
    error = refusal(tmp_path, text)
    assert (error.key, error.suggestion) == (key, suggestion)
    assert f"{key}: is not a setting (did you mean '{suggestion}'?)" in str(error)


def test_a_strange_key_is_answered_with_those_that_exist(tmp_path: Path) -> None:
    assert "known here: address, port, password_file" in refusal(tmp_path, BROKER + "zzzz = 1").reason


@pytest.mark.parametrize(
    ("text", "key", "reason"),
    [
        ("[broker]\naddress = 5", "broker.address", "must be text in quotes, not a whole number"),
        (BROKER + "port = 0", "broker.port", "must be a whole number >= 1"),
        ("[broker]\nport = 1", "broker.address", "is missing"),
        ("", "broker", "is missing"),
        ("broker = 3", "broker", "must be a table, not a whole number"),
        (BROKER + "password_file = 3", "broker.password_file", "must be a path in quotes"),
        ('counters = [{address = "x", port = "1"}]\n' + BROKER, "counters[0].port", "must be a whole number"),
    ],
)
def test_a_wrong_value_is_explained_in_plain_words(tmp_path: Path, text: str, key: str, reason: str) -> None:
    error = refusal(tmp_path, text)
    assert error.key == key
    assert error.reason.startswith(reason)


def test_a_wrong_choice_lists_the_right_ones(tmp_path: Path) -> None:
    error = refusal(tmp_path, 'theme = "drak"\n' + BROKER)
    assert error.reason == "'drak' is not one of: contrast, dark, light"
    assert error.suggestion == "dark"


def test_a_file_that_is_not_toml_not_text_or_not_there_is_one_line(tmp_path: Path) -> None:
    assert "is not TOML" in refusal(tmp_path, "x =").reason
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match=r"binary\.toml: is not UTF-8 text"):
        load(binary, Kiosk)
    with pytest.raises(SettingsError, match=r"none\.toml: cannot be read: No such file"):
        load(tmp_path / "none.toml", Kiosk)
