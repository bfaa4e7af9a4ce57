"""Build flags through the product's own operations."""

from community.core.db import db, transaction
from community.identity.models import User
from community.posts.models import Post
from community.questions.operations.questions import lock_question
from moderation.cases.models import ModerationCase
from moderation.cases.operations import claim_case, decide_case
from moderation.cases.queries import get_case, get_case_of_source
from moderation.flags.models import Flag
from moderation.flags.operations.flagging import flag_member, flag_post
from tests.factories.community import load_user, make_user


def make_flag(
    post: Post,
    flagger: User | None = None,
    *,
    reason: str = "spam",
    note: str = "",
    at_once: bool = False,
) -> Flag:
    """Flag a post; by a member of trust level 0 where nobody is named."""
    flagger = flagger or make_user()
    with transaction():
        question = lock_question(post.root_id or post.id)
        target = db.session.get_one(Post, post.id, populate_existing=True)
        actor = load_user(flagger.id)
        return flag_post(actor, question, target, reason=reason, note=note, at_once=at_once)


def make_member_flag(member: User, flagger: User | None = None) -> Flag:
    """Flag a member."""
    with transaction():
        actor, target = load_user((flagger or make_user()).id), load_user(member.id)
        return flag_member(actor, target, reason="abuse", note="Sends rude messages")


def hide_by_flags(post: Post) -> list[Flag]:
    """Let as many trusted members flag a post as hide it: two of trust level 4."""
    return [make_flag(post, make_user(trust_level=4)) for _number in range(2)]


def case_of(flag: Flag) -> ModerationCase:
    """Return the case a flag belongs to."""
    source = f"flag:{flag.post_id}:{flag.round}"
    if flag.post_id is None:
        source = f"flag:member:{flag.member_id}:{flag.round}"
    with transaction():
        case = get_case_of_source(source)
        assert case is not None
        return case


def decide(
    case: ModerationCase,
    key: str,
    *,
    by: User | None = None,
    note: str = "We looked at it.",
    rule: str = "spam",
) -> None:
    """Claim and decide a case as a moderator."""
    judge = by or make_user(role="moderator")
    with transaction():
        claim_case(judge, get_case(judge, case.id))
    with transaction():
        decide_case(judge, get_case(judge, case.id), key, note, rule)
