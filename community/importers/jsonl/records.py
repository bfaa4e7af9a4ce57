"""Objects of the files to records. Source: the data set's own description of its fields."""

from typing import Any

from community.importers.records import (
    AcceptanceRecord,
    AuthorRef,
    BadRow,
    PostRecord,
    count_of,
    id_of,
    instant_of,
    text_of,
)

LANGUAGE_MAX_CHARS = 5


def question_of(row: dict[str, Any], place: str) -> PostRecord:
    """Return a question; raises ``BadRow``."""
    title = text_of(row.get("title"), "title")
    if not title.strip():
        raise BadRow("its title is empty")
    return PostRecord(
        kind="question",
        source_id=id_of(row.get("id")),
        author=_author_of(row),
        created_at=instant_of(row.get("created"), "time"),
        body=text_of(row.get("body"), "body"),
        place=place,
        title=title,
        tags=_tags_of(row.get("tags")),
        language=_language_of(row.get("locale")),
        me_toos=count_of(row.get("num_votes"), "num_votes"),
        is_spam=row.get("is_spam") is True,
        is_locked=row.get("is_locked") is True,
    )


def answer_of(row: dict[str, Any], place: str) -> PostRecord:
    """Return an answer; raises ``BadRow``."""
    return PostRecord(
        kind="answer",
        source_id=id_of(row.get("id")),
        parent_id=id_of(row.get("question_id"), "question_id"),
        author=_author_of(row),
        created_at=instant_of(row.get("created"), "time"),
        body=text_of(row.get("body"), "body"),
        place=place,
        up=count_of(row.get("num_helpful"), "num_helpful"),
        down=count_of(row.get("num_unhelpful"), "num_unhelpful"),
        is_spam=row.get("is_spam") is True,
    )


def acceptance_of(row: dict[str, Any]) -> AcceptanceRecord | None:
    """Return which answer solved a question, if one did; raises ``BadRow``."""
    if row.get("solution") is None:
        return None
    return AcceptanceRecord(id_of(row.get("id")), id_of(row.get("solution"), "solution"))


def _author_of(row: dict[str, Any]) -> AuthorRef:
    name = row.get("creator") or ""
    return AuthorRef(name=text_of(name, "creator").strip())


def _tags_of(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise BadRow("its tags are no list")
    return tuple(text_of(tag, "tag") for tag in value)


def _language_of(locale: object) -> str | None:
    """Return the language of a locale ("pt-BR" is "pt")."""
    language = locale.split("-")[0].lower() if isinstance(locale, str) else ""
    fits = language.isascii() and language.isalpha() and 2 <= len(language) <= LANGUAGE_MAX_CHARS
    return language if fits else None
