"""Kernel of the application: database, clock, jobs, mail, markup, web. Knows no feature.

Owns the tables ``events``, ``jobs`` and ``submissions``.
"""
