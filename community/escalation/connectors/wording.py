"""What is said about connectors."""

from flask_babel import lazy_gettext as _l

from community.escalation.connectors.models import COMMENT_DECLINED, FAILED, STATE_DECLINED

PROBLEM_WORDS = {
    FAILED: _l("The other side could not be reached, or refused."),
    STATE_DECLINED: _l(
        "The ticket came to a state that the case cannot take over: a solved case needs an owner, "
        "a closed one stays closed. Bring the case where it belongs, here."
    ),
    COMMENT_DECLINED: _l(
        "A comment there could not be taken over: the case is closed, or nobody would get it."
    ),
}
