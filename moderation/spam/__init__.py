"""How much a text looks like spam: learned from what moderators decide, and from nothing else.

Owns the tables ``spam_models``, ``spam_tokens``, ``spam_lessons`` and ``text_marks``. Hears
``CaseDecided`` and ``CaseUndone`` (to learn and unlearn), what is posted or held (to know copies of
it) and ``PostSuspected`` (to open a case). ``tokens`` and ``facts`` say what a text is judged by,
``bayes`` turns counts into a score from 0 to 100; these are pure. From 75 on a text is held, from
60 on somebody looks at it, below it passes, as it does while too little was learned. A score that
cannot be told lets the text wait for a person. Source: PRODUCT G4, and
``docs/decisions/spam-score.md``.
"""
