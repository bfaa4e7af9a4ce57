"""Pictures of new members: a moderator looks at each, and what is decided is done."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from community.core.db import db, transaction
from community.core.worker import run_due_jobs
from community.identity.models import User
from community.posts.models import Attachment
from community.questions.models import Question
from moderation.appeals.operations import open_appeal
from moderation.cases.models import ModerationCase
from moderation.cases.operations import claim_case, decide_case, undo_case
from moderation.sanctions.models import Statement
from tests.client import ForumClient
from tests.factories.community import days_ago, make_question, make_user
from tests.factories.images import make_image
from tests.mailbox import sent_mails

NOTE = "It shows somebody's customer number."


@pytest.fixture
def newcomer(app: Flask) -> User:
    return make_user("Nora New", created_at=days_ago(0.1), language="en")


@pytest.fixture
def keeper(app: Flask) -> User:
    return make_user("Kim Keeper", role="moderator")


def show_picture(asker: User) -> tuple[Question, Attachment]:
    with transaction():
        image = make_image(asker, alt="")
    body = f"This is what the screen says.\n\n![no bars](/attachments/{image.name})"
    question = make_question(asker, body=body)
    run_due_jobs()
    return question, image


def cases(kind: str = "image") -> list[ModerationCase]:
    query = select(ModerationCase).where(ModerationCase.kind == kind)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def decide(actor: User, case: ModerationCase, key: str, rule: str = "other") -> None:
    with transaction():
        claim_case(actor, db.session.get_one(ModerationCase, case.id))
    with transaction():
        decide_case(actor, db.session.get_one(ModerationCase, case.id), key, NOTE, rule)


def is_seen(client: ForumClient, image: Attachment) -> bool:
    return client.get(f"/attachments/{image.name}").status_code == 200


def statements() -> list[Statement]:
    query = select(Statement).execution_options(populate_existing=True)
    return list(db.session.scalars(query))


def test_a_newcomers_picture_opens_one_case(newcomer: User) -> None:
    question, image = show_picture(newcomer)
    (case,) = cases()
    assert (case.source, case.post_id) == (f"image:{image.id}", question.id)
    assert case.evidence == {"image": image.id}


@pytest.mark.parametrize("values", [{"solved_count": 1}, {"role": "agent"}])
def test_pictures_of_people_one_knows_open_none(app: Flask, values: dict[str, object]) -> None:
    show_picture(make_user(**values))
    assert cases() == []


def test_too_many_pictures_of_a_newcomer_wait_as_the_site_says(
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    client: ForumClient,
    newcomer: User,
    keeper: User,
) -> None:
    settings = replace(app.config["SETTINGS"], rate_limits=True, newcomer_excess="hold")
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    with transaction():
        images = [make_image(newcomer, alt="") for _ in range(2)]
    shown = "\n\n".join(f"![](/attachments/{image.name})" for image in images)
    question = make_question(newcomer, body=f"These are my screens.\n\n{shown}")
    run_due_jobs()
    assert (question.visibility, cases()) == ("held", [])
    (case,) = cases("held")
    assert case.evidence["codes"] == ["media"]
    assert not any(is_seen(client, image) for image in images)
    page = client.sign_in(keeper).get(f"/moderation/cases/{case.id}").text
    assert all(f'src="/attachments/{image.name}"' in page for image in images)
    decide(keeper, case, "publish")
    client.sign_out()
    assert all(is_seen(client, image) for image in images)


def test_a_picture_that_is_fine_stays(client: ForumClient, newcomer: User, keeper: User) -> None:
    _, image = show_picture(newcomer)
    decide(keeper, cases()[0], "fine")
    assert is_seen(client, image)
    assert statements() == []


def test_a_picture_taken_down_is_gone_and_its_member_told_why(
    app: Flask, client: ForumClient, newcomer: User, keeper: User
) -> None:
    question, image = show_picture(newcomer)
    assert is_seen(client, image)
    decide(keeper, cases()[0], "remove", "personal_data")
    assert not is_seen(client, image)
    assert client.get(f"/questions/{question.id}", follow_redirects=True).status_code == 200
    (told,) = statements()
    assert (told.user_id, told.measure, told.rule) == (
        newcomer.id,
        "image_removed",
        "personal_data",
    )
    assert NOTE in told.text
    assert "taken down a picture" in told.text
    run_due_jobs()
    assert any(NOTE in mail.body for mail in sent_mails(app) if mail.to == [newcomer.email])


def test_the_case_leads_to_what_came_of_it(
    client: ForumClient, newcomer: User, keeper: User
) -> None:
    show_picture(newcomer)
    (case,) = cases()
    decide(keeper, case, "remove")
    client.sign_in(keeper)
    link = f'href="/moderation/people/{newcomer.id}/sanctions?case={case.id}">'
    page = client.get(f"/moderation/cases/{case.id}").text
    assert page.count(link) == 1


def test_taking_it_back_brings_the_picture_back(
    client: ForumClient, newcomer: User, keeper: User
) -> None:
    _, image = show_picture(newcomer)
    decide(keeper, cases()[0], "remove")
    with transaction():
        undo_case(keeper, db.session.get_one(ModerationCase, cases()[0].id), "My mistake")
    assert is_seen(client, image)


def test_an_appeal_that_is_right_brings_the_picture_back(
    client: ForumClient, newcomer: User, keeper: User
) -> None:
    _, image = show_picture(newcomer)
    decide(keeper, cases()[0], "remove")
    run_due_jobs()
    with transaction():
        open_appeal(newcomer, statements()[0].id, "The number is made up.")
    run_due_jobs()
    decide(make_user("Olga Other", role="moderator"), cases("appeal")[0], "overturned")
    run_due_jobs()
    assert is_seen(client, image)


def test_the_case_shows_the_picture(client: ForumClient, newcomer: User, keeper: User) -> None:
    _, image = show_picture(newcomer)
    page = client.sign_in(keeper).get(f"/moderation/cases/{cases()[0].id}").text
    assert f'src="/attachments/{image.name}"' in page
    assert "no bars" in page
    with transaction():
        db.session.delete(db.session.get_one(Attachment, image.id))
    assert "It is gone." in client.get(f"/moderation/cases/{cases()[0].id}").text


def test_a_picture_that_is_gone_is_decided_all_the_same(newcomer: User, keeper: User) -> None:
    _, image = show_picture(newcomer)
    with transaction():
        db.session.delete(db.session.get_one(Attachment, image.id))
    decide(keeper, cases()[0], "remove")
    assert statements() == []
