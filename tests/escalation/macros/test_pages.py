"""Teams keep macros: leads and administrators make and change them, agents use them."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from community.core.audit import AuditEntry
from community.core.db import db, transaction
from community.escalation.macros.models import Macro
from community.escalation.macros.operations import apply_macro
from community.escalation.macros.queries import get_offered_macro, list_macros_for
from community.escalation.macros.variables import MacroFacts
from community.escalation.teams.models import Team
from community.identity.models import User
from tests.client import ForumClient
from tests.factories.community import load_user, make_user, reload
from tests.factories.macros import make_macro
from tests.factories.support import make_agent, make_team
from tests.policy_macros import TYPED


def _lead() -> User:
    lead, team_id = make_agent("Leading"), make_team().id
    with transaction():
        db.session.execute(update(Team).where(Team.id == team_id).values(lead_id=lead.id))
    return load_user(lead.id)


def _other_team() -> Team:
    with transaction():
        team = Team(slug="network", names={"en": "Network", "de": "Netz"})
        db.session.add(team)
    return team


def _audited(action: str) -> int:
    found = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == action)
    with transaction():
        return db.session.scalar(found) or 0


def _macros() -> list[Macro]:
    with transaction():
        return list(db.session.scalars(select(Macro).order_by(Macro.id)))


def test_a_lead_makes_edits_and_retires_a_macro(app: Flask, client: ForumClient) -> None:
    client.sign_in(_lead())
    team_id = make_team().id
    typed = {**TYPED, "team": str(team_id), "state": "pending", "owner": "me"}
    assert client.submit("/desk/macros", typed).status_code == 303
    [macro] = _macros()
    assert (macro.team_id, macro.state, macro.owner, macro.language) == (
        team_id,
        "pending",
        "me",
        "en",
    )
    path = f"/desk/macros/{macro.id}"
    assert "Hello {customer}" in client.get(path).text
    client.submit(path, {**typed, "body": "Moin {customer}", "language": "de"})
    assert (reload(macro).body, reload(macro).language) == ("Moin {customer}", "de")
    client.submit(f"{path}/retirement", {})
    client.submit(f"{path}/retirement", {})
    assert reload(macro).retired_at is not None
    assert get_offered_macro(macro.id, team_id) is None
    client.remove(f"{path}/retirement")
    assert reload(macro).retired_at is None
    for action in ("macro.added", "macro.changed", "macro.retired", "macro.restored"):
        assert _audited(action) == 1, action


def test_saving_the_same_again_is_no_change(app: Flask, client: ForumClient) -> None:
    admin = make_user(role="admin")
    macro = make_macro(admin, team_id=None, name="Hello", body="Hello {customer}")
    client.sign_in(admin).submit(f"/desk/macros/{macro.id}", TYPED)
    assert _audited("macro.changed") == 0


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("body", "Hello {name}, {customer}", "There is no variable {name}."),
        ("body", " ", "Please fill this in."),
        ("body", "x" * 10_001, "Please shorten this"),
        ("name", "", "Please fill this in."),
        ("language", "fr", "Choose a language."),
        ("state", "closed", "Choose one of these."),
        ("priority", "huge", "Choose one of these."),
        ("owner", "7", "Choose one of these."),
        ("team", "999", "Choose a team."),
    ],
)
def test_what_does_not_fit_is_refused_and_not_lost(
    app: Flask, client: ForumClient, field: str, value: str, words: str
) -> None:
    client.sign_in(make_user(role="admin"))
    refused = client.submit("/desk/macros", {**TYPED, "name": "Kept as typed", field: value})
    assert refused.status_code == 422
    assert words in refused.text
    assert field == "name" or "Kept as typed" in refused.text
    assert _macros() == []


def test_agents_read_macros_and_change_none(app: Flask, client: ForumClient) -> None:
    admin = make_user(role="admin")
    macro = make_macro(admin, team_id=make_team().id, name="For the team")
    client.sign_in(make_agent())
    page = client.get("/desk/macros").text
    assert "For the team" in page
    assert "New macro" not in page
    assert client.get("/desk/macros/new").status_code == 403
    assert client.get(f"/desk/macros/{macro.id}").status_code == 403
    assert client.submit("/desk/macros", TYPED).status_code == 403
    assert client.submit(f"/desk/macros/{macro.id}/retirement", {}).status_code == 403


def test_a_lead_changes_nothing_of_other_teams_and_of_all(app: Flask, client: ForumClient) -> None:
    admin, other = make_user(role="admin"), _other_team()
    shared = make_macro(admin, team_id=None)
    foreign = make_macro(admin, team_id=other.id)
    own = make_macro(admin, team_id=make_team().id)
    client.sign_in(_lead())
    assert client.submit(f"/desk/macros/{shared.id}", TYPED).status_code == 403
    assert client.submit(f"/desk/macros/{foreign.id}", TYPED).status_code == 404
    # Nor is an own one given away.
    for team in ("", str(other.id)):
        assert client.submit(f"/desk/macros/{own.id}", {**TYPED, "team": team}).status_code == 403
    assert reload(own).team_id == make_team().id


def test_members_and_moderators_see_no_macros(app: Flask, client: ForumClient) -> None:
    for viewer in (make_user(), make_user(role="moderator"), make_user(role="agent")):
        client.sign_in(viewer)
        assert client.get("/desk/macros").status_code == 403


def test_a_team_is_offered_its_own_and_shared_ones_by_language(app: Flask) -> None:
    admin, team = make_user(role="admin"), make_team()
    values: list[dict[str, Any]] = [
        {"team_id": team.id, "name": "B", "language": "en"},
        {"team_id": None, "name": "A", "language": "en"},
        {"team_id": team.id, "name": "C", "language": "de"},
        {"team_id": _other_team().id, "name": "D", "language": "de"},
    ]
    for each in values:
        make_macro(admin, **each)
    assert [macro.name for macro in list_macros_for(team.id, "de")] == ["C", "A", "B"]
    assert [macro.name for macro in list_macros_for(team.id, "en")] == ["A", "B", "C"]


def test_applying_fills_in_and_changes_nothing(app: Flask) -> None:
    agent = make_agent()
    macro = make_macro(make_user(role="admin"), team_id=None, state="solved", owner="me")
    facts = MacroFacts(customer="Femke", agent="Marten", question="", case="C-1", site="Nordfunk")
    applied = apply_macro(agent, macro, facts)
    assert (applied.text, applied.state, applied.priority, applied.owner_id) == (
        "Xyzzy Femke",
        "solved",
        "",
        agent.id,
    )
    assert reload(macro).body == "Xyzzy {customer}"
