"""The superuser scheme."""
