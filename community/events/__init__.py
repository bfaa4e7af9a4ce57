"""Catalogue of all that can happen: frozen dataclasses that carry ids only.

Operations emit them through ``community.core.jobs.emit``; ``community/app.py`` says who listens.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class QuestionAsked:
    """A question became public (at once, or when released)."""

    question_id: int
    actor_id: int


@dataclass(frozen=True)
class AnswerPosted:
    """An answer became public."""

    answer_id: int
    question_id: int
    actor_id: int


@dataclass(frozen=True)
class CommentPosted:
    """A comment became public under ``parent_id``."""

    comment_id: int
    parent_id: int
    question_id: int
    actor_id: int


@dataclass(frozen=True)
class PostEdited:
    """Text, title or tags of a post changed."""

    post_id: int
    question_id: int
    actor_id: int


@dataclass(frozen=True)
class PostVisibilityChanged:
    """A post was hidden, deleted, held, restored or moved; indexes and lists must follow."""

    post_id: int
    question_id: int
    actor_id: int | None
    visibility: str


@dataclass(frozen=True)
class PostHeld:
    """A text waits for a person before others see it; ``findings`` holds codes, ids and numbers.

    Told again when the author changes it meanwhile.
    """

    post_id: int
    question_id: int
    author_id: int
    findings: Sequence[dict[str, Any]]


@dataclass(frozen=True)
class PostSuspected:
    """A text was published, and a person should look at it; ``findings`` as in ``PostHeld``."""

    post_id: int
    question_id: int
    author_id: int
    findings: Sequence[dict[str, Any]]


@dataclass(frozen=True)
class KudosGiven:
    """Somebody thanked the author of a post."""

    post_id: int
    author_id: int
    actor_id: int


@dataclass(frozen=True)
class KudosTaken:
    """Kudos were taken back within the time allowed."""

    post_id: int
    author_id: int
    actor_id: int


@dataclass(frozen=True)
class ImageAdded:
    """A post shows a picture that its writer uploaded."""

    attachment_id: int
    author_id: int


@dataclass(frozen=True)
class AnswerAccepted:
    """An answer was accepted as a solution."""

    answer_id: int
    question_id: int
    author_id: int
    actor_id: int


@dataclass(frozen=True)
class AnswerUnaccepted:
    """An acceptance was taken back; ``reason`` is for the helper."""

    answer_id: int
    question_id: int
    author_id: int
    actor_id: int | None
    reason: str


@dataclass(frozen=True)
class QuestionClosed:
    """A question was resolved or closed without a best answer; nobody did it where time did."""

    question_id: int
    actor_id: int | None
    reason: str


@dataclass(frozen=True)
class QuestionReopened:
    """A closed question is open again."""

    question_id: int
    actor_id: int


@dataclass(frozen=True)
class PostRegrouped:
    """What a member wrote stands somewhere else or is of another kind now: look at ``post_id``.

    ``what`` says which: board, merge, split, answer or comment.
    """

    post_id: int
    author_id: int
    actor_id: int
    what: str


@dataclass(frozen=True)
class InfoRequested:
    """Somebody asked the asker for more facts."""

    question_id: int
    actor_id: int


@dataclass(frozen=True)
class MeTooAdded:
    """Somebody has the same problem."""

    question_id: int
    actor_id: int


@dataclass(frozen=True)
class RightsChanged:
    """A member was given a role or a group, or lost one: they may see more now, or less."""

    user_id: int
    actor_id: int | None


@dataclass(frozen=True)
class BoardAudienceChanged:
    """A board was opened to more people or closed to some."""

    board_id: int
    actor_id: int | None
    audience: str


@dataclass(frozen=True)
class AccountDisabled:
    """An account was closed by staff; what its owner wrote stays under their name."""

    user_id: int
    actor_id: int | None


@dataclass(frozen=True)
class AccountEnabled:
    """A disabled account may be used again."""

    user_id: int
    actor_id: int | None


@dataclass(frozen=True)
class SuspendedSignIn:
    """A suspended member asked for a link to sign in or to choose a password."""

    user_id: int


@dataclass(frozen=True)
class StatementIssued:
    """A member is told, with reasons, what was decided about them; ``measure`` in one word."""

    user_id: int
    statement_id: int
    measure: str


@dataclass(frozen=True)
class SanctionStarted:
    """A measure against a member began: notice, warning, read_only, suspension or ban."""

    user_id: int
    kind: str
    sanction_id: int


@dataclass(frozen=True)
class SanctionEnded:
    """A measure against a member is over: its time was up, or it was lifted."""

    user_id: int
    kind: str
    sanction_id: int


@dataclass(frozen=True)
class AppealDecided:
    """A member's appeal against a decision was decided: ``outcome`` is upheld or overturned."""

    user_id: int
    statement_id: int
    outcome: str


@dataclass(frozen=True)
class AccountErased:
    """An account was emptied for good; what its owner wrote stays under "former member"."""

    user_id: int


@dataclass(frozen=True)
class AccountConfirmed:
    """A member has proved that their address is theirs, or that is no longer known."""

    user_id: int


@dataclass(frozen=True)
class PointsAdjusted:
    """A member's points were adjusted by hand."""

    user_id: int
    adjustment_id: int


@dataclass(frozen=True)
class PointsAppealAnswered:
    """A member's appeal against a line of their points was answered."""

    user_id: int
    entry_id: int
    is_upheld: bool


@dataclass(frozen=True)
class PointRulesAnnounced:
    """New rules of points were published; they begin on a day of the site's zone (ISO 8601)."""

    currency: str
    version: int
    begins_on: str


@dataclass(frozen=True)
class PointRulesWithdrawn:
    """Rules that were announced will not come."""

    currency: str
    version: int
    begins_on: str


@dataclass(frozen=True)
class BadgeGranted:
    """A member was given a badge; ``names`` is what it is called, by language.

    The name goes along because who tells the member may not read the badge: it is theirs to know
    that somebody was given one, not what badges are.
    """

    user_id: int
    badge_id: int
    names: Mapping[str, str]
    actor_id: int | None


@dataclass(frozen=True)
class TrustLevelChanged:
    """A member's trust level is another one now."""

    user_id: int
    level: int
    former_level: int


@dataclass(frozen=True)
class TrustLevelAtRisk:
    """A member will lose their trust level on a day ("2026-12-06") unless they are back by then."""

    user_id: int
    level: int
    day: str


@dataclass(frozen=True)
class PointsChanged:
    """What a member's ledger adds up to has changed, in either currency."""

    user_id: int


@dataclass(frozen=True)
class SuperuserNews:
    """Something about being a superuser concerns a member; ``news`` says what, in one word.

    ``membership_id`` is set where it concerns them as staff: the membership of somebody else.
    """

    user_id: int
    news: str
    membership_id: int | None = None


@dataclass(frozen=True)
class PaybackOpened:
    """A payback period began: what is earned from now on is owed with it."""

    period_id: int


@dataclass(frozen=True)
class PaybackLocked:
    """The list of a payback period is final; a second person can approve it."""

    period_id: int


@dataclass(frozen=True)
class CaseDecided:
    """A moderator decided a case: ``decision`` is violation or no_violation."""

    case_id: int
    source: str
    decision: str
    actor_id: int | None


@dataclass(frozen=True)
class CaseUndone:
    """A decision that was carried out was taken back."""

    case_id: int
    source: str
    actor_id: int | None
