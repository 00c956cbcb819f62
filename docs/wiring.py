"""Draw docs/pictures/wiring.svg and .png: `python docs/wiring.py`. The pins are those of the sample's URL.

The header is seen from above, with the USB sockets at the bottom: pin 1 is at the top left.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from hardware.buttons_wiring import Wire, read_wiring

SAMPLE = "help=5/6,back=13/19"  # as in examples/pi/kiosk.toml
WIDTH, HEIGHT = 1500, 900
TOP, STEP = 96, 38  # of the header's first row, and from row to row
LEFT, RIGHT = 1206, 1248  # the two columns of pins
GROUND_PIN = 9

# Of all 40 pins, by number: 3.3 V, 5 V, ground, or a GPIO.
HEADER = (
    *("3.3 V", "5 V", "2", "5 V", "3", "ground", "4", "14", "ground", "15"),
    *("17", "18", "27", "ground", "22", "23", "3.3 V", "24", "10", "ground"),
    *("9", "25", "11", "8", "ground", "7", "0", "1", "5", "ground"),
    *("6", "12", "13", "ground", "19", "16", "26", "20", "ground", "21"),
)
FILLS = {"3.3 V": "#e8862e", "5 V": "#c8322b", "ground": "#20262e"}
GPIO, RESERVED = "#2f6fb3", "#b9c0c8"
INK, BLUE, BLACK, RED = "#20262e", "#2f6fb3", "#20262e", "#c8322b"
OUTLINE = f'stroke="{INK}" stroke-width="3"'
LAMP = f'fill="#f3d35b" {OUTLINE}'


def pin_of(gpio: int) -> int:
    return HEADER.index(str(gpio)) + 1


def y_of(pin: int) -> int:
    return TOP + (pin - 1) // 2 * STEP


def text(x: float, y: float, words: str, size: int = 19, anchor: str = "start", **more: str) -> str:
    extra = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in more.items())
    return f'<text x="{x}" y="{y}" font-size="{size}" text-anchor="{anchor}"{extra}>{words}</text>'


def wire(colour: str, *points: tuple[float, float]) -> str:
    path = " ".join(f"{x},{y}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="3"/>'


def dot(x: float, y: float, colour: str = INK) -> str:
    return f'<circle cx="{x}" cy="{y}" r="5" fill="{colour}"/>'


def header() -> list[str]:
    parts = [
        f'<rect x="{LEFT - 24}" y="{TOP - 24}" width="{RIGHT - LEFT + 48}" height="{19 * STEP + 48}" rx="8" '
        f'fill="#eef1f4" stroke="{INK}"/>'
    ]
    for pin, what in enumerate(HEADER, 1):
        x, y = (LEFT if pin % 2 else RIGHT), y_of(pin)
        reserved = what in ("0", "1")
        fill = RESERVED if reserved else FILLS.get(what, GPIO)
        parts.append(f'<circle cx="{x}" cy="{y}" r="15" fill="{fill}"/>')
        parts.append(text(x, y + 5, str(pin), 14, "middle", fill="#fff", font_weight="600"))
        words = what if what in FILLS else f"GPIO {what}"
        words += " reserved" if reserved else ""
        side = (LEFT - 34, "end") if pin % 2 else (RIGHT + 34, "start")
        parts.append(text(side[0], y + 6, words, 17, side[1], fill=GPIO if what not in FILLS else INK))
    parts.append(
        text((LEFT + RIGHT) / 2, TOP - 44, "40-pin header, from above", 18, "middle", font_weight="600")
    )
    parts.append(text((LEFT + RIGHT) / 2, y_of(39) + 48, "USB sockets on this side", 16, "middle"))
    return parts


def button(x: float, low: float, ground: float, wired: Wire) -> list[str]:
    """A column from the GPIO's wire at `low` up to ground: a contact that closes."""
    middle = (low + ground) / 2
    return [
        wire(BLUE, (LEFT - 112, low), (x, low), (x, middle + 32)),
        wire(BLACK, (x, middle - 32), (x, ground)),
        dot(x, middle + 32),
        dot(x, middle - 32),
        wire(INK, (x, middle + 32), (x + 24, middle - 28)),
        text(x + 30, middle - 6, f"button “{wired.id}”", 19, font_weight="600"),
        text(x + 30, middle + 18, "normally open", 16),
        dot(x, ground),
    ]


def resistor(x: float, y: float, words: str) -> list[str]:
    return [
        f'<rect x="{x - 11}" y="{y - 34}" width="22" height="68" fill="#fff" {OUTLINE}/>',
        text(x + 22, y + 6, words, 18),
    ]


