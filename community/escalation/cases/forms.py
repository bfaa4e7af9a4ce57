"""What the forms of the desk send, as typed values."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Self

from werkzeug.datastructures import MultiDict

from community.escalation.cases.queries.talk import Seen
from community.escalation.sla.models import PRIORITIES

TARGETS = ("public", "private", "note")
# What becomes of the case once a message is out.
THEN = ("open", "pending", "solved")


@dataclass(frozen=True, kw_only=True)
class ReplyForm:
    """The composer with its three targets. ``is_confirmed`` says that public was meant.

    ``macro_id`` is the macro that was chosen, ``own`` whether the case becomes the writer's own,
    ``priority`` how pressing it becomes ("" leaves it), ``proposed`` what the macro says to that.
    """

    target: str = "private"
    body: str = ""
    then: str = "open"
    outcome: str = ""
    contact_reason: str = ""
    seen: Seen = field(default_factory=Seen)
    is_confirmed: bool = False
    macro_id: int = 0
    own: bool = False
    priority: str = ""
    proposed: str = ""

    @classmethod
    def read(cls, form: MultiDict[str, str]) -> Self:
        """Read the fields; what nobody knows is what does the least harm: a note."""
        target, then = form.get("target", ""), form.get("then", "")
        return cls(
            target=target if target in TARGETS else "note",
            body=form.get("body", ""),
            then=then if then in THEN else "open",
            outcome=form.get("outcome", ""),
            contact_reason=form.get("contact_reason", ""),
            seen=_read_seen(form),
            is_confirmed=form.get("confirmed") == "1",
            macro_id=_number(form.get("macro")),
            own=form.get("own") == "1",
            priority=_one_of(PRIORITIES, form.get("priority")),
            proposed=_one_of(PRIORITIES, form.get("proposed")),
        )


def _one_of(known: Collection[str], raw: str | None) -> str:
    return raw if raw is not None and raw in known else ""


def _read_seen(form: MultiDict[str, str]) -> Seen:
    revision = form.get("seen_revision")
    return Seen(
        _number(form.get("seen_message")),
        _number(form.get("seen_post")),
        None if revision is None else _number(revision),
    )


def _number(raw: str | None) -> int:
    raw = raw or ""
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else 0
