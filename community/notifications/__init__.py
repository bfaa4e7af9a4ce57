"""Notifications: what happened to whom, in the app (bell) and by mail.

Owns the tables ``notifications`` and ``notification_settings``. Hears of questions, answers,
comments, acceptances, kudos, closures and requests for facts.
"""
