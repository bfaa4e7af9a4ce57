"""Import of Stack Exchange data dumps. Source: the dump's readme and its schema."""
