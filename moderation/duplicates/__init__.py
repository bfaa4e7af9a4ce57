"""Duplicates that need a decision: where asker and others disagree, or nobody answers.

Owns no tables: proposals are ``community.questions``'. Hears ``DuplicateDisputed`` and
``DuplicateSettled``. ``/moderation/repeated`` reports what is asked again most often (row C5).
"""
