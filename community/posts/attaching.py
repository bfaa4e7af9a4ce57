"""Pictures: taken in, hung on posts, taken down, forgotten.

Making a picture anew takes up to seconds, so it is done before any lock is taken; what is written
to the database afterwards is a row.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Update, delete, select, update

from community.core import audit, clock, images, markup
from community.core.allowances import Allowance, allowance_key, seconds_to_wait, take_place
from community.core.authz import Viewer, is_staff, require
from community.core.db import count_changed, db, joined_transaction, lock_row, transaction
from community.core.errors import NotFound
from community.core.jobs import emit, enqueue, external
from community.core.reasons import fit_reason
from community.core.settings import current_settings
from community.events import ImageAdded
from community.identity.models import User
from community.posts.errors import EnoughImages, EnoughImagesToday
from community.posts.image_files import (
    delete_image_files,
    delete_images,
    list_stored_keys,
    write_image,
)
from community.posts.models import Attachment, Draft, Post, SuggestedEdit
from community.posts.policies import can_remove_image, can_restore_image, can_write
from community.posts.queries import room_of_images
from community.posts.visibility import image_is_visible

ALT_MAX_CHARS = 300
UNUSED_HOURS = 24
# As long as a removed post can be brought back.
REMOVED_DAYS = 30
DAY = timedelta(days=1)
BATCH = 500


def add_image(actor: User, data: bytes, alt: str = "") -> Attachment:
    """Keep an uploaded picture, seen by nobody else until a post shows it.

    Must not be called while writing: it takes its own short transactions. Raises ``NotAllowed``,
    ``ImageRefused``, ``ImagesBusy``, ``EnoughImages``, ``EnoughImagesToday``.
    """
    require(can_write(actor))
    _check_room(actor, 0)
    with joined_transaction():
        _count_upload(actor)
    picture = images.remake(data)
    image = _described(actor, picture, alt)
    write_image(image.key, large=picture.large, small=picture.small)
    try:
        with joined_transaction():
            # Two uploads at once must not both take the last of the room.
            db.session.execute(lock_row(select(User.id).where(User.id == actor.id)))
            _check_room(actor, image.bytes)
            db.session.add(image)
    except BaseException:
        delete_image_files(image.key)
        raise
    return image


def _described(actor: User, picture: images.Picture, alt: str) -> Attachment:
    return Attachment(
        key=secrets.token_hex(16),
        uploader_id=actor.id,
        content_type=picture.content_type,
        width=picture.large_size[0],
        height=picture.large_size[1],
        small_width=picture.small_size[0],
        small_height=picture.small_size[1],
        bytes=len(picture.large) + len(picture.small),
        alt=fit_alt(alt),
        created_at=clock.now(),
    )


def fit_alt(alt: str) -> str:
    """Return what a picture shows on one line, without the characters that end it in a text."""
    line = " ".join(markup.clean_text(alt).translate({ord(sign): " " for sign in "[]\\"}).split())
    return line[:ALT_MAX_CHARS].strip()


def _check_room(actor: User, size: int) -> None:
    """Raise ``EnoughImages`` when a member's pictures take all the room there is for them."""
    room = room_of_images(actor.id)
    if not is_staff(actor) and room.used + size > room.most:
        raise EnoughImages()


def _count_upload(actor: User) -> None:
    """Count a try, whatever becomes of it: each costs a process. Raises ``EnoughImagesToday``."""
    settings = current_settings()
    if is_staff(actor) or not settings.rate_limits:
        return
    key = allowance_key("image", str(actor.id))
    allowance = Allowance(key, settings.images_per_day, DAY)
    if take_place(allowance) is None:
        wait_seconds = max(1, seconds_to_wait([allowance]))
        raise EnoughImagesToday(retry_after_seconds=wait_seconds)


def attach_images(actor: User, post: Post) -> None:
    """Hang the actor's own pictures that a post shows on it, and keep what it says of them.

    Called after every change of a post's text. Others' pictures, and those that hang on another
    post, stay where they are. Emits ``ImageAdded`` for each.
    """
    if markup.PICTURE_ADDRESS not in post.html:
        return
    shown = markup.shown_pictures(post.html)
    for key, words in shown.items():
        mine = update(Attachment).where(
            Attachment.key == key,
            Attachment.uploader_id == actor.id,
            Attachment.post_id.is_(None),
            Attachment.removed_at.is_(None),
        )
        if _count(mine.values(post_id=post.id)):
            emit(ImageAdded(_id_of(key), actor.id))
        hung = update(Attachment).where(Attachment.key == key, Attachment.post_id == post.id)
        _count(hung.values(alt=fit_alt(words)))


def _count(change: Update) -> int:
    return count_changed(change.execution_options(synchronize_session=False))


