"""Who may flag what, and who may mend a post that flags have hidden."""

from datetime import timedelta
from typing import Protocol

from community.core.authz import Viewer, is_moderating
from community.identity.superusers import has_tool
from community.posts.policies import PostFacts, can_write, is_author

MENDING_PAUSE = timedelta(minutes=10)
FLAGGING_PAUSE = timedelta(hours=24)


class HidingFacts(Protocol):
    """What a policy needs to know of how a post was hidden."""

    @property
    def mendable(self) -> bool: ...

    @property
    def mended_at(self) -> object: ...


def can_flag_post(viewer: Viewer, post: PostFacts) -> bool:
    """Say whether the viewer may report a post they have seen: never their own.

    It may have been hidden since they saw it; the flag counts all the same.
    """
    was_seen = post.visibility in ("published", "hidden")
    return can_write(viewer) and was_seen and not is_author(viewer, post)


def can_flag_member(viewer: Viewer, member_id: int, *, is_former: bool) -> bool:
    """Say whether the viewer may report a member: not themselves, and nobody who has left."""
    return can_write(viewer) and viewer.viewer_id != member_id and not is_former


def can_see_flags(viewer: Viewer, post: PostFacts) -> bool:
    """Say whether the viewer may see for what a post was reported, though not by whom.

    Moderators, and superusers of the second tier, never about what they wrote themselves. Source:
    product rules 2.2 (by role alone, never by points) and feature F2.
    """
    if is_author(viewer, post):
        return False
    return is_moderating(viewer, post.board_id) or has_tool(viewer, "see_flags")


def can_act_at_once(viewer: Viewer, board_id: int) -> bool:
    """Say whether the viewer's flag may hide a post by itself."""
    return is_moderating(viewer, board_id)


def can_mend_post(viewer: Viewer, post: PostFacts, hiding: HidingFacts | None) -> bool:
    """Say whether the viewer may mend a post: its author, once, while flags hide it."""
    if not can_write(viewer) or not is_author(viewer, post) or post.visibility != "hidden":
        return False
    return hiding is not None and hiding.mendable and hiding.mended_at is None
