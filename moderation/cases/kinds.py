"""What kinds of cases there are, and what can be decided about each.

Who finds something knows what follows from a decision, and stands above this package: it describes
its kind of case here (``register_kinds``, from ``community/app.py``).
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel.speaklater import LazyString

from community.core.authz import Viewer
from community.identity.models import User
from moderation.cases.models import NO_VIOLATION, VIOLATION, ModerationCase


@dataclass(frozen=True)
class Decision:
    """One thing that can be decided.

    ``measures`` are what the member is told of (``moderation.sanctions``), a letter each; empty
    where nobody is told. There the note is the facts the member reads, and where a rule was broken
    the moderator says which.
    """

    key: str
    label: LazyString | str
    is_violation: bool
    hint: LazyString | str = ""
    measures: tuple[str, ...] = ()

    @property
    def needs_rule(self) -> bool:
        """Whether the member is told which rule they broke."""
        return self.is_violation and bool(self.measures)

    @property
    def verdict(self) -> str:
        """Whether rules were broken, in one word."""
        return VIOLATION if self.is_violation else NO_VIOLATION


@dataclass(frozen=True)
class Choice:
    """What reviewers may say about a case: that it be decided so, if another one agrees.

    A key that is no decision's leaves the case to moderators.
    """

    key: str
    label: LazyString | str
    hint: LazyString | str = ""
    needs_note: bool = False


Act = Callable[[User, ModerationCase, Decision, str, str], None]
Undo = Callable[[User, ModerationCase, str], None]
Context = Callable[[Viewer, ModerationCase], Mapping[str, Any]]


def _nothing(viewer: Viewer, case: ModerationCase) -> Mapping[str, Any]:
    return {}


def _note_alone(case: ModerationCase, decision: Decision, note: str) -> str:
    return note


def _nobody(case: ModerationCase) -> Collection[int]:
    return ()


def _no_version(case: ModerationCase) -> str | None:
    return None


@dataclass(frozen=True)
class CaseKind:
    """A kind of case.

    ``template`` shows what speaks for it, given ``case``, ``record`` and what ``context`` returns.
    ``act(actor, case, decision, note, rule)`` carries a decision out, in its transaction; the
    thread of the case's post is locked. None: whoever hears ``CaseDecided`` carries it out and
    says so (``note_settled``). ``undo(actor, case, note)`` takes that back; None: it cannot be, or
    whoever hears ``CaseUndone`` does where ``act`` is None too. ``facts(case, decision, note)``
    returns what the member reads as facts, in the present language. ``barred`` returns who may not
    decide a case though it is not about them. ``choices`` are what members may say who hold the
    power to review; ``version`` returns a mark of what they look at, None where they may not.
    """

    name: str
    label: LazyString | str
    decisions: tuple[Decision, ...]
    template: str
    act: Act | None = None
    undo: Undo | None = None
    context: Context = _nothing
    facts: Callable[[ModerationCase, Decision, str], str] = _note_alone
    barred: Callable[[ModerationCase], Collection[int]] = _nobody
    choices: tuple[Choice, ...] = ()
    version: Callable[[ModerationCase], str | None] = _no_version

    def decision(self, key: str | None) -> Decision | None:
        """Return one of the decisions; None for a key it does not know."""
        return next((decision for decision in self.decisions if decision.key == key), None)

    def choice(self, key: str | None) -> Choice | None:
        """Return one of the choices; None for a key it does not know."""
        return next((choice for choice in self.choices if choice.key == key), None)

    @property
    def is_undoable(self) -> bool:
        """Whether a decision that was carried out can be taken back."""
        return self.act is None or self.undo is not None


_kinds: dict[str, CaseKind] = {}


def register_kinds(kinds: Iterable[CaseKind]) -> None:
    """Let there be these kinds of cases."""
    _kinds.update({kind.name: kind for kind in kinds})


def kind_of(case: ModerationCase) -> CaseKind:
    """Return a case's kind; one nobody describes any more can be decided in no way."""
    return _kinds.get(case.kind) or CaseKind(case.kind, case.kind, (), "")


def list_kinds() -> list[CaseKind]:
    """Return all kinds, in the order in which they were described."""
    return list(_kinds.values())
