"""Tags on posts."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from community.core import clock
from community.core.authz import Viewer
from community.core.db import db, insert_ignoring_conflicts
from community.core.privileges import Privilege
from community.identity.privileges import has_privilege, missing_words
from community.posts.models import Post, PostTag, Tag
from community.posts.text import Problem


def find_or_make_tags(names: Sequence[str]) -> list[int]:
    """Return the ids of tags by name, making those that are missing; order is not kept."""
    if not names:
        return []
    known = _ids_by_name(names)
    # In one order: two askers with the same new tags must not wait for each other.
    for name in sorted(names):
        if name not in known:
            db.session.execute(
                insert_ignoring_conflicts(Tag).values(name=name, created_at=clock.now())
            )
    return list(_ids_by_name(names).values() if len(known) < len(names) else known.values())


def _ids_by_name(names: Sequence[str]) -> dict[str, int]:
    rows = db.session.execute(select(Tag.name, Tag.id).where(Tag.name.in_(names)))
    return {row.name: row.id for row in rows}


def check_new_tags(actor: Viewer, board_id: int, names: Sequence[str]) -> Problem | None:
    """Return what is wrong with tags nobody has used yet where the actor may not make new ones."""
    if not names or has_privilege(actor, Privilege.NEW_TAG, board_id):
        return None
    unknown = sorted(set(names) - set(_ids_by_name(names)))
    if not unknown:
        return None
    return _l(
        "%(missing)s Please leave these out: %(tags)s",
        missing=missing_words(Privilege.NEW_TAG, actor),
        tags=", ".join(unknown),
    )


def put_tags(post: Post, names: Sequence[str]) -> list[int]:
    """Make the post carry exactly these tags; returns their ids. Totals are the caller's."""
    ids = find_or_make_tags(names)
    db.session.execute(delete(PostTag).where(PostTag.post_id == post.id))
    for tag_id in ids:
        db.session.add(PostTag(post_id=post.id, tag_id=tag_id))
    db.session.flush()
    return ids


def tag_names_of(post_id: int) -> list[str]:
    """Return a post's tag names, sorted."""
    names = db.session.scalars(
        select(Tag.name)
        .join(PostTag, PostTag.tag_id == Tag.id)
        .where(PostTag.post_id == post_id)
        .order_by(Tag.name)
    )
    return list(names)
