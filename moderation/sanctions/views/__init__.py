"""Pages on which staff impose measures and word how they are told."""

from moderation.sanctions.views.blueprint import sanctions

from moderation.sanctions.views import people, refusals, wordings  # noqa: F401  isort: skip

__all__ = ["sanctions"]
