"""What a check finds, in the operator's words."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import NamedTuple

from community.core.db import db


class Level(StrEnum):
    """How bad it is: fine, worth a look, or something that does not work."""

    FINE = "ok"
    WARNING = "warning"
    FAILURE = "failure"


class Finding(NamedTuple):
    """How one thing stands, and what to do about it."""

    level: Level
    words: str
    advice: str = ""


Check = Callable[[], Iterable[Finding]]


class Report(NamedTuple):
    """A check's name and one of its findings."""

    check: str
    level: Level
    words: str
    advice: str


def fine(words: str) -> Finding:
    """Say that something is as it should be."""
    return Finding(Level.FINE, words)


def warning(words: str, advice: str) -> Finding:
    """Say that something works but deserves a look."""
    return Finding(Level.WARNING, words, advice)


def failure(words: str, advice: str) -> Finding:
    """Say that something does not work."""
    return Finding(Level.FAILURE, words, advice)


def worse_in_production(is_production: bool, words: str, advice: str) -> Finding:
    """Say what is a failure in production and worth a look elsewhere."""
    return (failure if is_production else warning)(words, advice)


def run_checks(checks: dict[str, Check]) -> list[Report]:
    """Run all checks; one that raises is reported as a failure, and the others go on."""
    reports = []
    for name, check in checks.items():
        try:
            findings = list(check())
        except Exception as error:
            # Whatever is broken is what somebody runs these checks for.
            first = str(error).strip().splitlines()[:1]
            words = f"could not be checked: {type(error).__name__} {' '.join(first)}".strip()
            findings = [failure(words, "Mend what the message names, then run this again.")]
            # PostgreSQL answers nothing more in a transaction in which something went wrong.
            db.session.rollback()
        reports += [Report(name, *finding) for finding in findings]
    return reports
