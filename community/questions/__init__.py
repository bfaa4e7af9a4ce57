"""Questions and answers: asking, answering, accepting, closing.

Owns the tables ``questions``, ``answers``, ``acceptances``, ``lapsed_acceptances``, ``closures``,
``info_requests``, ``locks``, ``pins``, ``me_toos``, ``regroupings``, ``duplicate_links``,
``duplicate_proposals``, ``duplicate_voices`` and ``topic_standings``. Emits ``QuestionAsked``,
``AnswerPosted``, ``AnswerAccepted``, ``AnswerUnaccepted``, ``QuestionClosed``,
``QuestionReopened``, ``InfoRequested``, ``MeTooAdded``, ``DuplicateProposed``,
``DuplicateDisputed`` and ``DuplicateSettled``.
"""
