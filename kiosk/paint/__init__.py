"""Pictures of the kiosk's views: one painter for each screen, all with the same brush."""
