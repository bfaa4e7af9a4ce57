"""Learning what spam is, scoring a text, and cleaning up after a spammer."""
