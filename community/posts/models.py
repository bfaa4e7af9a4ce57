"""The base of questions, answers and comments, and what hangs on any of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from community.boards.models import Board
from community.core import clock
from community.core.db import Base
from community.identity.models import User

RULE_MAX_CHARS = 20
VISIBILITIES = ("published", "held", "hidden", "deleted", "merged")


class Post(Base):
    """Anything a person writes in public.

    ``root_id`` is the question the post belongs to (its own id for a question), ``parent_id`` what
    it replies to (none for a question). A post is seen only if it, its parent and its root are
    published and the board's audience includes the viewer. ``html`` is ``body`` as rendered by
    ``community.core.markup`` at ``render_version``. ``imported_up`` and ``imported_down`` count
    votes whose givers the source hides; ``kudos_count`` is imported_up plus the kudos given here.

    ``merged`` is what became part of another question (``root_id``): it has no page of its own any
    more, its address leads there, and its author keeps what it brought.
    """

    __tablename__ = "posts"
    __mapper_args__ = {"polymorphic_on": "kind"}
    __table_args__: Any = (
        CheckConstraint(
            "visibility IN ('published', 'held', 'hidden', 'deleted', 'merged')",
            name="visibility",
        ),
        Index("ix_posts_root_id_created_at", "root_id", "created_at", "id"),
        Index("ix_posts_author_id_created_at", "author_id", "created_at", "id"),
        Index("ix_posts_parent_id", "parent_id", "id"),
        Index("ix_posts_render_version", "render_version", "id"),
        Index("ix_posts_edited_by_id", "edited_by_id"),
        Index(
            "ix_posts_not_published",
            "visibility",
            "id",
            sqlite_where=text("visibility <> 'published'"),
            postgresql_where=text("visibility <> 'published'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id"))
    root_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"))
    visibility: Mapped[str] = mapped_column(String(10), default="published")
    body: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    render_version: Mapped[int]
    language: Mapped[str] = mapped_column(String(5))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    edited_at: Mapped[datetime | None]
    edited_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    kudos_count: Mapped[int] = mapped_column(default=0)
    comments_count: Mapped[int] = mapped_column(default=0)
    imported_up: Mapped[int] = mapped_column(default=0)
    imported_down: Mapped[int] = mapped_column(default=0)

    author: Mapped[User] = relationship(lazy="raise", foreign_keys=author_id)
    board: Mapped[Board] = relationship(lazy="raise")

    @property
    def is_published(self) -> bool:
        return self.visibility == "published"


class Comment(Post):
    """A short remark under a question or an answer; it needs no table beyond ``posts``."""

    __mapper_args__ = {"polymorphic_identity": "comment"}


class Vote(Base):
    """Kudos: one member's thanks for one post. ``value`` is +1; imports may bring -1.

    What was ``imported`` was thanked for elsewhere and earns nothing here.
    """

    __tablename__ = "votes"
    __table_args__ = (
        UniqueConstraint("post_id", "user_id"),
        CheckConstraint("value IN (1, -1)", name="value"),
        Index("ix_votes_user_id", "user_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    value: Mapped[int] = mapped_column(default=1)
    imported: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Tag(Base):
    """A topic label: lower case, unique."""

    __tablename__ = "tags"
    __table_args__ = (UniqueConstraint("name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class PostTag(Base):
    """A tag on a post."""

    __tablename__ = "post_tags"
    __table_args__ = (Index("ix_post_tags_tag_id", "tag_id", "post_id"),)

    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id"), primary_key=True)


class TagCount(Base):
    """How many published questions of a board carry a tag; kept with every change."""

    __tablename__ = "board_tag_counts"
    __table_args__ = (
        Index("ix_board_tag_counts_board_id", "board_id", "questions_count", "tag_id"),
    )

    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id"), primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id"), primary_key=True)
    questions_count: Mapped[int] = mapped_column(default=0)


# Counted by audience until boards could be for groups. The release before still reads and writes
# it on the new schema; a later migration drops it.
outdated_tag_counts = Table(
    "tag_counts",
    Base.metadata,
    Column("tag_id", ForeignKey("tags.id"), primary_key=True),
    Column("audience", String(10), primary_key=True),
    Column("questions_count", Integer, nullable=False),
    Index("ix_tag_counts_audience", "audience", "questions_count", "tag_id"),
)


class Revision(Base):
    """An earlier version of a post, stored when it was edited. ``number`` counts from 1."""

    __tablename__ = "revisions"
    __table_args__ = (
        UniqueConstraint("post_id", "number"),
        Index("ix_revisions_author_id", "author_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    number: Mapped[int]
    title: Mapped[str | None] = mapped_column(String(300))
    tags: Mapped[str] = mapped_column(String(300), default="")
    body: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    written_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(String(200), default="")


class Removal(Base):
    """Why a post left the public: hidden, held or deleted, by whom and when; kept as history.

    ``rule`` is the code of the rule of conduct it broke, where somebody said which.
    """

    __tablename__ = "removals"
    __table_args__ = (Index("ix_removals_post_id", "post_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    visibility: Mapped[str] = mapped_column(String(10))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(String(500), default="")
    rule: Mapped[str] = mapped_column(String(RULE_MAX_CHARS), default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class HeldPost(Base):
    """A post that waits for a person, and why (``findings``: codes, ids and numbers).

    ``is_new`` says that nobody has been told of the post yet. The row goes when it is published.
    """

    __tablename__ = "held_posts"

    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id"), primary_key=True, autoincrement=False
    )
    is_new: Mapped[bool]
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    held_at: Mapped[datetime] = mapped_column(default=clock.now)


class SuggestedEdit(Base):
    """A change of a post that waits for somebody's word, or what became of it.

    The texts are the whole post as it would be; the ``base_`` texts are the version it was made
    from. Title and tags are empty where the post is no question. What ``is_held`` moderators alone
    see, because of its ``findings`` (as in ``HeldPost``): so waits also what somebody wrote who may
    edit the post.
    ``decided_at`` is also when the version was made that came of an accepted one, whose texts are
    then what was published and what was there before; ``reverted_at`` is when the post first said
    again what it had said before.
    """

    __tablename__ = "suggested_edits"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting', 'accepted', 'refused', 'withdrawn', 'outdated')", name="state"
        ),
        Index("ix_suggested_edits_post_id", "post_id", "id"),
        Index("ix_suggested_edits_author_id", "author_id", "created_at", "id"),
        Index("ix_suggested_edits_decided_at", "decided_at"),
        Index(
            "uq_suggested_edits_waiting",
            "post_id",
            "author_id",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    base_title: Mapped[str] = mapped_column(String(300), default="")
    base_tags: Mapped[str] = mapped_column(String(300), default="")
    base_body: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(String(300), default="")
    tags: Mapped[str] = mapped_column(String(300), default="")
    body: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(String(200), default="")
    is_held: Mapped[bool] = mapped_column(default=False)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(String(500), default="")
    reverted_at: Mapped[datetime | None]

    @property
    def is_waiting(self) -> bool:
        return self.state == "waiting"


class Attachment(Base):
    """A picture that somebody uploaded; its files have names made of ``key`` (``image_files``).

    It hangs on the first post that shows it and is seen by whoever sees that; until then only by
    its uploader. ``removed_at`` is set when it was taken down: moderators see it for as long as the
    file is kept. Widths and heights are pixels of the two sizes that are kept, ``bytes`` what both
    take, ``alt`` what the picture shows, in the words of the post.
    """

    __tablename__ = "attachments"
    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_attachments_uploader_id", "uploader_id", "created_at", "id"),
        Index("ix_attachments_post_id", "post_id", "id"),
        Index(
            "ix_attachments_unused",
            "created_at",
            sqlite_where=text("post_id IS NULL"),
            postgresql_where=text("post_id IS NULL"),
        ),
        Index(
            "ix_attachments_removed_at",
            "removed_at",
            sqlite_where=text("removed_at IS NOT NULL"),
            postgresql_where=text("removed_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32))
    uploader_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"))
    content_type: Mapped[str] = mapped_column(String(20))
    width: Mapped[int]
    height: Mapped[int]
    small_width: Mapped[int]
    small_height: Mapped[int]
    bytes: Mapped[int]
    alt: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    removed_at: Mapped[datetime | None]
    removed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    @property
    def name(self) -> str:
        """The last part of the picture's address (see ``core.markup.image_name``)."""
        return f"{self.key}-{self.small_width}x{self.small_height}"

    @property
    def has_small(self) -> bool:
        """Whether the picture as posts show it is smaller than the one that is kept."""
        return (self.small_width, self.small_height) != (self.width, self.height)


