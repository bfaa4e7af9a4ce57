"""Badges in words, in the reader's language."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

MEASURE_LABELS: dict[str, LazyString] = {
    "solved": _l("Accepted answers"),
    "kudos": _l("Kudos received"),
    "helped": _l("Different people helped"),
    "welcomed": _l("New members whose first question they solved"),
    "answers": _l("Answers to questions of others"),
    "written": _l("Questions and answers"),
    "days": _l("Days as a member"),
    "best_answer": _l("Kudos for one answer"),
    "best_question": _l("People who share one question"),
    "thanked": _l("Kudos given"),
    "accepted": _l("Answers accepted"),
}
