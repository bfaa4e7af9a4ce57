"""Reads of badges, their holders, and of what earns them."""
