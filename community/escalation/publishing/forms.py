"""What the forms around a publication send, as typed values."""

from dataclasses import dataclass
from typing import Self

from werkzeug.datastructures import MultiDict

from community.escalation.publishing.operations.asking import Draft
from community.questions.forms import PersonalChoice

DRAFT_FIELDS = (
    *("title", "body", "tags", "board", "shown"),
    *("personal", "vouching", "vouched"),
)
ANSWER_FIELDS = ("answer", "text", "named", "reason")


@dataclass(frozen=True)
class DraftForm:
    """A text on its way to the customer; ``shown`` stands for the one its writer has read over."""

    draft: Draft
    choice: PersonalChoice
    shown: str = ""

    @classmethod
    def read(cls, form: MultiDict[str, str]) -> Self:
        """Read the fields, masked as the button said."""
        choice = PersonalChoice.read(form)
        draft = Draft(
            title=choice.apply(form.get("title", "")),
            body=choice.apply(form.get("body", "")),
            tags=form.get("tags", ""),
            board=form.get("board", ""),
        )
        return cls(draft, choice, form.get("shown", ""))


@dataclass(frozen=True)
class AnswerForm:
    """What a customer said: ``agrees`` None is neither."""

    agrees: bool | None
    text_hash: str
    is_named: bool
    reason: str

    @classmethod
    def read(cls, form: MultiDict[str, str]) -> Self:
        """Read the fields; without a choice their name stays away."""
        answers = {"agree": True, "decline": False}
        return cls(
            agrees=answers.get(form.get("answer", "")),
            text_hash=form.get("text", ""),
            is_named=form.get("named") == "1",
            reason=form.get("reason", ""),
        )
