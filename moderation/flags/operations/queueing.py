"""What moderators find in the queue about flags."""

from typing import Any

from sqlalchemy import ColumnElement

from community.core.settings import current_settings
from community.posts.models import Post
from moderation.cases.models import HIGHEST_PRIORITY, ModerationCase
from moderation.cases.operations import open_case
from moderation.flags.models import Flag
from moderation.flags.queries import newest_hiding, open_round, reasons_of
from moderation.flags.weights import hiding_weight

POST_KIND, MEMBER_KIND = "flag", "member"
# What a post has in the queue whose flags are just heavy enough to hide it.
PRIORITY_WHEN_HIDDEN = 750


def source_of_post(post_id: int, number: int) -> str:
    """Return what a round of flags on a post is called in the queue."""
    return f"flag:{post_id}:{number}"


def source_of_member(member_id: int, number: int) -> str:
    """Return what a round of flags on a member is called in the queue."""
    return f"flag:member:{member_id}:{number}"


def open_post_case(post: Post, number: int) -> ModerationCase:
    """Open the case of the open flags on a post, or bring it up to date."""
    evidence = _evidence(Flag.post_id == post.id, number)
    hiding = newest_hiding(post.id)
    if hiding is not None and hiding.round == number:
        evidence["hidden"] = True
        evidence["mended"] = hiding.mended_at is not None
    return open_case(
        POST_KIND,
        source_of_post(post.id, number),
        subject_ids=[post.author_id],
        evidence=evidence,
        post_id=post.id,
        priority=_priority_of(evidence["weight"]),
    )


def open_member_case(flag: Flag) -> ModerationCase:
    """Open the case of the open flags on a member, or bring it up to date."""
    assert flag.member_id is not None
    evidence = _evidence(Flag.member_id == flag.member_id, flag.round)
    return open_case(
        MEMBER_KIND,
        source_of_member(flag.member_id, flag.round),
        subject_ids=[flag.member_id],
        evidence={**evidence, "member_id": flag.member_id},
        priority=_priority_of(evidence["weight"]),
    )


def _evidence(target: ColumnElement[bool], number: int) -> dict[str, Any]:
    present = open_round(target)
    return {
        "round": number,
        "flags": present.flags,
        "weight": round(present.weight, 2),
        "reasons": reasons_of(target, number),
    }


def _priority_of(weight: float) -> int:
    share = weight / hiding_weight(current_settings().flag_sensitivity)
    return min(HIGHEST_PRIORITY, round(PRIORITY_WHEN_HIDDEN * share))
