"""Holding back newcomers whom several people flag, until moderators have looked at it."""

from flask_babel import gettext as _

from community.core.authz import SYSTEM
from community.core.i18n import speaking
from community.identity.models import User
from community.identity.queries import get_user, lock_user
from community.posts.limits import is_newcomer_on
from community.posts.policies import is_silenced
from moderation.cases.models import ModerationCase
from moderation.flags.queries import flags_against
from moderation.flags.weights import SILENCE_FLAGGERS, SILENCE_WEIGHT
from moderation.sanctions.models import READ_ONLY
from moderation.sanctions.operations.sanctions import impose_sanction, lift_sanction
from moderation.sanctions.policies import can_impose_sanction
from moderation.sanctions.queries.sanctions import get_target, list_in_force
from moderation.sanctions.queries.texts import language_of

# Moderators look at it within a day.
SILENT_DAYS = 1


def silence_if_many_flag(
    user_id: int, board_id: int | None, case: ModerationCase, *, rule: str
) -> None:
    """Let a newcomer only read for a day where three people's flags weigh 2.5 or more.

    Source: product rules 2.4. Locks the member's row, after that of the question.
    """
    member = get_user(user_id)
    if member is None or not _is_to_be_silenced(member, board_id):
        return
    member = lock_user(User.id == user_id)
    if member is None or not _is_to_be_silenced(member, board_id):
        return
    with speaking(language_of(user_id)):
        facts = _(
            "Several members reported what you wrote. You can read, and write again tomorrow, or "
            "as soon as moderators have found nothing wrong."
        )
    impose_sanction(
        SYSTEM,
        user_id,
        READ_ONLY,
        days=SILENT_DAYS,
        rule=rule,
        facts=facts,
        automated=True,
        case_id=case.id,
    )


def _is_to_be_silenced(member: User, board_id: int | None) -> bool:
    if is_silenced(member) or not is_newcomer_on(member, board_id):
        return False
    if not can_impose_sanction(SYSTEM, get_target(member.id), READ_ONLY):
        return False
    weight, flaggers = flags_against(member.id)
    return weight >= SILENCE_WEIGHT and flaggers >= SILENCE_FLAGGERS


def end_silence(user_id: int) -> None:
    """Let somebody write again whom flags silenced, where too few of these are left."""
    weight, flaggers = flags_against(user_id)
    if weight >= SILENCE_WEIGHT and flaggers >= SILENCE_FLAGGERS:
        return
    with speaking(language_of(user_id)):
        reason = _("Moderators found nothing wrong.")
    for sanction in list_in_force(user_id):
        if sanction.kind == READ_ONLY and sanction.imposed_by_id is None:
            lift_sanction(SYSTEM, sanction.id, reason)