def small_lamp(x: float, low: float, ground: float, wired: Wire) -> list[str]:
    """An LED that the pin feeds itself."""
    led = ground + 112
    return [
        wire(BLUE, (LEFT - 112, low), (x, low), (x, led + 20)),
        wire(BLACK, (x, led - 20), (x, ground)),
        f'<polygon points="{x - 20},{led + 20} {x + 20},{led + 20} {x},{led - 18}" {LAMP}/>',
        wire(INK, (x - 20, led - 20), (x + 20, led - 20)),
        text(x + 30, led - 6, f"lamp of “{wired.id}”", 19, font_weight="600"),
        text(x + 30, led + 18, "red, amber or green LED", 16),
        *resistor(x, led + 130, "330 Ω"),
        dot(x, ground),
    ]


def large_lamp(x: float, low: float, ground: float, wired: Wire) -> list[str]:
    """A lamp of 5 or 12 V with a supply of its own, switched by a transistor."""
    base, body = x - 12, x - 70  # where the base comes in, and the transistor's middle
    middle = ground + 150
    lamp = middle + 130
    supply = 60
    return [
        wire(BLUE, (LEFT - 112, low), (x + 30, low), (x + 30, middle), (base, middle)),
        *resistor(x + 30, middle + 200, "1 kΩ"),
        f'<circle cx="{body + 12}" cy="{middle}" r="42" fill="#fff" {OUTLINE}/>',
        wire(INK, (base + 12, middle), (body + 24, middle)),
        wire(INK, (body + 24, middle - 24), (body + 24, middle + 24)),
        wire(INK, (body + 24, middle - 12), (body, middle - 34), (body, middle - 46)),
        wire(INK, (body + 24, middle + 12), (body, middle + 34), (body, middle + 46)),
        f'<polygon points="{body + 1},{middle - 33} {body + 15},{middle - 29} {body + 6},{middle - 19}"/>',
        wire(BLACK, (body, middle - 46), (body, ground)),
        text(body - 42, middle - 2, "NPN, such", 16, "end"),
        text(body - 42, middle + 18, "as BC337", 16, "end"),
        text(body - 10, middle - 52, "E", 16, "end"),
        text(body - 10, middle + 66, "C", 16, "end"),
        text(base + 22, middle - 8, "B", 16),
        wire(RED, (body, middle + 46), (body, lamp - 28)),
        f'<circle cx="{body}" cy="{lamp}" r="28" {LAMP}/>',
        wire(INK, (body - 20, lamp - 20), (body + 20, lamp + 20)),
        wire(INK, (body - 20, lamp + 20), (body + 20, lamp - 20)),
        text(body - 44, lamp - 14, "lamp of", 19, "end", font_weight="600"),
        text(body - 44, lamp + 10, f"“{wired.id}”", 19, "end", font_weight="600"),
        text(body - 44, lamp + 34, "5 or 12 V", 16, "end"),
        wire(RED, (body, lamp + 28), (body, lamp + 80), (supply + 40, lamp + 80), (supply + 40, middle + 40)),
        f'<rect x="{supply}" y="{middle - 40}" width="80" height="80" rx="6" fill="#fff" {OUTLINE}/>',
        text(supply + 40, middle - 14, "−", 26, "middle"),
        text(supply + 40, middle + 32, "+", 26, "middle"),
        text(supply + 52, middle - 62, "supply, 5 or 12 V", 16),
        wire(BLACK, (supply + 40, middle - 40), (supply + 40, ground)),
        dot(body, ground),
    ]


def drawing() -> str:
    wiring = read_wiring(SAMPLE)
    small, large = wiring.wires
    assert small.lamp is not None and large.lamp is not None
    ground = y_of(GROUND_PIN)
    rows = {gpio: y_of(pin_of(gpio)) for gpio in (small.pin, small.lamp, large.pin, large.lamp)}
    parts = [
        text(60, 66, "Buttons and lamps at the header of a Raspberry Pi", 30, font_weight="700"),
        text(60, 100, f'keys = "gpio:{SAMPLE}"', 22, font_family="monospace"),
        text(60, 132, "Every button closes to ground; the pin's own resistor pulls it up.", 18),
        text(60, 158, "Never 5 or 12 V at a GPIO pin. The supply's minus and ground are one.", 18),
        wire(BLACK, (100, ground), (LEFT - 104, ground)),
        text(500, ground - 12, "ground, one wire for all", 16, "middle"),
        *button(900, rows[small.pin], ground, small),
        *small_lamp(660, rows[small.lamp], ground, small),
        *button(450, rows[large.pin], ground, large),
        *large_lamp(350, rows[large.lamp], ground, large),
        *header(),
    ]
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" font-family="Be Vietnam Pro, DejaVu Sans, sans-serif" fill="{INK}">\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>\n{body}\n</svg>\n'
    )


def main() -> None:
    pictures = Path(__file__).resolve().parent / "pictures"
    svg = pictures / "wiring.svg"
    svg.write_text(drawing(), encoding="utf-8")
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [
                *("chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
                *(f"--user-data-dir={profile}", f"--window-size={WIDTH},{HEIGHT}"),
                *(f"--screenshot={pictures / 'wiring.png'}", svg.as_uri()),
            ],
            check=True,
            capture_output=True,
        )


if __name__ == "__main__":
    main()
