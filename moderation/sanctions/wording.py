"""What measures are called, and how a statement of reasons is put together from its parts.

How a measure is told is the operator's to word (``SanctionWording``). What the law wants in every
statement is not: how long it holds, which rule, which facts, whether they were found automatically,
and how to appeal. Source: Regulation (EU) 2022/2065, Article 17 (3).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from community.core.i18n import speaking
from community.core.settings import current_settings
from community.core.wording import day, instant
from moderation.rules import rule_label, rule_text

VARIABLES: dict[str, LazyString] = {
    "name": _l("the member’s name"),
    "site": _l("the name of this site"),
    "post": _l("which post it is about"),
    "days": _l("how many days it lasts"),
    "until": _l("until when it lasts"),
}
_VARIABLE = re.compile(r"\{([^{}]*)\}")

MEASURE_WORDS: dict[str, LazyString] = {
    "post_hidden": _l("Post hidden"),
    "post_deleted": _l("Post deleted"),
    "post_restored": _l("Post visible again"),
    "image_removed": _l("Picture taken down"),
    "edit_refused": _l("Changed text refused"),
    "notice": _l("Notice"),
    "warning": _l("Warning"),
    "read_only": _l("Read-only"),
    "suspension": _l("Suspension"),
    "ban": _l("Ban"),
}
STATE_WORDS: dict[str, LazyString] = {
    "active": _l("In force"),
    "expired": _l("Ended by itself"),
    "lifted": _l("Lifted"),
}
LADDER_HINTS: dict[str, LazyString] = {
    "notice": _l("A friendly word. Nothing follows from it."),
    "warning": _l("The member confirms to have read it. Nothing else changes."),
    "read_only": _l("For 1, 3, 7 or 30 days the member reads but does not write."),
    "suspension": _l("Signed out everywhere, and no way in until it ends."),
    "ban": _l("Signed out everywhere, and no way in any more."),
}
DEFAULT_WORDINGS: dict[str, LazyString] = {
    "post_hidden": _l("We have hidden {post}. Others cannot read it any more."),
    "post_deleted": _l("We have deleted {post}."),
    "post_restored": _l(
        "We have made {post} visible again. What we decided about it before holds no longer."
    ),
    "image_removed": _l(
        "We have taken down a picture in {post}. Others cannot see it any more; what you wrote "
        "stays."
    ),
    "edit_refused": _l(
        "We have not published your change of {post}. It stays as it was; your text is kept under "
        "your suggested changes."
    ),
    "notice": _l(
        "We would like to draw your attention to something. Nothing follows from it: "
        "you can read and write as before."
    ),
    "warning": _l(
        "This is a warning. You can read and write as before, but if it happens again "
        "you may not be able to write for some time."
    ),
    "read_only": _l(
        "For {days} you can read but not write. Everything you wrote stays where it is."
    ),
    "suspension": _l(
        "Your account is suspended for {days}. You cannot sign in during that time. "
        "What you wrote stays where it is."
    ),
    "ban": _l("Your account is closed for good. You cannot sign in any more."),
}


@dataclass(frozen=True, kw_only=True)
class StatementDraft:
    """A statement of reasons before it is issued, with all that stands in its text.

    ``automated`` says that it was found automatically, ``by_machine`` that no person decided
    either. ``post_kind`` is question, answer or comment, "" where it is about no post.
    """

    name: str
    measure: str
    rule: str
    facts: str
    automated: bool = False
    by_machine: bool = False
    post_kind: str = ""
    post_title: str = ""
    days: int | None = None
    until: datetime | None = None
    appeal_until: datetime | None = None
    time_zone: str | None = None


def measure_words(measure: str) -> str:
    """Return what a measure is called, in the reader's language."""
    return str(MEASURE_WORDS.get(measure, measure))


def default_wording(measure: str, language: str) -> str:
    """Return how we word a measure in a language, variables in braces."""
    with speaking(language):
        return str(DEFAULT_WORDINGS[measure])


def compose(draft: StatementDraft, wording: str, language: str) -> str:
    """Return the whole text in a language: paragraphs with an empty line between them."""
    with speaking(language, draft.time_zone):
        parts = (
            fill(wording, _values(draft)),
            _lasts(draft),
            _(
                "The rule: %(label)s. %(text)s",
                label=rule_label(draft.rule),
                text=rule_text(draft.rule),
            ),
            _("What happened: %(facts)s", facts=draft.facts.strip()),
            _found(draft),
            _appeal(draft),
        )
    return "\n\n".join(part for part in parts if part)


def fill(wording: str, values: Mapping[str, str]) -> str:
    """Put values in the place of variables, once: what stands in a value stays as it is."""
    return _VARIABLE.sub(lambda found: values.get(found[1], found[0]), wording).strip()


def unknown_variables(wording: str) -> list[str]:
    """Return what stands in braces and is no variable."""
    return sorted({name for name in _VARIABLE.findall(wording) if name not in VARIABLES})


def _values(draft: StatementDraft) -> dict[str, str]:
    return {
        "name": draft.name,
        "site": current_settings().site_name,
        "post": _post_of(draft),
        "days": days_words(draft.days),
        "until": instant(draft.until) if draft.until else _("an open end"),
    }


def _post_of(draft: StatementDraft) -> str:
    """Return which post is meant; what somebody wanted to change may be somebody else's."""
    if draft.measure != "edit_refused":
        return post_words(draft.post_kind, draft.post_title)
    words = {
        "question": _("the question “%(title)s”", title=draft.post_title),
        "answer": _("the answer to “%(title)s”", title=draft.post_title),
        "comment": _("the comment on “%(title)s”", title=draft.post_title),
    }
    return words.get(draft.post_kind) or _("a post")


def post_words(kind: str, title: str) -> str:
    """Return which post is meant, as it stands in a sentence after "we have hidden"."""
    if kind == "question":
        return _("your question “%(title)s”", title=title)
    if kind == "answer":
        return _("your answer to “%(title)s”", title=title)
    if kind == "comment":
        return _("your comment on “%(title)s”", title=title)
    return _("your post")


def days_words(days: int | None) -> str:
    """Return a number of days in words."""
    return _("an unlimited time") if days is None else ngettext("%(num)s day", "%(num)s days", days)


def _lasts(draft: StatementDraft) -> str:
    if draft.until is not None:
        return _("It ends by itself: %(until)s.", until=instant(draft.until))
    return _("It has no end.") if draft.measure == "ban" else ""


def _found(draft: StatementDraft) -> str:
    if draft.by_machine:
        return _("This was found and decided automatically; nobody has looked at it yet.")
    if draft.automated:
        return _("This was found automatically and decided by a person.")
    return _("This was found and decided by people, not automatically.")


def _appeal(draft: StatementDraft) -> str:
    if draft.appeal_until is None:
        return ""
    return _(
        "If you think this is wrong, you can appeal once, until %(day)s: on the page of this "
        "decision. Somebody decides about it who had no part in this.",
        day=day(draft.appeal_until, "long"),
    )
