"""What the kiosk's core remembers: the hall, the step a citizen is at, and how fast numbers may be taken."""
