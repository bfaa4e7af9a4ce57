"""What the forms about questions send, as typed values."""

from dataclasses import dataclass
from typing import Self

from werkzeug.datastructures import MultiDict

from community.core.i18n import LANGUAGES


@dataclass(frozen=True, kw_only=True)
class QuestionForm:
    """The ask form and the edit form of a question."""

    title: str = ""
    body: str = ""
    tags: str = ""
    board: str = ""
    language: str = ""
    note: str = ""
    based_on: str = ""
    wants_preview: bool = False

    @classmethod
    def read(cls, form: MultiDict[str, str]) -> Self:
        """Read the fields; what is missing is empty, an unknown language likewise."""
        language = form.get("language", "")
        return cls(
            title=form.get("title", ""),
            body=form.get("body", ""),
            tags=form.get("tags", ""),
            board=form.get("board", ""),
            language=language if language in LANGUAGES else "",
            note=form.get("note", "")[:200],
            based_on=form.get("based_on", "")[:64],
            wants_preview="preview" in form,
        )
