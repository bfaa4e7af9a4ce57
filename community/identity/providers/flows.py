"""Sign-ins under way: each is remembered in the browser that began it, and ends once."""

import hmac
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from flask import request, session

from community.core import clock
from community.core.db import transaction
from community.core.submissions import claim_once
from community.core.web import canonical_url
from community.identity.addresses import HOME
from community.identity.providers.errors import FlowUnknown, ProviderDeclined
from community.identity.providers.protocol import Question
from community.identity.providers.settings import Provider

KEPT_MINUTES = 10
# In as many windows somebody may have begun; a cookie holds little.
KEPT_AT_MOST = 3
SESSION_KEY = "provider_flows"
GOAL_MAX_CHARS = 400
CODE_MAX_CHARS = 2_000

Aim = Literal["sign_in", "link", "verify"]


@dataclass(frozen=True)
class Flow:
    """One trip to a provider and back. ``session_id`` is whose it is, unless a guest's."""

    state: str
    nonce: str
    verifier: str
    provider: str
    aim: Aim
    goal: str
    begun_at: float
    session_id: int | None = None

    @property
    def question(self) -> Question:
        """What the provider is asked, and answers to."""
        return Question(self.state, self.nonce, self.verifier)

    @property
    def begun(self) -> datetime:
        """When the browser left."""
        return datetime.fromtimestamp(self.begun_at, UTC)


def begin_flow(provider: Provider, aim: Aim, goal: str, session_id: int | None = None) -> Flow:
    """Remember in this browser that it goes to a provider, and why."""
    flow = Flow(
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        provider=provider.name,
        aim=aim,
        goal=goal if len(goal) <= GOAL_MAX_CHARS else HOME,
        begun_at=clock.now().timestamp(),
        session_id=session_id,
    )
    session[SESSION_KEY] = [*_remembered(), asdict(flow)][-KEPT_AT_MOST:]
    return flow


def end_flow(provider: Provider) -> tuple[Flow, str]:
    """Return the flow that this request comes back from, and its code; raises ``ProviderTrouble``.

    A state counts once, also for somebody who kept a copy of the cookie.
    """
    state, code = _given("state", 100), _given("code", CODE_MAX_CHARS)
    flow = _take(provider, state)
    with transaction():
        is_first = claim_once("provider flow", flow.state)
    if not is_first:
        raise FlowUnknown(reason="state used before")
    if not code:
        raise ProviderDeclined(reason=f"error {_given('error', 60)!r}")
    return flow, code


def return_address(provider: Provider) -> str:
    """Return where a provider sends browsers back to; it is registered there."""
    return canonical_url(f"/sign-in/providers/{provider.name}/callback")


def _given(name: str, most_chars: int) -> str:
    values = request.args.getlist(name)
    if len(values) > 1 or any(len(value) > most_chars for value in values):
        raise FlowUnknown(reason=f"{name} given oddly")
    return values[0] if values else ""


def _take(provider: Provider, state: str) -> Flow:
    remembered = _remembered()
    found = [one for one in remembered if _are_equal(one["state"], state)]
    if not found:
        raise FlowUnknown(reason="state unknown here")
    session[SESSION_KEY] = [one for one in remembered if one not in found]
    flow = Flow(**found[0])
    if flow.provider != provider.name:
        raise FlowUnknown(reason="state of another provider")
    if clock.now() - flow.begun > timedelta(minutes=KEPT_MINUTES):
        raise FlowUnknown(reason="state too old")
    return flow


def _are_equal(kept: str, given: str) -> bool:
    return hmac.compare_digest(kept.encode(), given.encode())


def _remembered() -> list[dict[str, Any]]:
    remembered: list[dict[str, Any]] = session.get(SESSION_KEY, [])
    return remembered
