"""Rows of a dump to records. Source: the schema that comes with the public data dumps."""

from datetime import datetime
from typing import Literal

from community.importers.records import (
    AcceptanceRecord,
    AuthorRef,
    BadRow,
    ClosureRecord,
    DuplicateRecord,
    PostRecord,
    TagRecord,
    UserRecord,
    VoteRecord,
    id_of,
    instant_of,
    text_of,
)

QUESTION, ANSWER = "1", "2"
DUPLICATE = "3"
VOTE_VALUES: dict[str, Literal[1, 0, -1]] = {"1": 0, "2": 1, "3": -1}

POST_TYPES = {
    "3": "orphaned tag wiki",
    "4": "tag wiki excerpt",
    "5": "tag wiki",
    "6": "moderator nomination",
    "7": "wiki placeholder",
    "8": "privilege wiki",
}
VOTE_TYPES = {
    "4": "marked as offensive",
    "5": "favourite: a bookmark is no wish for mail",
    "6": "vote to close",
    "7": "vote to reopen",
    "8": "bounty offered",
    "9": "bounty awarded",
    "10": "vote to delete",
    "11": "vote to undelete",
    "12": "marked as spam",
    "15": "moderator review",
    "16": "suggested edit approved",
}
LINK_TYPES = {"1": "related, not a duplicate"}

Values = dict[str, str]


def user_of(row: Values) -> UserRecord:
    """Return a user; raises ``BadRow``."""
    return UserRecord(
        source_id=id_of(row.get("Id"), "Id"),
        name=row.get("DisplayName", ""),
        created_at=instant_of(row.get("CreationDate"), "CreationDate"),
        about=row.get("AboutMe", ""),
    )


def question_of(row: Values, place: str) -> PostRecord:
    """Return a question; raises ``BadRow``."""
    title = text_of(row.get("Title"), "Title")
    if not title.strip():
        raise BadRow("its Title is empty")
    return PostRecord(
        kind="question",
        source_id=id_of(row.get("Id"), "Id"),
        author=_author_of(row, "OwnerUserId", "OwnerDisplayName"),
        created_at=instant_of(row.get("CreationDate"), "CreationDate"),
        edited_at=_edited_at(row),
        body=text_of(row.get("Body"), "Body"),
        is_html=True,
        place=place,
        title=title,
        tags=_tags_of(row.get("Tags", "")),
    )


def answer_of(row: Values, place: str) -> PostRecord:
    """Return an answer; raises ``BadRow``."""
    return PostRecord(
        kind="answer",
        source_id=id_of(row.get("Id"), "Id"),
        parent_id=id_of(row.get("ParentId"), "ParentId"),
        author=_author_of(row, "OwnerUserId", "OwnerDisplayName"),
        created_at=instant_of(row.get("CreationDate"), "CreationDate"),
        edited_at=_edited_at(row),
        body=text_of(row.get("Body"), "Body"),
        is_html=True,
        place=place,
    )


def comment_of(row: Values, place: str) -> PostRecord:
    """Return a comment, whose text is Markdown already; raises ``BadRow``."""
    return PostRecord(
        kind="comment",
        source_id=id_of(row.get("Id"), "Id"),
        parent_id=id_of(row.get("PostId"), "PostId"),
        author=_author_of(row, "UserId", "UserDisplayName"),
        created_at=instant_of(row.get("CreationDate"), "CreationDate"),
        body=text_of(row.get("Text"), "Text"),
        place=place,
    )


def tag_of(row: Values, place: str) -> TagRecord:
    """Return a tag; raises ``BadRow``."""
    name = text_of(row.get("TagName"), "TagName")
    return TagRecord(id_of(row.get("Id"), "Id"), name, place)


def acceptance_of(row: Values) -> AcceptanceRecord:
    """Return which answer a question's asker accepted; raises ``BadRow``."""
    answer_id = id_of(row.get("AcceptedAnswerId"), "AcceptedAnswerId")
    return AcceptanceRecord(id_of(row.get("Id"), "Id"), answer_id)


def closure_of(row: Values) -> ClosureRecord:
    """Return when a question was closed; raises ``BadRow``."""
    closed_at = instant_of(row.get("ClosedDate"), "ClosedDate")
    return ClosureRecord(id_of(row.get("Id"), "Id"), closed_at)


def duplicate_of(row: Values) -> DuplicateRecord:
    """Return a duplicate and its original; raises ``BadRow``."""
    return DuplicateRecord(
        source_id=id_of(row.get("Id"), "Id"),
        question_id=id_of(row.get("PostId"), "PostId"),
        original_id=id_of(row.get("RelatedPostId"), "RelatedPostId"),
        created_at=instant_of(row.get("CreationDate"), "CreationDate"),
    )


def vote_of(row: Values) -> VoteRecord:
    """Return a vote of a type in ``VOTE_VALUES``; raises ``BadRow``."""
    return VoteRecord(
        source_id=id_of(row.get("Id"), "Id"),
        post_id=id_of(row.get("PostId"), "PostId"),
        value=VOTE_VALUES[row["VoteTypeId"]],
        voter=_author_of(row, "UserId", ""),
        created_at=instant_of(row.get("CreationDate"), "CreationDate"),
    )


def _author_of(row: Values, id_name: str, display_name: str) -> AuthorRef:
    source_id = id_of(row[id_name], id_name) if row.get(id_name) else None
    return AuthorRef(source_id, row.get(display_name, "").strip())


def _edited_at(row: Values) -> datetime | None:
    return instant_of(row["LastEditDate"], "LastEditDate") if row.get("LastEditDate") else None


def _tags_of(value: str) -> tuple[str, ...]:
    """Return names from ``<a><b>``, or ``|a|b|`` as newer dumps write it."""
    return tuple(name for name in value.replace("><", "|").strip("<>|").split("|") if name)