class Watch(Base):
    """A member's wish to hear of a question, a board, a tag or a person (exactly one of them).

    ``muted`` is a watch turned off by hand, so that taking part does not turn it on again.
    """

    __tablename__ = "watches"
    __table_args__ = (
        UniqueConstraint("user_id", "post_id"),
        UniqueConstraint("user_id", "board_id"),
        UniqueConstraint("user_id", "tag_id"),
        UniqueConstraint("user_id", "person_id"),
        CheckConstraint(
            "CASE WHEN post_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN board_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN tag_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN person_id IS NULL THEN 0 ELSE 1 END = 1",
            name="one_target",
        ),
        Index("ix_watches_post_id", "post_id"),
        Index("ix_watches_board_id", "board_id"),
        Index("ix_watches_tag_id", "tag_id"),
        Index("ix_watches_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"))
    board_id: Mapped[int | None] = mapped_column(ForeignKey("boards.id"))
    tag_id: Mapped[int | None] = mapped_column(ForeignKey("tags.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    muted: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Draft(Base):
    """Text not yet posted. ``place`` names the form; a guest's draft is found by its token."""

    __tablename__ = "drafts"
    __table_args__ = (
        UniqueConstraint("user_id", "place"),
        UniqueConstraint("guest_token", "place"),
        Index("ix_drafts_updated_at", "updated_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    guest_token: Mapped[str | None] = mapped_column(String(64))
    place: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(300), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    tags: Mapped[str] = mapped_column(String(300), default="")
    board_slug: Mapped[str] = mapped_column(String(60), default="")
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)
