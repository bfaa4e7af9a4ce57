"""Who may do what with a post. Pure: records are loaded by the caller."""

from datetime import datetime, timedelta
from typing import Protocol

from community.core import clock
from community.core.authz import Viewer, is_moderating, is_signed_in, is_staff, roles_on
from community.core.privileges import Privilege
from community.core.settings import current_settings
from community.identity.privileges import has_privilege
from community.identity.superusers import has_tool

SUPERUSER_EDIT_DAYS = 30
NEWCOMER_POSTS = 3
TRUSTED_LEVEL = 2


class Member(Viewer, Protocol):
    """What a policy needs to know of somebody with an account."""

    @property
    def created_at(self) -> datetime: ...

    @property
    def solved_count(self) -> int: ...

    @property
    def trust_level(self) -> int: ...

    @property
    def trust_fixed(self) -> bool: ...


class ImageFacts(Protocol):
    """What a policy needs to know of a picture."""

    @property
    def uploader_id(self) -> int: ...


class PostFacts(Protocol):
    """What a policy needs to know of a post; rows of list queries have it too."""

    @property
    def author_id(self) -> int: ...

    @property
    def board_id(self) -> int: ...

    @property
    def visibility(self) -> str: ...

    @property
    def created_at(self) -> datetime: ...


class SuggestionFacts(Protocol):
    """What a policy needs to know of a suggested change."""

    @property
    def author_id(self) -> int: ...

    @property
    def is_waiting(self) -> bool: ...

    @property
    def is_held(self) -> bool: ...


class TextFacts(PostFacts, Protocol):
    """What a policy needs to know of a post whose text is to be changed."""

    @property
    def kind(self) -> str: ...


def is_author(viewer: Viewer, post: PostFacts) -> bool:
    """Say whether the viewer wrote the post."""
    return viewer.viewer_id is not None and viewer.viewer_id == post.author_id


def is_silenced(viewer: Viewer) -> bool:
    """Say whether the viewer may read but not write for now."""
    until = getattr(viewer, "silenced_until", None)
    return until is not None and until > clock.now()


def is_newcomer(member: Member, published_count: int, board_id: int | None) -> bool:
    """Say whether a member is new on a board, so that limits are tighter.

    New is who stands at trust level 0, has no accepted answer yet and either joined less than a day
    ago or has published fewer than three posts (``published_count`` need not be counted beyond
    that); and whomever an administrator has put back to level 0. Superusers and staff, also of this
    board alone, are known to somebody. Source: product rules 2.3.
    """
    if is_staff(member, board_id) or "superuser" in member.role_names:
        return False
    if member.trust_fixed and member.trust_level == 0:
        return True
    if member.trust_level > 0 or member.solved_count:
        return False
    return is_first_day(member) or published_count < NEWCOMER_POSTS


def is_first_day(member: Member) -> bool:
    """Say whether the account is less than a day old."""
    return clock.now() - member.created_at < timedelta(days=1)


def can_write(viewer: Viewer) -> bool:
    """Say whether the viewer may write anything at all."""
    return is_signed_in(viewer) and not is_silenced(viewer)


def kudos_privilege(viewer: Viewer, asker_id: int | None) -> Privilege:
    """Return the power it takes to thank somebody below a question of this asker."""
    is_asker = viewer.viewer_id is not None and viewer.viewer_id == asker_id
    return Privilege.KUDOS_ASKER if is_asker else Privilege.KUDOS


def is_thankable(viewer: Viewer, post: PostFacts) -> bool:
    """Say whether a post is one for which the viewer could be grateful: never an own one."""
    return can_write(viewer) and post.visibility == "published" and not is_author(viewer, post)


def can_give_kudos(viewer: Viewer, post: PostFacts, *, asker_id: int | None) -> bool:
    """Say whether the viewer may thank the author; ``asker_id`` is who asked the question."""
    needed = kudos_privilege(viewer, asker_id)
    return is_thankable(viewer, post) and has_privilege(viewer, needed, post.board_id)


def is_held_own(viewer: Viewer, post: PostFacts) -> bool:
    """Say whether this is a post of the viewer's that waits for a person: theirs to change."""
    return post.visibility == "held" and is_author(viewer, post)


def is_trusted(member: Member, board_id: int) -> bool:
    """Say whether somebody's texts need no second look for being new here.

    Staff, also of this board alone, superusers, and members from trust level 2 on.
    """
    known = is_staff(member, board_id) or "superuser" in member.role_names
    return known or member.trust_level >= TRUSTED_LEVEL


def can_edit_post(viewer: Viewer, post: TextFacts, *, is_locked: bool) -> bool:
    """Say whether the viewer may change the text.

    Authors within the edit window (superusers 30 days), moderators always, with their name; who
    has the standing also what others wrote, comments excepted, and superusers all of it. Sources:
    product rules 2.9, 2.2, feature F2.
    """
    if not can_write(viewer):
        return False
    if is_moderating(viewer, post.board_id):
        return True
    if is_held_own(viewer, post):
        return True
    if post.visibility != "published" or is_locked:
        return False
    if is_author(viewer, post) and clock.now() - post.created_at <= _edit_window(
        viewer, post.board_id
    ):
        return True
    if has_tool(viewer, "edit_without_review"):
        return True
    return post.kind != "comment" and _edits_for_others(viewer, post.board_id)


