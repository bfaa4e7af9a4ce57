"""Changes: asking for an archive, asking to be erased, erasing, forgetting what is old."""
