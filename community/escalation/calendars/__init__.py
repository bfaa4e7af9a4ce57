"""Calendars: opening hours of the support team, holidays, and arithmetic in business time."""
