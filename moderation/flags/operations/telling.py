"""What the author of a hidden post is told, and what became of a report its flagger is told."""

from flask_babel import gettext as _

from community.core.authz import SYSTEM, Viewer
from community.core.i18n import speaking
from community.core.jobs import emit
from community.core.settings import current_settings
from community.events.reports import FlagAnswered
from community.identity.models import User
from community.posts.models import Post
from moderation.cases.models import ModerationCase
from moderation.flags.models import AGREED, Flag
from moderation.flags.queries import reasons_of
from moderation.rules import rule_label
from moderation.sanctions.models import POST_HIDDEN
from moderation.sanctions.operations.statements import issue_statement
from moderation.sanctions.queries.texts import language_of


def mending_address(post_id: int) -> str:
    """Return where the author of a hidden post mends it."""
    return f"{current_settings().site_url.rstrip('/')}/posts/{post_id}/mending"


def tell_of_hiding(
    post: Post, case: ModerationCase, *, number: int, mendable: bool, actor: User | None
) -> None:
    """Tell the author that flags hid a post, why, and how to mend it.

    ``actor`` is the moderator who did not wait for others; None where the weight did it.
    """
    reasons = reasons_of(Flag.post_id == post.id, number)
    teller: Viewer = SYSTEM if actor is None else actor
    with speaking(language_of(post.author_id)):
        facts = "\n\n".join(_facts(post, reasons, mendable=mendable))
    issue_statement(
        teller,
        user_id=post.author_id,
        measure=POST_HIDDEN,
        rule=reasons[0],
        facts=facts,
        post_id=post.id,
        automated=actor is None,
        case_id=case.id,
    )


def _facts(post: Post, reasons: list[str], *, mendable: bool) -> list[str]:
    words = ", ".join(f"“{rule_label(reason)}”" for reason in reasons)
    facts = [
        _("It was reported as %(reasons)s. Moderators will look at it and decide.", reasons=words)
    ]
    if mendable:
        facts.append(how_to_mend(post.id))
    return facts


def how_to_mend(post_id: int) -> str:
    """Say in the present language how an author brings a hidden post back."""
    return _(
        "You can change it once, from 10 minutes after it was hidden; then everybody sees it "
        "again: %(address)s",
        address=mending_address(post_id),
    )


def tell_flaggers(flags: list[Flag]) -> None:
    """Tell who reported something what was decided, with thanks."""
    for flag in flags:
        emit(FlagAnswered(flag.id, flag.flagger_id, flag.outcome == AGREED))