def _edits_for_others(viewer: Viewer, board_id: int) -> bool:
    # Not agents: staff answer customers, only moderators change what these wrote.
    if is_staff(viewer, board_id):
        return False
    return has_privilege(viewer, Privilege.EDIT, board_id)


def _edit_window(viewer: Viewer, board_id: int) -> timedelta:
    if not roles_on(viewer, board_id).isdisjoint({"superuser", "agent"}):
        return timedelta(days=SUPERUSER_EDIT_DAYS)
    return timedelta(days=current_settings().edit_window_days)


def is_suggestible(viewer: Viewer, post: TextFacts, *, is_locked: bool) -> bool:
    """Say whether a change of the post is one to suggest: not of one's own, nor of comments.

    Whoever may edit the post does that.
    """
    return (
        can_write(viewer)
        and post.visibility == "published"
        and post.kind != "comment"
        and not is_locked
        and not is_author(viewer, post)
        and not can_edit_post(viewer, post, is_locked=is_locked)
    )


def can_suggest_edit(viewer: Viewer, post: TextFacts, *, is_locked: bool) -> bool:
    """Say whether the viewer may suggest a change. Source: product rules 2.2."""
    standing = has_privilege(viewer, Privilege.SUGGEST_EDIT, post.board_id)
    return standing and is_suggestible(viewer, post, is_locked=is_locked)


def can_review(viewer: Viewer, board_id: int | None) -> bool:
    """Say whether the viewer's voice counts about suggestions and first posts on a board."""
    return can_write(viewer) and has_privilege(viewer, Privilege.REVIEW, board_id)


def can_release_post(viewer: Viewer, post: PostFacts) -> bool:
    """Say whether the viewer may publish what waits: moderators, and reviewers, never their own."""
    if is_moderating(viewer, post.board_id):
        return True
    return can_review(viewer, post.board_id) and not is_author(viewer, post)


def can_see_suggestion(viewer: Viewer, post: PostFacts, suggestion: SuggestionFacts) -> bool:
    """Say whether the viewer, who sees the post, may see a change of it that was suggested.

    Who made it and moderators; unless moderators must see it first also the post's author and
    reviewers.
    """
    if viewer.viewer_id is not None and viewer.viewer_id == suggestion.author_id:
        return True
    if is_moderating(viewer, post.board_id):
        return True
    concerned = is_author(viewer, post) or can_review(viewer, post.board_id)
    return concerned and not suggestion.is_held


def can_decide_suggestion(
    viewer: Viewer, post: PostFacts, suggestion: SuggestionFacts, *, is_locked: bool
) -> bool:
    """Say whether one word of the viewer decides: the post's author, and moderators.

    Nobody decides about what they suggested themselves. What moderators must see first is decided
    in its case, where a refusal names the rule and can be appealed against.
    """
    own = viewer.viewer_id == suggestion.author_id
    if own or suggestion.is_held or not can_write(viewer):
        return False
    if is_moderating(viewer, post.board_id):
        return True
    return is_author(viewer, post) and not is_locked


def can_withdraw_suggestion(viewer: Viewer, suggestion: SuggestionFacts) -> bool:
    """Say whether the viewer may take a suggestion back: who made it, while it waits."""
    mine = viewer.viewer_id is not None and viewer.viewer_id == suggestion.author_id
    return mine and suggestion.is_waiting


def can_delete_post(viewer: Viewer, post: PostFacts, *, is_locked: bool, has_replies: bool) -> bool:
    """Say whether the viewer may delete: authors while nobody has replied, moderators always.

    Authors may always take back what waits for a person.
    """
    if is_moderating(viewer, post.board_id):
        return post.visibility != "deleted"
    if not can_write(viewer):
        return False
    if is_held_own(viewer, post):
        return True
    mine = is_author(viewer, post) and post.visibility == "published"
    return mine and not is_locked and not has_replies


def can_hide_post(viewer: Viewer, post: PostFacts) -> bool:
    """Say whether the viewer may take the post out of sight (or bring it back)."""
    return is_moderating(viewer, post.board_id)


def can_see_held(viewer: Viewer, post: PostFacts) -> bool:
    """Say whether the viewer may read a post that waits: its author, and who judges it."""
    return is_held_own(viewer, post) or is_moderating(viewer, post.board_id)


def can_remove_image(viewer: Viewer, image: ImageFacts, board_id: int | None) -> bool:
    """Say whether the viewer may take a picture down: whose it is, and moderators.

    ``board_id`` is the board of the post that shows it, None while none does.
    """
    if viewer.viewer_id is not None and viewer.viewer_id == image.uploader_id:
        return True
    return board_id is not None and is_moderating(viewer, board_id)


def can_restore_image(viewer: Viewer, board_id: int) -> bool:
    """Say whether the viewer may bring a picture back that was taken down."""
    return is_moderating(viewer, board_id)


def can_see_history(viewer: Viewer, post: PostFacts) -> bool:
    """Say whether the viewer may read earlier versions; the post itself is visible to them."""
    return post.visibility == "published" or is_moderating(viewer, post.board_id)
