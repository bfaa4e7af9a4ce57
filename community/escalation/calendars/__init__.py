"""Calendars: opening hours of the support team, holidays, and arithmetic in business time.

Owns ``calendars`` and ``calendar_versions``: what a calendar said stays known, so time that was
spent under it is never counted anew. Emits ``CalendarChanged``; hears nothing.
"""
