"""Cases that people decide: something is suspected, somebody judges; it can be undone.

Owns the tables ``moderation_cases``, ``moderation_case_subjects`` and ``case_notes``. Emits
``CaseDecided``, ``CaseUndone``, ``CaseNoted``, ``CaseEscalated`` and ``CaseOverdue``; hears
``RingSuspected``, ``RingDropped`` and ``RingSettled``. Who found something keeps it and acts on the
decision; a case holds only what its judges need: who it is about, ids and numbers, and their notes
to each other.

open → claimed (for half an hour) → decided → actioned → undone or closed; where no rule was broken,
decided → closed. Source: PRODUCT 4.2.
"""
