"""Trust levels and powers."""
