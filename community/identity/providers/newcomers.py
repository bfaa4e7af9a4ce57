"""Who comes from a provider for the first time, until they have chosen a display name."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Self

from flask import session

from community.core import clock
from community.identity.providers.errors import FlowUnknown
from community.identity.providers.protocol import Attestation
from community.identity.providers.settings import Provider

KEPT_MINUTES = 30
SESSION_KEY = "provider_newcomer"


@dataclass(frozen=True, kw_only=True)
class Newcomer:
    """What the provider vouched for, as far as an account is made of it."""

    subject: str
    email: str
    name: str
    targets: tuple[str, ...]
    has_second_factor: bool
    goal: str

    @classmethod
    def of(cls, attestation: Attestation, goal: str) -> Self:
        """Return what is needed of an attestation, small enough for a cookie."""
        return cls(
            subject=attestation.subject,
            email=attestation.email,
            name=attestation.suggested_name,
            targets=tuple(sorted(attestation.targets)),
            has_second_factor=attestation.has_second_factor,
            goal=goal,
        )


def remember_newcomer(provider: Provider, newcomer: Newcomer) -> None:
    """Remember in this browser who has just come from a provider."""
    session[SESSION_KEY] = {
        "provider": provider.name,
        "at": clock.now().timestamp(),
        "newcomer": asdict(newcomer),
    }


def get_newcomer(provider: Provider) -> Newcomer:
    """Return who came to this browser from a provider; raises ``FlowUnknown``."""
    kept: dict[str, Any] = session.get(SESSION_KEY, {})
    if kept.get("provider") != provider.name:
        raise FlowUnknown(reason="no newcomer here")
    if clock.now().timestamp() - kept["at"] > timedelta(minutes=KEPT_MINUTES).total_seconds():
        raise FlowUnknown(reason="newcomer waited too long")
    values = {**kept["newcomer"], "targets": tuple(kept["newcomer"]["targets"])}
    return Newcomer(**values)
