"""Pages about questions, one module per resource; each loads, calls one operation, responds."""
