"""Bringing proposals that nobody answers before moderators."""

from moderation.duplicates.operations import open_duplicate_case
from moderation.duplicates.queries import list_silent_proposals


def ask_moderators_about_silent() -> None:
    """Open a case for each proposal whose asker has said nothing for days (periodic)."""
    for proposal in list_silent_proposals():
        open_duplicate_case(proposal.id)
