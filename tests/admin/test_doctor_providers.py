"""The doctor asks the providers people sign in with."""

from collections.abc import Iterator

import pytest

from community.admin.doctor.findings import Level
from community.admin.doctor.sign_in import check_providers
from community.core.authz import SYSTEM
from community.core.db import transaction
from community.identity.operations.groups import make_group
from tests.identity.openid import FakeProvider, running_provider
from tests.identity.provider_flows import offering, provider_at


@pytest.fixture
def fake(app) -> Iterator[FakeProvider]:
    with running_provider() as fake, offering(app, provider_at(fake.origin, groups={})):
        yield fake


def levels() -> list[Level]:
    return [finding.level for finding in check_providers()]


def test_without_providers_all_is_fine(app) -> None:
    assert levels() == [Level.FINE]


def test_a_provider_that_answers_is_fine(fake) -> None:
    assert levels() == [Level.FINE]


def test_a_provider_that_is_down_or_lies_is_a_failure(fake) -> None:
    fake.discovery_changes = {"issuer": "https://evil.example"}
    (finding,) = check_providers()
    assert finding.level is Level.FAILURE
    assert "another issuer" in finding.words
    assert fake.origin in finding.advice


def test_a_provider_without_keys_is_a_failure(fake) -> None:
    fake.published_keys = []
    assert levels() == [Level.FAILURE]


def test_a_group_that_is_not_there_is_worth_a_look(fake, app) -> None:
    groups = {"mods": "role:moderator", "partners": "group:partners"}
    with offering(app, provider_at(fake.origin, groups=groups)):
        assert levels() == [Level.FINE, Level.WARNING]
        with transaction():
            make_group(SYSTEM, "partners", {"de": "Partner", "en": "Partners"})
        assert levels() == [Level.FINE]
