"""What the pages of the scheme call things."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from community.core.audit import Action
from community.identity.superusers import TOOLBOX

STATE_WORDS: dict[str, LazyString] = {
    "applied": _l("has applied"),
    "invited": _l("is invited"),
    "active": _l("is a superuser"),
    "rejected": _l("was turned down"),
    "declined": _l("did not want to"),
    "lapsed": _l("did not answer"),
    "left": _l("left by own wish"),
    "ended": _l("ended by the team"),
}

ORIGIN_WORDS: dict[str, LazyString] = {
    "application": _l("own application"),
    "invitation": _l("invitation"),
    "grant": _l("role given by hand"),
}

TOOL_WORDS: dict[str, LazyString] = {
    "edit_without_review": _l("improve posts of others without review"),
    "retag": _l("change tags"),
    "confirm_solution": _l("confirm solutions of others"),
    "close_as_duplicate": _l("close questions as duplicates"),
    "move_to_board": _l("move questions to another board"),
    "merge": _l("merge questions"),
    "use_templates": _l("answer with templates"),
    "see_flags": _l("see what was reported"),
}


DEED_WORDS: dict[str, LazyString] = {
    Action.SUPERUSER_INVITED: _l("Invited to be a superuser"),
    Action.SUPERUSER_APPLIED: _l("Applied to be a superuser"),
    Action.SUPERUSER_APPROVED: _l("Application as superuser approved"),
    Action.SUPERUSER_REJECTED: _l("Application as superuser turned down"),
    Action.SUPERUSER_AGREED: _l("Superuser agreement accepted"),
    Action.SUPERUSER_STARTED: _l("Became a superuser"),
    Action.SUPERUSER_TIER_SET: _l("Superuser tier changed"),
    Action.SUPERUSER_EXTENDED: _l("Superuser for another half year"),
    Action.SUPERUSER_DECLINED: _l("Did not want to become a superuser"),
    Action.SUPERUSER_LAPSED: _l("Invitation as superuser not answered"),
    Action.SUPERUSER_LEFT: _l("Stopped being a superuser by own wish"),
    Action.SUPERUSER_ENDED: _l("Superuser membership ended by the team"),
}


def state_words(state: str) -> str:
    """Return what became of a membership."""
    return str(STATE_WORDS[state])


def deed_words(action: str) -> str:
    """Return what was done about a membership."""
    return str(DEED_WORDS[action])


def origin_words(origin: str) -> str:
    """Return how a membership began."""
    return str(ORIGIN_WORDS[origin])


def tools_of(tier: int) -> list[tuple[int, str]]:
    """Return the tools of a tier, with the tier each begins with."""
    return [(least, str(TOOL_WORDS[tool])) for tool, least in TOOLBOX.items() if least <= tier]


def obstacle_words(obstacle: str | None) -> str:
    """Return why somebody cannot apply; "" where they can, or where the page says it better."""
    words = {
        "staff": _("You belong to the team already."),
        "silenced": _("You cannot write at the moment. Once you can again, you may apply."),
        "pause": _("Please wait for 90 days after a no before you apply again."),
    }
    return words.get(obstacle or "", "")
