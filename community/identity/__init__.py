"""Accounts: users, sign-in, roles, preferences.

Owns the tables ``users`` and ``role_grants``. Emits nothing yet, hears nothing.
"""
