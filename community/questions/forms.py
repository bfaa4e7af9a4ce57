"""What the forms about questions send, as typed values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from werkzeug.datastructures import MultiDict

from community.core.errors import Invalid
from community.core.i18n import LANGUAGES
from community.posts.guard import PersonalDataFound, mask_all, mask_grave
from community.posts.personal_data import Found
from community.questions.operations.versions import EditForm

MOST_MARKS = 100


@dataclass(frozen=True, kw_only=True)
class QuestionForm:
    """The ask form and the edit form of a question.

    ``is_private`` says that it is meant for the support team alone, ``turns`` that its writer only
    wants to see it the one way or the other.
    """

    title: str = ""
    body: str = ""
    tags: str = ""
    board: str = ""
    language: str = ""
    note: str = ""
    based_on: str = ""
    follows: str = ""
    wants_preview: bool = False
    is_private: bool = False
    turns: bool = False

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
            follows=form.get("follows", "")[:9],
            wants_preview="preview" in form,
            is_private=form.get("private", "") in ("1", "send"),
            turns=form.get("private") == "1" or "public" in form,
        )

    def as_edit(self, choice: "PersonalChoice | None" = None) -> EditForm:
        """Return what it changes of a post, with what its writer answers for."""
        return EditForm(
            title=self.title,
            body=self.body,
            tags=self.tags,
            based_on=self.based_on,
            note=self.note,
            vouched=choice.vouched if choice else (),
        )

    def decided(self, choice: "PersonalChoice") -> Self:
        """Return the form with its texts as its writer decided about what is personal in them."""
        return replace(self, title=choice.apply(self.title), body=choice.apply(self.body))


@dataclass(frozen=True, kw_only=True)
class PersonalChoice:
    """What a writer decided about personal data in their text: which button, and for what.

    ``vouched`` are the marks of what they answer for, now and when the form came back before.
    """

    button: str = ""
    vouched: frozenset[str] = frozenset()

    @classmethod
    def read(cls, form: MultiDict[str, str]) -> Self:
        """Read the fields; what is missing decides nothing."""
        button = form.get("personal", "")
        offered = form.get("vouching", "") if button == "publish" else ""
        marks = f"{offered} {form.get('vouched', '')}".split()
        return cls(button=button, vouched=frozenset(marks[:MOST_MARKS]))

    def apply(self, text: str) -> str:
        """Return a text masked as the button said."""
        if self.button == "mask":
            return mask_all(text, but=self.vouched)
        return mask_grave(text) if self.button == "publish" else text

    def panel(self, refusal: Invalid | None = None) -> "PersonalPanel":
        """Return what the form shows and carries when it comes back."""
        found = refusal.found if isinstance(refusal, PersonalDataFound) else {}
        return PersonalPanel(found, " ".join(sorted(self.vouched)))


@dataclass(frozen=True)
class PersonalPanel:
    """What was found, by field, and the marks that the form carries."""

    found: Mapping[str, Sequence[Found]]
    vouched: str = ""

    @property
    def ones(self) -> list[Found]:
        """All that was found, each thing once."""
        return list({one.mark: one for ones in self.found.values() for one in ones}.values())

    @property
    def is_grave(self) -> bool:
        """Whether some of it is never published."""
        return any(one.is_grave for one in self.ones)

    @property
    def marks(self) -> str:
        """The marks of what the writer may vouch for."""
        return " ".join(one.mark for one in self.ones if not one.is_grave)
