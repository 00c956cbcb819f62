"""Reports that add up: the Hà Nam form on screen and as a file, its check, scores and published groups."""
