"""Notifications in words, in the present reader's language."""

from collections.abc import Callable
from datetime import date

from babel.lists import format_list
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from community.core.i18n import reader_language
from community.core.wording import date_words, present_wording
from community.identity.trust_words import level_words
from community.notifications.case_lines import (
    called_line,
    customer_line,
    deadline_line,
    handed_over_line,
    rating_line,
    solved_line,
    support_line,
    undelivered_line,
)
from community.notifications.decided import decision_line, superuser_line
from community.notifications.models import PERSONAL_KINDS
from community.notifications.progress import Progress
from community.notifications.queries.entries import Entry
from community.notifications.tokens import DIGEST, EVERYTHING
from community.questions.reasons import WORDS, reason_words

KIND_LABELS: dict[str, LazyString] = {
    "answer": _l("Answers to questions you follow"),
    "comment": _l("Comments on questions you follow and on your posts"),
    "mention": _l("Somebody mentions you"),
    "accepted": _l("Your answer is accepted"),
    "unaccepted": _l("Your answer is no longer accepted"),
    "confirmed": _l("Somebody else accepts an answer to your question"),
    "kudos": _l("Kudos for your posts"),
    "info_request": _l("Helpers need more facts from you"),
    "closed": _l("A question you follow is closed"),
    "reopened": _l("A question you follow is open again"),
    "ended": _l("A question of yours closes because nobody writes there any more"),
    "moved": _l("Your question or answer stands somewhere else"),
    "duplicate": _l("Somebody thinks that your question was asked before"),
    "new_question": _l("New questions on boards and tags and from people you follow"),
    "badge": _l("You are given a badge"),
    "rules": _l("New rules of points"),
    "trust": _l("Your trust level changes"),
    "points": _l("Your points are adjusted, or an appeal is answered"),
    "welcome": _l("A kind word after your first answer"),
    "payment": _l("Payback of yours is paid, or could not be paid"),
    "superuser": _l("News about being a superuser"),
    "decision": _l("Our team decides about you or your posts"),
    "flag": _l("Moderators decide about what you reported"),
    "suggestion": _l("Changes suggested for your posts, and what becomes of yours"),
    "support": _l("The support team writes to you"),
    "handed_over": _l("The support team takes over a question of yours"),
    "solved": _l("The support team has solved a case of yours"),
    "deadline": _l("A support case of yours or of your team is due soon, or was missed"),
    "customer": _l("A customer writes in a support case of yours"),
    "undelivered": _l("A mail about a support case of yours reached nobody"),
    "case": _l("A case for moderators waits for a day, or a colleague asks you about one"),
    "line": _l("The support team answers your direct line"),
    "rating": _l("A customer of your support team was dissatisfied"),
}

# What they are about stands in their note; the line says all of it.
CODED_KINDS = PERSONAL_KINDS - {"badge", "superuser", "trust"}

MAIL_LABELS: dict[str, LazyString] = {
    **KIND_LABELS,
    EVERYTHING: _l("All mails about what happens in the community"),
    DIGEST: _l("The digest"),
}


def line_of(entry: Entry) -> str:
    """Return the notification as one sentence."""
    if entry.kind == "badge":
        return _badge_line(Progress.of(entry.kind, entry.note))
    if entry.kind in _OF_NOTES:
        return _OF_NOTES[entry.kind](entry.note)
    names = {"actor": actor_name(entry), "title": entry.title or ""}
    if entry.kind == "unaccepted":
        return _unaccepted_line(entry.note, names)
    if entry.kind == "kudos":
        return _kudos_line(entry, names)
    if entry.kind == "closed":
        return _closed_line(entry.note, names)
    if entry.kind == "ended":
        return _ended_line(entry.note, names)
    if entry.kind == "moved":
        return _moved_line(entry.note, names)
    return _plain_line(entry.kind, names)


def actor_name(entry: Entry) -> str:
    """Return who did it."""
    return entry.actor.name if entry.actor else _("The community team")


def _plain_line(kind: str, names: dict[str, str]) -> str:
    if kind == "answer":
        return _("%(actor)s answered “%(title)s”", **names)
    if kind == "comment":
        return _("%(actor)s commented on “%(title)s”", **names)
    if kind == "mention":
        return _("%(actor)s mentioned you in “%(title)s”", **names)
    if kind == "accepted":
        return _("%(actor)s accepted your answer to “%(title)s”", **names)
    if kind == "confirmed":
        return _("%(actor)s marked “%(title)s” as solved. You can undo that there", **names)
    if kind == "info_request":
        return _("%(actor)s needs to know more about “%(title)s”", **names)
    if kind == "duplicate":
        return _("%(actor)s found a question like “%(title)s”: does it help?", **names)
    if kind == "reopened":
        return _("%(actor)s reopened “%(title)s”", **names)
    return _("%(actor)s asked “%(title)s”", **names)


