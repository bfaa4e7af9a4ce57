"""What staff see of other systems, and what these send."""
