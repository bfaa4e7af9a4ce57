"""Import of ``questions.jsonl`` and ``answers.jsonl``, as collectors of forum texts write them."""
