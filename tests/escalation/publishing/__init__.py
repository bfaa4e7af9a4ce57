"""A private case that becomes a public question."""
