"""Notifications: what happened to whom, in the app (bell) and by mail.

Owns the tables ``notifications``, ``notification_settings``, ``digests`` and ``welcomes``, and
fills ``User.unread_count``. Emits that a newcomer is to be welcomed, and hears of it itself. Hears
of questions, answers, comments, acceptances, kudos, closures, requests for facts, badges, news of
superusers and changes of visibility.
"""
