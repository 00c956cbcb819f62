"""Devices as nouns, the simulated one beside the real one, and what drawing on them needs. Imports nothing of ours."""
