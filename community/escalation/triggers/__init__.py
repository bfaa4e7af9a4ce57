"""When a question is handed to the support team, and what askers are promised before.

Owns the table ``answer_waits``. Emits nothing; what is due is found by tasks.
"""
