"""Which SLA policy fits a case, and who may change them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from community.core.authz import Viewer, is_admin
from community.escalation.sla.models import CaseFacts, SlaPolicy

CONDITIONS = ("teams", "boards", "priorities", "languages", "channels")


class Conditional(Protocol):
    """What can be asked whether it fits a case."""

    is_fallback: bool
    position: int
    conditions: Any


def can_change_sla(viewer: Viewer) -> bool:
    """Administrators may."""
    return is_admin(viewer)


def choose_policy(policies: Iterable[SlaPolicy], facts: CaseFacts) -> SlaPolicy:
    """Return the first policy that fits, in their order; the fallback fits every case."""
    ordered = sorted(policies, key=lambda policy: (policy.is_fallback, policy.position, policy.id))
    return next(policy for policy in ordered if policy.is_fallback or fits(policy, facts))


def fits(policy: Conditional, facts: CaseFacts) -> bool:
    """Say whether a case meets all conditions of a policy."""
    values: Mapping[str, object] = {
        "teams": facts.team_id,
        "boards": facts.board_id,
        "priorities": facts.priority,
        "languages": facts.language,
        "channels": facts.channel,
    }
    wanted: Mapping[str, Sequence[object]] = policy.conditions
    return all(value in wanted[name] for name, value in values.items() if wanted.get(name))
