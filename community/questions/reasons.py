"""Why questions are closed, in words."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from community.core.authz import Viewer
from community.questions.models import CLOSE_REASONS
from community.questions.policies import QuestionFacts, can_close_question

WORDS: dict[str, LazyString] = {
    "solved_elsewhere": _l("Solved it myself"),
    "incident_over": _l("The outage is over"),
    "no_longer_needed": _l("No longer needed"),
    "handled_privately": _l("Handled in private"),
    "duplicate": _l("Same as another question"),
    "needs_details": _l("Too little to go on"),
    "needs_focus": _l("Several questions in one"),
    "off_topic": _l("Does not belong here"),
    "no_response": _l("The asker did not come back"),
    "policy": _l("Against the house rules"),
}

VISIBILITY_WORDS: dict[str, LazyString] = {
    "published": _l("Can be read"),
    "held": _l("Waits for a moderator"),
    "hidden": _l("Hidden"),
    "deleted": _l("Deleted"),
    "merged": _l("Part of another question"),
}

SUGGESTION_WORDS: dict[str, LazyString] = {
    "waiting": _l("Waits"),
    "accepted": _l("Accepted"),
    "refused": _l("Refused"),
    "withdrawn": _l("Taken back"),
    "outdated": _l("Does not fit any more"),
}

REGROUPING_WORDS: dict[str, LazyString] = {
    "merge": _l("Merged"),
    "split": _l("Split"),
    "answer": _l("Made an answer"),
    "comment": _l("Made a comment"),
}


def regrouping_words(kind: str) -> LazyString:
    """Return what was done with a question or a post, in the reader's language."""
    return REGROUPING_WORDS[kind]


def suggestion_words(state: str) -> LazyString:
    """Return what became of a suggested change, in the reader's language."""
    return SUGGESTION_WORDS[state]


def visibility_words(visibility: str) -> LazyString:
    """Return what state a post is in, in the reader's language."""
    return VISIBILITY_WORDS[visibility]


def reason_words(reason: str) -> LazyString:
    """Return a closing reason in the reader's language."""
    return WORDS[reason]


def reasons_for(
    viewer: Viewer, question: QuestionFacts, *, may_close_as_duplicate: bool
) -> list[tuple[str, LazyString]]:
    """Return the reasons for which a viewer may close a question; as a duplicate that depends on
    what they know of its topic, too."""
    allowed = {
        reason: can_close_question(viewer, question, reason)
        for reason in CLOSE_REASONS
        if reason != "duplicate"
    }
    allowed["duplicate"] = may_close_as_duplicate
    return [(reason, WORDS[reason]) for reason in CLOSE_REASONS if allowed[reason]]
