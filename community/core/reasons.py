"""Why somebody does it: the one rule for words that an act cannot do without.

The operation asks for them, whoever calls it: a page, a command or another operation.
"""

from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from community.core import markup
from community.core.audit_reasons import REASON_MAX_CHARS
from community.core.errors import Invalid

UNACCEPTABLE = _l("There are characters in this text that cannot be stored.")


class ReasonUnfit(Invalid):
    """What the team does to somebody, or with what they wrote, has a reason, which is kept."""

    message = _l("Please say why; it is kept in the audit log.")


class Reason(NamedTuple):
    """A reason as it is stored, and what is wrong with it, if anything is."""

    text: str
    problem: str | LazyString | None


def read_reason(
    typed: str,
    *,
    shortest: int = 1,
    longest: int = REASON_MAX_CHARS,
    missing: str | LazyString = ReasonUnfit.message,
) -> Reason:
    """Return a reason without blanks around it; ``missing`` is said where it is too short.

    Lengths are in characters. One that is too long is refused, not cut: it would say less than what
    somebody answers for.
    """
    try:
        text = markup.clean_text(typed).strip()
    except markup.UnacceptableText:
        return Reason("", UNACCEPTABLE)
    if len(text) > longest:
        return Reason(text, _l("Please shorten this to %(num)s characters.", num=longest))
    return Reason(text, None if len(text) >= shortest else missing)


def fit_reason(
    typed: str,
    *,
    field: str = "reason",
    shortest: int = 1,
    longest: int = REASON_MAX_CHARS,
    missing: str | LazyString = ReasonUnfit.message,
) -> str:
    """Return a reason as ``read_reason`` does; raises ``ReasonUnfit`` naming the field."""
    text, problem = read_reason(typed, shortest=shortest, longest=longest, missing=missing)
    if problem is not None:
        raise ReasonUnfit(problem, errors={field: problem})
    return text
