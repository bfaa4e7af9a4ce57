"""Reads of a post's versions: who wrote each, and what changed from one to the next."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from sqlalchemy import or_, select

from community.core.authz import Viewer
from community.core.db import db
from community.core.errors import NotFound
from community.identity.models import User
from community.identity.people import PERSON_WIDTH, Person, person_columns
from community.posts.diffs import DiffLine, diff_lines
from community.posts.models import Post, Revision, SuggestedEdit
from community.posts.policies import can_see_history
from community.posts.tagging import tag_names_of
from community.posts.visibility import post_is_moderated, post_is_visible

VERSIONS_PER_PAGE = 10


@dataclass(frozen=True)
class Version:
    """One version of a post. ``note`` says why it was made out of the one before.

    ``accepted_by`` is who took it, where the editor had suggested it.
    """

    number: int
    title: str | None
    tags: str
    body: str
    editor: Person
    written_at: datetime
    note: str = ""
    accepted_by: Person | None = None


@dataclass(frozen=True)
class Change:
    """A version with its differences from the one before; the first version has none."""

    version: Version
    title: list[DiffLine]
    tags: list[DiffLine]
    body: list[DiffLine]
    is_first: bool


@dataclass(frozen=True)
class History:
    """A page of a post's changes, newest first; ``older`` is the number the next page is before.

    ``is_removed`` says that the viewer reads it for being a moderator alone.
    """

    post: Post
    changes: list[Change]
    older: int | None
    is_removed: bool = False


def get_post_for_history(viewer: Viewer, post_id: int) -> Post:
    """Return a post whose history the viewer may read; raises ``NotFound``.

    Moderators of its board also reach what was held, hidden or deleted.
    """
    readable = or_(post_is_visible(viewer), post_is_moderated(viewer))
    post = db.session.scalar(select(Post).where(Post.id == post_id, readable))
    if post is None or not can_see_history(viewer, post):
        raise NotFound()
    return post


def page_of_history(viewer: Viewer, post_id: int, before: int | None = None) -> History:
    """Return a post's changes, newest first; ``before`` is the number of a version to go on from.

    Raises ``NotFound``.
    """
    post = get_post_for_history(viewer, post_id)
    seen = select(Post.id).where(Post.id == post_id, post_is_visible(viewer))
    kept = _revisions(post.id, before)
    versions = [_version(revision, editor) for revision, editor in kept]
    if before is None:
        versions.insert(0, _present_version(post, versions[0].number if versions else 0))
    versions = _credited(post.id, versions)
    notes = {revision.number + 1: revision.note for revision, _ in kept}
    changes = _changes(versions, notes)
    older = changes[-1].version.number if changes and not changes[-1].is_first else None
    return History(post, changes, older, is_removed=db.session.scalar(seen) is None)


def _revisions(post_id: int, before: int | None) -> Sequence[tuple[Revision, Person]]:
    query = (
        select(Revision, *person_columns())
        .join(User, User.id == Revision.author_id)
        .where(Revision.post_id == post_id)
        .order_by(Revision.number.desc())
        .limit(VERSIONS_PER_PAGE + 1)
    )
    if before is not None:
        query = query.where(Revision.number < before)
    return [(row[0], Person._make(row[1 : PERSON_WIDTH + 1])) for row in db.session.execute(query)]


def _version(revision: Revision, editor: Person) -> Version:
    return Version(
        revision.number,
        revision.title,
        revision.tags,
        revision.body,
        editor,
        revision.written_at,
    )


def _present_version(post: Post, newest_kept: int) -> Version:
    editor_id = post.edited_by_id or post.author_id
    row = db.session.execute(select(*person_columns()).where(User.id == editor_id)).one()
    return Version(
        newest_kept + 1,
        # Only questions have a title; that column belongs to the package above.
        getattr(post, "title", None),
        ", ".join(tag_names_of(post.id)),
        post.body,
        Person._make(row),
        post.edited_at or post.created_at,
    )


def _credited(post_id: int, versions: list[Version]) -> list[Version]:
    """Add who took the versions that somebody else had suggested: they were made at that time."""
    taken = (
        SuggestedEdit.post_id == post_id,
        SuggestedEdit.state == "accepted",
        SuggestedEdit.is_held.is_(False),
        SuggestedEdit.decided_at.in_([version.written_at for version in versions]),
    )
    rows = db.session.execute(
        select(SuggestedEdit.author_id, SuggestedEdit.decided_at, *person_columns())
        .join(User, User.id == SuggestedEdit.decided_by_id)
        .where(*taken)
    )
    deciders = {(row[0], row[1]): Person._make(row[2:]) for row in rows}
    return [
        replace(version, accepted_by=deciders.get((version.editor.id, version.written_at)))
        for version in versions
    ]


def _changes(versions: list[Version], notes: dict[int, str]) -> list[Change]:
    """Compare neighbours. The last one is shown only if it is the first version of all."""
    changes = [
        _change(version, before, notes.get(version.number, ""))
        for version, before in pairwise(versions)
    ]
    if versions and versions[-1].number == 1:
        changes.append(Change(versions[-1], [], [], [], is_first=True))
    return changes


def _change(version: Version, before: Version, note: str) -> Change:
    return Change(
        version=replace(version, note=note),
        title=diff_lines(before.title or "", version.title or ""),
        tags=diff_lines(before.tags, version.tags),
        body=diff_lines(before.body, version.body),
        is_first=False,
    )
