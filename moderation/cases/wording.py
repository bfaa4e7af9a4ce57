"""What cases, their states and what speaks for them are called."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from moderation.cases.kinds import CaseKind, kind_of
from moderation.cases.models import ModerationCase

STATE_WORDS: dict[str, LazyString] = {
    "open": _l("Nobody is at work on it"),
    "claimed": _l("At work"),
    "decided": _l("Decided, being carried out"),
    "actioned": _l("Carried out"),
    "undone": _l("Taken back"),
    "closed": _l("Closed"),
}
DECISION_WORDS: dict[str, LazyString] = {
    "no_violation": _l("No rule was broken"),
    "violation": _l("Rules were broken"),
}
SIGNAL_WORDS: dict[str, LazyString] = {
    "pair": _l("Two members thank each other far more often than others"),
    "ring": _l("A closed group whose members thank each other"),
    "feeding": _l("Several accounts that thank hardly anybody but one"),
    "acceptances": _l("Mostly their own questions, answered and accepted among themselves"),
    "linked": _l("Most of them share a device or an address with another one"),
    "new_accounts": _l("Most accounts were new at the time"),
}


def words_of(words: dict[str, LazyString], code: str | None) -> LazyString | str:
    """Return what something is called, in the reader's language; its code where nobody said."""
    return words.get(code or "", code or "")


def decision_words(case: ModerationCase) -> LazyString | str:
    """Return what was decided, as its kind calls it."""
    choice = kind_of(case).decision(case.decision_key)
    return choice.label if choice else words_of(DECISION_WORDS, case.decision)


def choices_of(kind: CaseKind) -> list[tuple[str, LazyString | str, LazyString | str]]:
    """Return what can be decided, as a form offers it: key, label and hint."""
    return [(choice.key, choice.label, choice.hint) for choice in kind.decisions]
