"""What happens to proposals that a question was asked before."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DuplicateProposed:
    """Somebody says that a question was asked before; its asker says whether that helps."""

    question_id: int
    proposal_id: int
    actor_id: int


@dataclass(frozen=True)
class DuplicateDisputed:
    """The asker says that theirs is a different question; told again when they say more."""

    question_id: int
    proposal_id: int
    asker_id: int


@dataclass(frozen=True)
class DuplicateSettled:
    """A proposal was accepted, dismissed or withdrawn, or the question was closed otherwise."""

    question_id: int
    proposal_id: int
