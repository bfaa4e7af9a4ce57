"""What every request reads and hardly anybody changes, kept for a while in each process."""

import time
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, event
from sqlalchemy.orm import ORMExecuteState, Session

from community.core.db import Base, db

KEPT_SECONDS = 30

Value = TypeVar("Value")

_all: list["Kept[Any]"] = []


class Kept(Generic[Value]):
    """What ``read`` returned for a key, kept for half a minute and forgotten once it changes here.

    ``model`` is the table it comes from: a change of a row in this process counts at once, one
    made by another process within half a minute. Rows returned must be detached, or values.
    """

    def __init__(self, model: type[Base], read: Callable[..., Value]) -> None:
        self.model, self._read = model, read
        self._found: WeakKeyDictionary[Engine, dict[Hashable, tuple[Value, float]]]
        self._found = WeakKeyDictionary()
        _all.append(self)

    def get(self, *key: Hashable) -> Value:
        """Return what ``read(*key)`` returns, from memory where that is young enough."""
        found = self._found.setdefault(db.engine, {})
        value, until = found.get(key, (None, 0.0))
        if until < time.monotonic():
            value = self._read(*key)
            found[key] = (value, time.monotonic() + KEPT_SECONDS)
        return value  # type: ignore[return-value]

    def forget(self) -> None:
        """Read anew from now on."""
        self._found.clear()


def forget_all() -> None:
    """Read everything anew: the database was changed behind our back."""
    for kept in _all:
        kept.forget()


@event.listens_for(Session, "after_flush")
def _on_flush(session: Session, _context: object) -> None:
    _forget(session, {type(row) for row in (*session.new, *session.dirty, *session.deleted)})


@event.listens_for(Session, "do_orm_execute")
def _on_statement(state: ORMExecuteState) -> None:
    if (state.is_insert or state.is_update or state.is_delete) and state.bind_mapper is not None:
        _forget(state.session, {state.bind_mapper.class_})


@event.listens_for(Session, "after_commit")
@event.listens_for(Session, "after_rollback")
def _on_end(session: Session) -> None:
    # Another thread may have read the old rows again before the new ones were there for it.
    _forget(session, session.info.pop("changed_kept", set()))


def _forget(session: Session, changed: set[type]) -> None:
    mine = [kept for kept in _all if kept.model in changed]
    for kept in mine:
        kept.forget()
    if mine and session.in_transaction():
        session.info.setdefault("changed_kept", set()).update(kept.model for kept in mine)
