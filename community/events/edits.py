"""What happens to changes of posts that wait for somebody's word."""

from dataclasses import dataclass


@dataclass(frozen=True)
class EditSuggested:
    """A change of a post waits; ``is_held`` says that moderators alone may see it."""

    suggestion_id: int
    post_id: int
    question_id: int
    author_id: int
    is_held: bool


@dataclass(frozen=True)
class EditReverted:
    """A post says again what it said before a suggested change was accepted."""

    suggestion_id: int
    post_id: int
    question_id: int
    author_id: int


@dataclass(frozen=True)
class EditDecided:
    """A change waits no more: accepted, refused, withdrawn or outdated.

    ``actor_id`` is None where nobody decided: the post has changed too much.
    """

    suggestion_id: int
    post_id: int
    question_id: int
    author_id: int
    actor_id: int | None
    outcome: str
