"""What can happen to a membership, one function each; all are safe to repeat."""
