"""Devices as nouns, the simulated one beside the real one, and drawing on them. Imports nothing of ours."""

import os

# pygame greets on standard output, which belongs to the program's own words. Said here, before any module
# imports it.
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
