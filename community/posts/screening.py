"""What becomes of a text before it is published: it passes, waits for a person, or is refused.

Packages above hand in screens (``community.app``); each looks at what was sent and says what it
found. A screen may also change the text, or refuse it by raising ``TextRefused``. One that breaks
is logged, and the text waits for a person: nothing that somebody wrote is lost, and nothing passes
because a screen failed. Source: PRODUCT G3, G4.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import structlog
from flask_babel import lazy_gettext as _l

from community.core.db import db
from community.core.errors import Refusal
from community.identity.models import User
from community.posts.errors import UnfitText

HOLD, REVIEW = "hold", "review"
BROKEN = "screen_failed"

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Submission:
    """A text as its author sent it; ``kind`` is question, answer or comment.

    ``post_id`` names the post an edit changes, ``question_id`` the question that an answer or a
    comment belongs to. ``typed_seconds`` is how long the form was open; None where nobody knows.
    """

    author: User
    board_id: int
    kind: str
    language: str
    body: str
    title: str = ""
    tags: tuple[str, ...] = ()
    typed_seconds: float | None = None
    post_id: int | None = None
    question_id: int | None = None

    @property
    def is_edit(self) -> bool:
        """Whether a post that exists is changed."""
        return self.post_id is not None


@dataclass(frozen=True)
class Finding:
    """Something a person shall look at: before others see the text (HOLD), or after (REVIEW).

    ``code`` names the reason, ``score`` its weight from 0 to 100, ``reference`` the id of what
    found it (a watched word's, for instance). Never a piece of the text.
    """

    code: str
    effect: str = HOLD
    score: int = 0
    reference: int | None = None


@dataclass(frozen=True)
class Screening:
    """What one screen says: what it found, and the text as it shall go on."""

    submission: Submission
    findings: tuple[Finding, ...] = ()


Outcome = Screening | Finding | None
Screen = Callable[[Submission], Outcome]


@dataclass(frozen=True)
class Verdict:
    """What becomes of a submission: published or held, why, and the text that is stored."""

    visibility: str
    findings: tuple[Finding, ...]
    submission: Submission

    @property
    def is_held(self) -> bool:
        """Whether a person looks at it before anybody else does."""
        return self.visibility == "held"


class TextRefused(UnfitText):
    """A text that must not appear here at all; ``errors`` names the field and says why."""

    message = _l("This cannot be published here.")


_screens: list[Screen] = []


def register_screens(screens: Iterable[Screen]) -> None:
    """Have every text looked at by these, in this order; saying it twice changes nothing."""
    _screens.extend(screen for screen in screens if screen not in _screens)


def screen(submission: Submission) -> Verdict:
    """Say what becomes of a text; raises ``TextRefused`` (by field)."""
    try:
        # What a broken screen leaves in the database goes with it, the rest stays usable.
        with db.session.begin_nested():
            return _verdict(submission, _look)
    except Refusal:
        raise
    except Exception:
        # Something broke. Each by itself now, so that what broke costs nothing but its own word.
        return _verdict(submission, _look_carefully)


def _verdict(submission: Submission, ask: Callable[[Screen, Submission], Screening]) -> Verdict:
    findings: list[Finding] = []
    for look in tuple(_screens):
        result = ask(look, submission)
        submission = result.submission
        findings += result.findings
    held = any(finding.effect == HOLD for finding in findings)
    return Verdict("held" if held else "published", tuple(findings), submission)


def _look_carefully(look: Screen, submission: Submission) -> Screening:
    try:
        with db.session.begin_nested():
            return _look(look, submission)
    except Refusal:
        raise
    except Exception as error:
        # Only the kind of error is logged: its text may quote what somebody wrote.
        log.error("screen_failed", screen=_name_of(look), error=type(error).__name__)
        return Screening(submission, (Finding(BROKEN),))


def _look(look: Screen, submission: Submission) -> Screening:
    outcome = look(submission)
    if isinstance(outcome, Screening):
        return outcome
    return Screening(submission, (outcome,) if outcome else ())


def _name_of(look: Screen) -> str:
    return f"{look.__module__}.{getattr(look, '__qualname__', type(look).__qualname__)}"


def with_text(submission: Submission, *, title: str, body: str) -> Submission:
    """Return the submission with another text."""
    return replace(submission, title=title, body=body)


def as_rows(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Return findings as events and rows keep them."""
    return [asdict(finding) for finding in findings]
