"""Checks of the providers people sign in with."""

from collections.abc import Iterator

from sqlalchemy import select

from community.admin.doctor.findings import Finding, failure, fine, warning
from community.core.db import db
from community.identity.models import Group
from community.identity.providers.documents import endpoints_of, keys_of
from community.identity.providers.errors import ProviderUnreachable
from community.identity.providers.settings import Provider, list_providers


def check_providers() -> Iterator[Finding]:
    """Ask each provider where it is asked and what it signs with; look for groups it names."""
    providers = list_providers()
    if not providers:
        yield fine("Nobody signs in through a provider.")
        return
    slugs = set(db.session.scalars(select(Group.slug)))
    # Not while a transaction is open: a provider may keep us waiting.
    db.session.rollback()
    for provider in providers:
        yield _ask(provider)
        yield from _look_for_groups(provider, slugs)


def _ask(provider: Provider) -> Finding:
    try:
        endpoints_of(provider)
        has_keys = bool(keys_of(provider))
    except ProviderUnreachable as error:
        return failure(
            f'The provider "{provider.name}" does not answer properly: {error.reason}.',
            f"Look at its issuer, {provider.issuer}, and whether this machine reaches it.",
        )
    if not has_keys:
        return failure(
            f'The provider "{provider.name}" publishes no key that we could check tokens with.',
            "Let it sign with RS256, PS256 or ES256, and with 2048 bits or more.",
        )
    return fine(f'The provider "{provider.name}" answers, and publishes its keys.')


def _look_for_groups(provider: Provider, slugs: set[str]) -> Iterator[Finding]:
    wanted = {target.removeprefix("group:") for target in provider.groups.values()}
    roles = {target for target in wanted if target.startswith("role:")}
    for slug in sorted(wanted - roles - slugs):
        yield warning(
            f'The provider "{provider.name}" adds people to a group {slug}, which there is not.',
            "Make it under Administration, Groups, or take it out of the provider's settings.",
        )
