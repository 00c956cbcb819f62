"""Where everything on the kiosk's panel goes, from its size in pixels and millimetres."""
