"""Asking a customer for their consent, and taking their answer."""
