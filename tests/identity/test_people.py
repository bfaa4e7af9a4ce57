"""Finding people by name."""

import pytest

from community.core.authz import SYSTEM
from community.core.db import transaction
from community.core.worker import run_due_jobs
from community.identity.names import mention_name_of, name_key_of
from community.privacy.operations.erasures import order_erasure
from tests.factories.community import load_user, make_user


@pytest.mark.parametrize(
    "name", ["Aylin Kaya", "aylinkaya", "AylinKaya", "aylin_kaya", "Aylín-Kaya"]
)
def test_a_name_leads_to_the_profile_however_it_is_written(client, name):
    user = make_user("Aylin Kaya")
    response = client.get(f"/users/by-name/{name}")
    assert (response.status_code, response.location) == (302, f"/users/{user.id}")


@pytest.mark.parametrize("name", ["nobody", "%00", "....", "%F0%9F%98%80", "x" * 2_000, "%ff"])
def test_a_name_that_nobody_has_is_not_found(client, name):
    make_user("Aylin Kaya")
    assert client.get(f"/users/by-name/{name}").status_code == 404


@pytest.mark.parametrize("is_erased", [False, True], ids=["disabled", "erased"])
def test_closed_accounts_are_not_found_by_name(client, is_erased):
    user = make_user("Aylin Kaya", active=is_erased)
    if is_erased:
        with transaction():
            order_erasure(SYSTEM, load_user(user.id))
        run_due_jobs()
    assert client.get("/users/by-name/aylinkaya").status_code == 404
    client.sign_in(make_user())
    assert client.get("/users/names?q=ayl").json == []


def test_names_are_offered_as_they_are_mentioned(client):
    for name in ("Niamh O'Kelly", "Niamh B.", "Noah"):
        make_user(name)
    client.sign_in(make_user())
    assert client.get("/users/names?q=nIa").json == ["NiamhB", "NiamhOKelly"]


def test_at_most_eight_names_are_offered(client):
    for number in range(12):
        make_user(f"Person {number}")
    client.sign_in(make_user())
    assert len(client.get("/users/names?q=person").json) == 8


@pytest.mark.parametrize("start", ["", "%", "_", "%25%25", "\x00", "x" * 5_000])
def test_what_is_no_start_of_a_name_offers_nothing(client, start):
    make_user("Aylin Kaya")
    client.sign_in(make_user())
    response = client.get("/users/names", query_string={"q": start})
    assert (response.status_code, response.json) == (200, [])


def test_names_are_offered_to_members_alone(client):
    assert client.get("/users/names?q=a").status_code == 302


@pytest.mark.parametrize(
    ("name", "handle"),
    [
        ("Kim Lorenz", "KimLorenz"),
        ("Niamh O'Kelly", "NiamhOKelly"),
        (".dot.", "dot"),
        ("Jörg", "Jörg"),
    ],
)
def test_a_mention_means_the_same_person(name, handle):
    assert mention_name_of(name) == handle
    assert name_key_of(handle) == name_key_of(name)
