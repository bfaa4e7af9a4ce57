"""Going to a provider and back, as a browser would."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from community.core.db import db, forget_changes
from community.identity.models import ExternalIdentity, User
from community.identity.providers.settings import Provider
from tests.client import ForumClient
from tests.factories.community import reload
from tests.identity.openid import CLIENT_ID, CLIENT_SECRET, FakeProvider

START = "/sign-in/providers/work"
CALLBACK = f"{START}/callback"
JOIN = f"{START}/account"


def provider_at(origin: str, **changes: object) -> Provider:
    """Return the settings of a provider that runs there."""
    provider = Provider(
        name="work",
        label={"de": "Firmenzugang", "en": "Company account"},
        issuer=origin,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        group_claim="groups",
        groups={"mods": "role:moderator", "supers": "role:superuser", "partners": "group:partners"},
    )
    return replace(provider, **changes)


@contextmanager
def offering(app: Flask, *providers: Provider) -> Iterator[None]:
    """Let people sign in with these providers, until the block ends."""
    before = app.extensions["sign_in_providers"]
    app.extensions["sign_in_providers"] = {provider.name: provider for provider in providers}
    app.extensions["provider_documents"] = {}
    try:
        yield
    finally:
        app.extensions["sign_in_providers"] = before


def leave(client: ForumClient, address: str = START) -> str:
    """Go to the provider; returns the address there."""
    response = client.get(address)
    assert response.status_code == 302, response.text
    return str(response.location)


def come_back(client: ForumClient, fake: FakeProvider, there: str, **changes: str) -> TestResponse:
    """Sign in there and come back with what the provider gave along."""
    return client.get(CALLBACK, query_string={**fake.sign_in(there), **changes})


def sign_in(client: ForumClient, fake: FakeProvider, address: str = START) -> TestResponse:
    """Go there and back."""
    return come_back(client, fake, leave(client, address))


def join(client: ForumClient, fake: FakeProvider, name: str = "Jana") -> User:
    """Make an account through the provider and sign in to it."""
    assert sign_in(client, fake).location == JOIN
    assert client.submit(JOIN, {"display_name": name}).status_code == 303
    return owner_of(fake.claims["sub"])


def owner_of(subject: str) -> User:
    """Return whom a subject signs in."""
    forget_changes()
    query = select(User).join(ExternalIdentity, ExternalIdentity.user_id == User.id)
    return reload(db.session.scalars(query.where(ExternalIdentity.subject == subject)).one())


def identities() -> list[tuple[int, str, str]]:
    """Return all connections: who, by which provider, as whom."""
    forget_changes()
    rows = db.session.scalars(select(ExternalIdentity).order_by(ExternalIdentity.id))
    return [(row.user_id, row.provider, row.subject) for row in rows]
