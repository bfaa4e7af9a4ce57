"""When a question is handed to the support team, and what askers are promised before.

Owns the tables ``handover_rules``, ``waiting_questions``, ``unsolved_reports``, ``alarm_words`` and
``answer_waits``. Hears of everything that changes whether a question waits; what is due is found by
a sweep. Emits nothing itself: opening a case does.
"""