def _id_of(key: str) -> int:
    return db.session.scalars(select(Attachment.id).where(Attachment.key == key)).one()


def get_image(viewer: Viewer, name: str) -> Attachment:
    """Return a picture the viewer may see by the last part of its address; raises ``NotFound``.

    Asked at every fetch: whoever may not see a picture any more gets what nobody gets for one that
    does not exist.
    """
    parts = markup.image_name(name)
    image = None
    if parts is not None:
        image = db.session.scalar(
            select(Attachment).where(Attachment.key == parts.key, image_is_visible(viewer))
        )
    if image is None or image.name != name:
        raise NotFound()
    return image


def remove_image(actor: Viewer, image: Attachment, reason: str = "") -> bool:
    """Take a picture down at once; False if it was. One that no post shows is deleted.

    For its uploader and for moderators, who say why and whose act is recorded. Raises
    ``NotAllowed``, ``ReasonUnfit``.
    """
    post = db.session.get(Post, image.post_id) if image.post_id else None
    require(can_remove_image(actor, image, None if post is None else post.board_id))
    is_own = actor.viewer_id == image.uploader_id
    reason = fit_reason(reason, shortest=0 if is_own else 1)
    if post is None:
        _forget([image.key])
        return True
    gone = (
        update(Attachment)
        .where(Attachment.id == image.id, Attachment.removed_at.is_(None))
        .values(removed_at=clock.now(), removed_by_id=actor.viewer_id)
    )
    if not _count(gone):
        return False
    if not is_own:
        subject = ("attachment", image.id)
        audit.record(actor, audit.Action.IMAGE_REMOVED, subject=subject, reason=reason)
    return True


def restore_image(actor: Viewer, image: Attachment, reason: str) -> bool:
    """Bring a picture back that was taken down and is still kept; False if it was not down.

    For moderators. Raises ``NotAllowed``, ``ReasonUnfit``.
    """
    post = db.session.get(Post, image.post_id) if image.post_id else None
    require(post is not None and can_restore_image(actor, post.board_id))
    reason = fit_reason(reason)
    back = (
        update(Attachment)
        .where(Attachment.id == image.id, Attachment.removed_at.is_not(None))
        .values(removed_at=None, removed_by_id=None)
    )
    if not _count(back):
        return False
    subject = ("attachment", image.id)
    audit.record(actor, audit.Action.IMAGE_RESTORED, subject=subject, reason=reason)
    return True


def prune_images(age: timedelta = timedelta(days=REMOVED_DAYS)) -> None:
    """Forget pictures that were never used, and those taken down ``age`` ago (periodic).

    One in a draft of its uploader counts as used.
    """
    now = clock.now()
    unused = select(Attachment.key, Attachment.uploader_id).where(
        Attachment.post_id.is_(None), Attachment.created_at < now - timedelta(hours=UNUSED_HOURS)
    )
    removed = select(Attachment.key).where(Attachment.removed_at < now - age)
    _forget([row.key for row in db.session.execute(unused) if not _in_draft(*row)])
    _forget(db.session.scalars(removed).all())


def _in_draft(key: str, user_id: int) -> bool:
    drafts = select(Draft.id).where(Draft.user_id == user_id, Draft.body.contains(key))
    waiting = select(SuggestedEdit.id).where(
        SuggestedEdit.author_id == user_id,
        SuggestedEdit.state == "waiting",
        SuggestedEdit.body.contains(key),
    )
    return any(db.session.scalar(texts.limit(1)) is not None for texts in (drafts, waiting))


@external
def delete_stray_images() -> None:
    """Delete files that belong to no picture: what a crash left (periodic)."""
    for keys in list_stored_keys(clock.now() - timedelta(hours=UNUSED_HOURS)):
        rows = select(Attachment.key).where(Attachment.key.in_(keys))
        known = set(db.session.scalars(rows))
        for key in set(keys) - known:
            delete_image_files(key)


def forget_images_of(user_id: int) -> None:
    """Delete all pictures of a person whose account is erased: what they show nobody can redact."""
    theirs = select(Attachment.key).where(Attachment.uploader_id == user_id).limit(BATCH)
    while keys := db.session.scalars(theirs).all():
        with transaction():
            _delete_rows(keys)
        for key in keys:
            delete_image_files(key)


def _forget(keys: Sequence[str]) -> None:
    """Delete rows, and once that is committed their files."""
    for start in range(0, len(keys), BATCH):
        some = list(keys[start : start + BATCH])
        _delete_rows(some)
        enqueue(delete_images, keys=some)


def _delete_rows(keys: Sequence[str]) -> None:
    db.session.execute(
        delete(Attachment)
        .where(Attachment.key.in_(keys))
        .execution_options(synchronize_session=False)
    )
