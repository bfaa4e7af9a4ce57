"""What changes support cases, one module per concern."""