def _rules_line(note: str) -> str:
    currency, day, what = note.split()
    begins_on = date_words(present_wording().language, date.fromisoformat(day), "long")
    if what == "withdrawn":
        return _("The rules of points announced for %(day)s will not come", day=begins_on)
    if currency == "payback":
        return _("New payback rules begin on %(day)s", day=begins_on)
    return _("New rules of points begin on %(day)s", day=begins_on)


def _trust_line(note: str) -> str:
    what, _space, rest = note.partition(" ")
    level, _space, day = rest.partition(" ")
    if not level.isdigit():
        return str(KIND_LABELS["trust"])
    words = level_words(int(level))
    if what == "up":
        return _("Your trust level is now %(level)s: %(words)s", level=level, words=words)
    if what == "down":
        return _("Your trust level is %(level)s again: %(words)s", level=level, words=words)
    return _(
        "Your trust level %(level)s (%(words)s) ends on %(day)s unless you are around more again",
        level=level,
        words=words,
        day=date_words(reader_language(), date.fromisoformat(day), "long"),
    )


def _badge_line(progress: Progress) -> str:
    if len(progress) == 1:
        return _("You were given the badge “%(badge)s”", badge=progress.note)
    return _("You have come further: %(steps)s", steps=_step_words(progress))


def _badge_names(entry: Entry) -> str:
    badges = Progress.of(entry.kind, entry.note).badges if entry.kind == "badge" else []
    return format_list(badges, locale=reader_language())


def _step_words(progress: Progress) -> str:
    badges = [_("badge “%(badge)s”", badge=name) for name in progress.badges]
    levels = [_("trust level %(level)s", level=level) for level in progress.levels]
    return format_list([*badges, *levels], locale=reader_language())


def _case_line(note: str) -> str:
    what, _sign, number = note.rpartition(":")
    if what == "asked":
        return _("A colleague asks you about case %(number)s", number=number)
    if what == "escalated":
        return _("Case %(number)s was handed over to the administrators", number=number)
    return _("Case %(number)s has waited for a day: please decide it", number=number)


def _flag_line(note: str) -> str:
    if note == "upheld":
        return _("Thank you: you were right to report it, and moderators have acted")
    return _("Thank you for reporting: moderators looked at it and found no rule broken")


def _suggestion_line(what: str) -> str:
    words = {
        "new": _("Somebody suggests a change to what you wrote"),
        "published": _("A suggested change to what you wrote was accepted"),
        "accepted": _("The change you suggested was accepted. Thank you"),
        "refused": _("The change you suggested was refused. Read why"),
        "outdated": _("The post changed before the change you suggested was decided"),
        "edit accepted": _("Your changed text is published"),
        "edit outdated": _("The post changed before your changed text was decided"),
    }
    return words.get(what) or str(KIND_LABELS["suggestion"])


def _points_line(what: str) -> str:
    if what == "adjusted":
        return _("Our team adjusted your points")
    if what == "upheld":
        return _("You were right: a line of your points was corrected")
    return _("Your appeal is answered: the line of your points stays as it is")


def _welcome_line(_note: str) -> str:
    return _("Thank you for your first answer! See here what helping others brings you")


def _payment_line(note: str) -> str:
    what, form, points = note.split()
    if what == "failed":
        return ngettext(
            "%(num)s payback point of yours could not be paid: nothing of it is lost",
            "%(num)s payback points of yours could not be paid: nothing of it is lost",
            int(points),
        )
    if form == "charity":
        return ngettext(
            "Your gift of %(num)s payback point was passed on. Thank you",
            "Your gift of %(num)s payback points was passed on. Thank you",
            int(points),
        )
    if form == "credit":
        return ngettext(
            "%(num)s payback point was credited to your bill",
            "%(num)s payback points were credited to your bill",
            int(points),
        )
    return ngettext(
        "%(num)s payback point was transferred to your bank account",
        "%(num)s payback points were transferred to your bank account",
        int(points),
    )


def _unaccepted_line(reason: str, names: dict[str, str]) -> str:
    if reason == "replaced":
        return _("Another answer to “%(title)s” was accepted instead of yours", **names)
    if reason == "deleted":
        return _("Your accepted answer to “%(title)s” was removed", **names)
    if reason == "unsolved":
        return _("%(actor)s says that “%(title)s” is still not solved", **names)
    if reason == "taken_back":
        return _("%(actor)s no longer accepts your answer to “%(title)s”", **names)
    return _(
        "%(actor)s no longer accepts your answer to “%(title)s”: %(reason)s", reason=reason, **names
    )


