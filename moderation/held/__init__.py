"""What waits before it is published, and who decides about it.

Owns the table ``board_screenings``. Looks at texts of new members and at boards where a moderator
sees everything first (``newcomers``); hears ``PostHeld``, ``PostSuspected`` and
``PostVisibilityChanged`` and opens and drops the cases of held posts.
"""
