"""Measurements of a hall over its real processes: `make bench`. Not installed; no test depends on them."""