def _kudos_line(entry: Entry, names: dict[str, str]) -> str:
    others = max(0, (entry.kudos_count or 0) - 1)
    if not others:
        return _("%(actor)s thanked you in “%(title)s”", **names)
    return ngettext(
        "%(actor)s and %(num)s other thanked you in “%(title)s”",
        "%(actor)s and %(num)s others thanked you in “%(title)s”",
        others,
        **names,
    )


def _closed_line(reason: str, names: dict[str, str]) -> str:
    if reason not in WORDS:
        return _("%(actor)s closed “%(title)s”", **names)
    words = str(reason_words(reason))
    return _("%(actor)s closed “%(title)s”: %(reason)s", reason=words, **names)


def _ended_line(reason: str, names: dict[str, str]) -> str:
    if reason == "solved":
        return _("“%(title)s” is solved and closed now. Still not solved? Say so there", **names)
    return _("“%(title)s” was silent for long and is archived. You can open it again", **names)


def _moved_line(what: str, names: dict[str, str]) -> str:
    if what == "merge":
        return _("Your question is now part of “%(title)s”, where the same was asked", **names)
    if what == "split":
        return _("What you wrote is now the question “%(title)s”", **names)
    if what == "answer":
        return _("Your comment on “%(title)s” is an answer now", **names)
    if what == "comment":
        return _("Your answer to “%(title)s” is a comment now", **names)
    return _("Your question “%(title)s” is on another board now", **names)


def subject_of(entry: Entry) -> str:
    """Return the subject of the mail, with the question's title or what it is about."""
    if entry.kind in CODED_KINDS:
        return line_of(entry)
    if entry.kind == "trust":
        return _trust_line(entry.note)
    title = entry.title or ""
    subjects = {
        "answer": _("New answer: %(title)s", title=title),
        "comment": _("New comment: %(title)s", title=title),
        "mention": _("You were mentioned: %(title)s", title=title),
        "accepted": _("Your answer was accepted: %(title)s", title=title),
        "unaccepted": _("Your answer is no longer accepted: %(title)s", title=title),
        "confirmed": _("Marked as solved: %(title)s", title=title),
        "kudos": _("Thanks for your post: %(title)s", title=title),
        "info_request": _("More facts needed: %(title)s", title=title),
        "closed": _("Closed: %(title)s", title=title),
        "reopened": _("Open again: %(title)s", title=title),
        "ended": _("Closed after a while: %(title)s", title=title),
        "moved": _("Stands somewhere else: %(title)s", title=title),
        "duplicate": _("Asked before? %(title)s", title=title),
        "new_question": _("New question: %(title)s", title=title),
        "badge": _("A badge for you: %(badge)s", badge=_badge_names(entry)),
    }
    return subjects[entry.kind]


# Kinds about the member alone, whose note says in codes what happened.
_OF_NOTES: dict[str, Callable[[str], str]] = {
    "rules": _rules_line,
    "points": _points_line,
    "trust": _trust_line,
    "superuser": superuser_line,
    "decision": lambda what: decision_line(what) or str(KIND_LABELS["decision"]),
    "flag": _flag_line,
    "case": _case_line,
    "suggestion": _suggestion_line,
    "deadline": deadline_line,
    "support": support_line,
    "handed_over": handed_over_line,
    "solved": solved_line,
    "customer": customer_line,
    "undelivered": undelivered_line,
    "rating": rating_line,
    "payment": _payment_line,
    "line": called_line,
    "welcome": _welcome_line,
}


def collection_subject(count: int) -> str:
    """Return the subject of the mail that tells of several things at once."""
    return str(
        ngettext(
            "%(num)s thing happened in your quiet hours",
            "%(num)s things happened in your quiet hours",
            count,
        )
    )


def reason_of(kind: str) -> str:
    """Return why the reader gets this mail."""
    if kind in ("answer", "closed", "reopened"):
        return _("You get this mail because you follow the question.")
    if kind == "comment":
        return _("You get this mail because you follow the question or wrote in it.")
    if kind == "new_question":
        return _("You get this mail because you follow the board, a tag or the person.")
    if kind == "mention":
        return _("You get this mail because somebody wrote your name.")
    if kind in PERSONAL_KINDS:
        return _("You get this mail because it is about yourself.")
    return _("You get this mail because it is about your own post.")


def stop_of(kind: str) -> str:
    """Return what the unsubscribe link of this kind's mails does."""
    if kind in ("answer", "comment", "closed", "reopened"):
        return _("Stop following this question")
    return _("No more mails of this kind")
