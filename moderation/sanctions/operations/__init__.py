"""Issuing statements, imposing and ending sanctions, wording both."""
