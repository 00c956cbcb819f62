"""The wall of a hall: what is called now, where to go, and how many wait."""
