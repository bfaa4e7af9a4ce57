"""Notifications: what happened to whom, in the app (bell) and by mail.

Owns the tables ``notifications`` and ``notification_settings``, and fills ``User.unread_count``.
Emits nothing. Hears of questions, answers, comments, acceptances, kudos, closures, requests for
facts, badges, news of superusers and changes of visibility.
"""
