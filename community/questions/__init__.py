"""Questions and answers: asking, answering, accepting, closing.

Owns the tables ``questions``, ``answers``, ``acceptances``, ``lapsed_acceptances``, ``closures``,
``info_requests``, ``locks``, ``me_toos`` and ``duplicate_links``. Emits ``QuestionAsked``,
``AnswerPosted``, ``AnswerAccepted``, ``AnswerUnaccepted``, ``QuestionClosed``,
``QuestionReopened``, ``InfoRequested`` and ``MeTooAdded``.
"""
