"""The question by link and on the case's page, its answer once, and what staff see of it."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from community.core.db import db, transaction
from community.core.worker import run_due_jobs
from community.escalation.csat.models import CsatRefusal, CsatResponse
from community.escalation.csat.operations.answering import AlreadyAnswered, answer_question
from community.escalation.csat.tokens import sign_response
from community.escalation.teams.models import Team
from community.notifications.models import Notification
from tests.client import ForumClient
from tests.factories.community import days_ago, make_user, reload
from tests.factories.csat import ask_about, make_solved_case
from tests.factories.support import make_agent, make_other_team, make_team
from tests.mailbox import sent_mails


def _asked(customer: Any = None) -> CsatResponse:
    return ask_about(make_solved_case(customer))


def _link(response: CsatResponse) -> str:
    return f"/satisfaction/{sign_response(response.id)}"


def _told() -> list[tuple[int, str]]:
    run_due_jobs()
    found = db.session.execute(
        select(Notification.user_id, Notification.page).where(Notification.kind == "rating")
    )
    return [(user_id, page) for user_id, page in found]


def _refused() -> list[int | None]:
    with transaction():
        return list(db.session.scalars(select(CsatRefusal.user_id)))


def _lead(user_id: int) -> None:
    team_id = make_team().id
    with transaction():
        db.session.execute(update(Team).where(Team.id == team_id).values(lead_id=user_id))


def test_a_scanner_that_follows_all_links_answers_nothing(app: Flask, client: ForumClient) -> None:
    case = make_solved_case()
    sent_mails(app)
    response = ask_about(case)
    [mail] = sent_mails(app)
    links = re.findall(r"http://localhost(/\S+)", mail.body)
    assert len(links) == 6
    for link in links:
        assert client.get(link).status_code == 200
        client.head(link)
    assert reload(response).answered_at is None
    assert _refused() == []


def test_the_link_chooses_a_mark_and_the_button_sends_it(app: Flask, client: ForumClient) -> None:
    response = _asked()
    page = client.get(f"{_link(response)}?mark=4").text
    assert re.search(r'value="4" checked', page)
    done = client.submit(_link(response), {"mark": "4", "comment": "Quick, thank you"})
    assert done.status_code == 200
    assert "Thank you for your answer" in done.text
    answered = reload(response)
    assert (answered.mark, answered.comment) == (4, "Quick, thank you")
    assert _told() == []


def test_an_answer_is_given_once(app: Flask, client: ForumClient) -> None:
    response = _asked()
    client.submit(_link(response), {"mark": "5", "comment": ""})
    again = client.submit(_link(response), {"mark": "1", "comment": "Changed my mind"})
    assert "Very satisfied" in again.text
    assert (reload(response).mark, reload(response).comment) == (5, "")


def test_two_answers_at_once_are_one(app: Flask, at_once: Any) -> None:
    response = _asked()
    _lead(make_agent().id)

    def act() -> bool:
        with transaction():
            answer_question(db.session.get_one(CsatResponse, response.id), mark=1, comment="")
        return True

    results = at_once([act] * 4)
    assert [each for each in results if each is True] == [True]
    assert all(isinstance(each, AlreadyAnswered) for each in results if each is not True)
    assert len(_told()) == 1


@pytest.mark.parametrize("token", ["forged", "MQ", "MQ.x", "Mg.AAAAAAAAAAAAAAAAAAAAAAAAAAA"])
def test_forged_links_lead_nowhere(app: Flask, client: ForumClient, token: str) -> None:
    _asked()
    for path in (f"/satisfaction/{token}", f"/satisfaction/{token}/refusal"):
        assert client.get(path).status_code == 404
        assert client.submit(path, {}).status_code == 404


def test_a_link_is_of_use_for_thirty_days(app: Flask, client: ForumClient) -> None:
    response = _asked()
    with transaction():
        db.session.execute(update(CsatResponse).values(asked_at=days_ago(31)))
    assert "has ended" in client.get(_link(response)).text
    assert "has ended" in client.submit(_link(response), {"mark": "5"}).text
    assert reload(response).mark is None


@pytest.mark.parametrize(
    ("mark", "comment", "words"),
    [
        ("", "Typed already", "Please choose how satisfied you were."),
        ("6", "Typed already", "Please choose how satisfied you were."),
        ("3", "Typed already" + "x" * 2000, "Please shorten this"),
        ("3", "Typed already \x00", "characters in this text"),
    ],
)
def test_what_does_not_fit_is_refused_and_not_lost(
    app: Flask, client: ForumClient, mark: str, comment: str, words: str
) -> None:
    response = _asked()
    refused = client.submit(_link(response), {"mark": mark, "comment": comment})
    assert refused.status_code == 422
    assert words in refused.text
    assert "Typed already" in refused.text
    assert reload(response).mark is None


def test_a_low_mark_tells_the_lead_once_by_bell_and_mail(app: Flask, client: ForumClient) -> None:
    lead = make_agent("Leading")
    make_agent("Another one")
    _lead(lead.id)
    response = _asked()
    sent_mails(app)
    client.submit(_link(response), {"mark": "2", "comment": "Nobody called back"})
    mails = sent_mails(app)
    page = f"/desk/satisfaction/answers?case={response.case_id}"
    assert _told() == [(lead.id, page)]
    assert [mail.to for mail in mails] == [[lead.email]]
    assert f"C-{response.case_id}" in mails[0].subject
    shown = client.sign_in(lead).get(page)
    assert "Nobody called back" in shown.text


def test_without_a_lead_the_whole_team_hears_of_it(app: Flask, client: ForumClient) -> None:
    team = {make_agent().id, make_agent().id}
    client.submit(_link(_asked()), {"mark": "1"})
    assert {user_id for user_id, _page in _told()} == team


def test_customers_answer_on_their_case_page_too(app: Flask, client: ForumClient) -> None:
    customer = make_user()
    response = _asked(customer)
    path = f"/cases/{response.case_id}/satisfaction"
    client.sign_in(customer)
    assert "How satisfied were you" in client.get(path).text
    part = client.get(path, headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert f'action="{path}"' in part
    client.submit(path, {"mark": "3", "comment": "All right"})
    assert reload(response).mark == 3
    # What was answered there is answered in the mail, too.
    assert "Thank you for your answer" in client.get(_link(response)).text


def test_the_page_of_ones_case_asks_once_there_is_something_to_ask(
    app: Flask, client: ForumClient
) -> None:
    customer = make_user()
    client.sign_in(customer)
    early = make_solved_case(customer, days=0.5)
    assert "/satisfaction" not in client.get(f"/cases/{early.id}").text
    asked = _asked(customer).case_id
    page = client.get(f"/cases/{asked}").text
    # Loaded by htmx, and a plain link without it.
    assert f'hx-get="/cases/{asked}/satisfaction"' in page
    assert f'<a href="/cases/{asked}/satisfaction">' in page


def test_answers_lead_to_their_case_where_it_is_open_to_the_reader(
    app: Flask, client: ForumClient
) -> None:
    agent = make_agent()
    theirs, own = _asked().case_id, _asked(agent).case_id
    page = client.sign_in(agent).get("/desk/satisfaction/answers?show=asked").text
    assert f'href="/desk/cases/{theirs}"' in page
    assert f"C-{own}" in page
    assert f'href="/desk/cases/{own}"' not in page
    assert client.get(f"/desk/cases/{theirs}").status_code == 200


def test_nobody_answers_for_somebody_else(app: Flask, client: ForumClient) -> None:
    response = _asked()
    path = f"/cases/{response.case_id}/satisfaction"
    assert client.get(path).status_code == 302
    for other in (make_user(), make_agent(), make_user(role="admin")):
        client.sign_in(other)
        assert client.get(path).status_code == 404
        assert client.submit(path, {"mark": "5"}).status_code == 404
    assert reload(response).mark is None


def test_who_was_not_asked_yet_sees_no_question(app: Flask, client: ForumClient) -> None:
    customer = make_user()
    case = make_solved_case(customer, days=0.5)
    assert client.sign_in(customer).get(f"/cases/{case.id}/satisfaction").status_code == 404


def test_one_click_ends_the_questions(app: Flask, client: ForumClient) -> None:
    customer = make_user()
    path = f"{_link(_asked(customer))}/refusal"
    # The button leads to the link's own address, not to one with another token.
    assert f'action="{path}"' in client.get(path).text
    # Mail providers send this without cookies and without a token.
    done = client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert done.status_code == 200
    assert "not ask you again" in done.text
    assert _refused() == [customer.id]


def _answer(client: ForumClient, mark: int, comment: str = "") -> CsatResponse:
    response = _asked()
    client.submit(_link(response), {"mark": str(mark), "comment": comment})
    return response


def test_every_number_of_a_month_opens_its_list(app: Flask, client: ForumClient) -> None:
    agent = make_agent()
    for mark, comment in ((5, "Fine"), (4, "Good"), (1, "Awful")):
        _answer(client, mark, comment)
    silent = _asked()
    page = client.sign_in(agent).get("/desk/satisfaction").text
    row = page.partition("<tbody>")[2]
    links = re.findall(r'href="(/desk/satisfaction/answers[^"]+)" [^>]+>([^<]+)<', row)
    assert [number for _link, number in links] == ["3.3", "3", "4", "1"]
    lists = [client.get(link.replace("&amp;", "&")).text for link, _number in links]
    counted = [text.count('<li class="panel') for text in lists]
    assert counted == [3, 3, 4, 1]
    assert "Awful" in lists[3]
    assert "Fine" not in lists[3]
    assert f"C-{silent.case_id}" in lists[2]


def test_a_month_without_questions_is_not_shown(app: Flask, client: ForumClient) -> None:
    _answer(client, 5)
    client.sign_in(make_agent())
    earlier = client.get("/desk/satisfaction/answers?month=2001-01&show=asked")
    assert "Nothing here" in earlier.text
    assert client.get("/desk/satisfaction").text.count("<tr>") == 2


@pytest.mark.parametrize(
    "query", ["month=nonsense", "month=9999-12", "show=x", "case=x", "before=!"]
)
def test_odd_questions_get_a_page(app: Flask, client: ForumClient, query: str) -> None:
    client.sign_in(make_agent())
    assert client.get(f"/desk/satisfaction/answers?{query}").status_code == 200


def test_agents_see_their_own_teams_answers_alone(app: Flask, client: ForumClient) -> None:
    _answer(client, 1, "Only for the team")
    team_id = make_team().id
    outsider = make_agent(team=make_other_team())
    client.sign_in(outsider)
    assert "Nobody was asked yet" in client.get("/desk/satisfaction").text
    assert "Only for the team" not in client.get("/desk/satisfaction/answers").text
    assert client.get(f"/desk/satisfaction/answers?team={team_id}").status_code == 404
    client.sign_in(make_user(role="admin"))
    assert "Only for the team" in client.get("/desk/satisfaction/answers").text


def test_members_and_moderators_see_nothing_of_it(app: Flask, client: ForumClient) -> None:
    for viewer in (make_user(), make_user(role="moderator"), make_user(role="superuser")):
        client.sign_in(viewer)
        assert client.get("/desk/satisfaction").status_code == 403
        assert client.get("/desk/satisfaction/answers").status_code == 403
