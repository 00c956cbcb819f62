"""The counter terminal: the officer's keys, and the citizen's answer to "were you satisfied?"."""
