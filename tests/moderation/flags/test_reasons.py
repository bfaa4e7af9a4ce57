"""For what a post was reported: for moderators and superusers of the second tier, without names."""

import pytest
from flask import Flask

from community.identity.models import User
from reputation.superusers.wording import tools_of
from tests.client import ForumClient
from tests.factories.community import (
    load_user,
    make_board,
    make_question,
    make_user,
    set_post_visibility,
)
from tests.factories.flags import make_flag


def second_tier() -> User:
    return make_user(role="superuser", superuser_tier=2)


def test_a_superuser_sees_reasons_and_numbers_but_neither_names_nor_notes(
    client: ForumClient,
) -> None:
    question = make_question()
    make_flag(question, make_user("Gerda Melderin"), reason="off_topic", note="This is no place")
    make_flag(question, make_user(), reason="off_topic")
    client.sign_in(second_tier())
    address = f"/posts/{question.id}/flags"
    assert address in client.get(f"/posts/{question.id}/tools").text
    page = client.get(address).text
    assert '<td class="n">2</td>' in page
    assert "Gerda" not in page
    assert "no place" not in page


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ({"role": "superuser", "superuser_tier": 1}, 403),
        ({"points": 20_000}, 403),
        ({"role": "agent"}, 403),
        ({"role": "moderator"}, 200),
        ({"role": "superuser", "superuser_tier": 2}, 200),
    ],
)
def test_it_goes_by_role_alone(client: ForumClient, who: dict[str, object], status: int) -> None:
    question = make_question()
    client.sign_in(make_user(**who))  # type: ignore[arg-type]
    assert client.get(f"/posts/{question.id}/flags").status_code == status


def test_nobody_sees_it_of_what_they_wrote_or_may_not_read(app: Flask, client: ForumClient) -> None:
    mine = make_question(second_tier())
    assert (
        client.sign_in(load_user(mine.author_id)).get(f"/posts/{mine.id}/flags").status_code == 403
    )
    staff = make_question(make_user(role="admin"), make_board(audience="staff"))
    hidden = make_question()
    set_post_visibility(hidden, "hidden", make_user(role="moderator"))
    client.sign_in(second_tier())
    for question in (staff, hidden):
        assert client.get(f"/posts/{question.id}/flags").status_code == 404
    client.sign_in(make_user(role="moderator"))
    assert client.get(f"/posts/{hidden.id}/flags").status_code == 200


def test_the_tool_is_promised_to_the_second_tier(app: Flask) -> None:
    with app.test_request_context():
        assert (2, "see what was reported") in tools_of(2)
        assert "see what was reported" not in dict(map(reversed, tools_of(1)))
