"""The agent's page with its preview, and the customer's by link and signed in."""

import re
from typing import Any

from flask import Flask
from sqlalchemy import func, select, update

from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.escalation.cases.models import SupportCase
from community.escalation.cases.operations.opening import open_case
from community.escalation.cases.operations.states import solve
from community.escalation.publishing.models import Publication
from community.escalation.publishing.tokens import sign_publication
from community.identity.models import User
from community.questions.models import Question
from tests.client import ForumClient
from tests.factories.community import load_user, make_board, make_user, reload
from tests.factories.publishing import a_draft, ask_customer
from tests.factories.support import make_agent, make_other_team, make_support_case
from tests.mailbox import sent_mails

WORDS = "Hello, this is Nadia Brandt, call me on +49 151 23456789: roaming stops every evening."


def _link(publication: Publication) -> str:
    assert publication.customer_id
    email = load_user(publication.customer_id).email or ""
    return f"/publications/{sign_publication(publication.id, email)}"


def _declining(publication: Publication, reason: str = "") -> dict[str, str]:
    return {"answer": "decline", "text": publication.text_hash, "reason": reason}


def _publications() -> list[Publication]:
    with transaction():
        return list(db.session.scalars(select(Publication).order_by(Publication.id)))


def _questions() -> int:
    return db.session.scalar(select(func.count(Question.id))) or 0


def _desk(case: SupportCase) -> str:
    return f"/desk/cases/{case.id}/publication"


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


def _typed(board: str, **values: Any) -> dict[str, Any]:
    return {**vars(a_draft(board)), **values}


def test_the_text_begins_with_the_customers_words_masked(client: ForumClient) -> None:
    case = make_support_case(requester=make_user("Nadia Brandt"), body=WORDS)
    page = client.sign_in(make_agent()).get(_desk(case)).text
    assert "roaming stops every evening" in page
    assert "23456789" not in page
    assert "Brandt" not in page


def test_an_agent_sees_exactly_what_would_be_published_before_asking(client: ForumClient) -> None:
    case, board = make_support_case(), make_board()
    client.sign_in(make_agent())
    page = client.submit(_desk(case), _typed(board.slug))
    assert page.status_code == 200
    assert "Exactly this would be published" in page.text
    assert _publications() == []
    shown = _hidden(page.text, "shown")
    changed = client.submit(
        _desk(case), _typed(board.slug, shown=shown, title="A title that differs")
    )
    assert "Exactly this would be published" in changed.text
    assert _publications() == []
    done = client.submit(_desk(case), _typed(board.slug, shown=shown))
    assert done.status_code == 303
    assert [one.text_hash for one in _publications()] == [shown]


def test_personal_data_is_asked_about_and_masked(client: ForumClient) -> None:
    case, board = make_support_case(), make_board()
    client.sign_in(make_agent())
    typed = _typed(board.slug, body=f"{WORDS} My account is DE89 3704 0044 0532 0130 00.")
    refused = client.submit(_desk(case), typed)
    assert refused.status_code == 422
    assert "Account number (IBAN)" in refused.text
    masked = client.submit(_desk(case), {**typed, "personal": "mask"})
    assert "Exactly this would be published" in masked.text
    assert "0532 0130" not in masked.text
    assert "23456789" not in masked.text


def test_nothing_typed_is_lost_when_a_text_is_refused(client: ForumClient) -> None:
    case = make_support_case()
    client.sign_in(make_agent())
    refused = client.submit(_desk(case), _typed("", title="Too short"))
    assert refused.status_code == 422
    assert "Every evening roaming stops" in refused.text
    assert 'href="#board"' in refused.text
    assert 'href="#title"' in refused.text


def test_a_stranger_is_published_on_public_boards_alone(client: ForumClient) -> None:
    given = {"trigger": "mail", "subject": "Roaming", "language": "en", "channel": "mail"}
    with transaction():
        case = open_case(SYSTEM, requester_email="max@example.net", body=WORDS, **given)
    board = make_board(audience="members")
    client.sign_in(make_agent())
    assert f'value="{board.slug}"' not in client.get(_desk(case)).text
    assert client.submit(_desk(case), _typed(board.slug)).status_code == 422


def test_a_case_that_is_settled_or_has_a_question_is_refused(client: ForumClient) -> None:
    agent, case, board = make_agent(), make_support_case(), make_board()
    ask_customer(case, agent=agent)
    client.sign_in(agent)
    with transaction():
        solve(agent, case.id, outcome="answered", contact_reason="how_to")
    shown = _hidden(client.submit(_desk(make_support_case()), _typed(board.slug)).text, "shown")
    refused = client.submit(_desk(case), _typed(board.slug, shown=shown))
    assert refused.status_code == 409
    assert "Only a case in hand that has no public question" in refused.text
    assert "Every evening roaming stops" in refused.text


def test_agents_of_other_teams_and_customers_find_no_such_page(client: ForumClient) -> None:
    case = make_support_case()
    client.sign_in(make_agent(team=make_other_team()))
    assert client.get(_desk(case)).status_code == 404
    assert client.submit(_desk(case), _typed("x")).status_code == 404
    client.sign_in(make_user())
    assert client.get(_desk(case)).status_code == 403


def test_the_mail_holds_the_exact_text_and_one_link(app: Flask, client: ForumClient) -> None:
    customer = make_user("Nadia")
    case = make_support_case(requester=customer, body=WORDS)
    sent_mails(app)
    publication = ask_customer(case)
    [mail] = [one for one in sent_mails(app) if one.to == [customer.email]]
    assert publication.title in mail.body
    assert publication.body in mail.body
    assert "23456789" not in mail.body
    [link] = re.findall(r"http://localhost(/publications/\S+)", mail.body)
    assert publication.title in client.get(link).text


def test_a_scanner_that_follows_the_link_agrees_to_nothing(client: ForumClient) -> None:
    publication = ask_customer(make_support_case())
    assert client.get(_link(publication)).status_code == 200
    client.head(_link(publication))
    assert reload(publication).answer == ""
    assert _questions() == 0


def test_whoever_holds_the_link_agrees_once(client: ForumClient) -> None:
    publication = ask_customer(make_support_case())
    page = client.get(_link(publication)).text
    answer = {"answer": "agree", "text": _hidden(page, "text"), "named": "0"}
    done = client.submit(_link(publication), answer)
    assert done.status_code == 200
    assert "You agreed" in done.text
    kept = reload(publication)
    assert (kept.answer, kept.way, kept.is_named) == ("agreed", "link", False)
    again = client.submit(_link(publication), {**answer, "answer": "decline"})
    assert again.status_code == 409
    assert reload(publication).answer == "agreed"


def test_an_unnamed_question_shows_no_name_to_anybody(client: ForumClient) -> None:
    customer = make_user("Nadia Zauberwald")
    publication = ask_customer(make_support_case(requester=customer, body=WORDS))
    client.submit(_link(publication), {"answer": "agree", "text": publication.text_hash})
    page = client.get(f"/questions/{reload(publication).question_id}", follow_redirects=True).text
    assert publication.title in page
    assert "Somebody (through the support team)" in page
    assert "Zauberwald" not in page
    assert "23456789" not in page


def test_a_customer_agrees_on_their_own_page_with_their_name(client: ForumClient) -> None:
    customer = make_user("Nadia Zauberwald")
    publication = ask_customer(make_support_case(requester=customer))
    own = f"/cases/{publication.case_id}/publication"
    client.sign_in(customer)
    assert own in client.get(f"/cases/{publication.case_id}").text
    answer = {"answer": "agree", "text": publication.text_hash, "named": "1"}
    assert "You agreed" in client.submit(own, answer).text
    kept = reload(publication)
    assert (kept.way, kept.is_named) == ("page", True)
    page = client.get(f"/questions/{kept.question_id}", follow_redirects=True).text
    assert "Nadia Zauberwald" in page


def test_declining_keeps_it_private_and_says_so(client: ForumClient) -> None:
    publication = ask_customer(make_support_case())
    refused = client.submit(_link(publication), _declining(publication, "x"))
    assert refused.status_code == 422
    assert 'href="#reason"' in refused.text
    done = client.submit(_link(publication), _declining(publication, "Rather not."))
    assert "You declined" in done.text
    assert _questions() == 0


def test_words_that_came_too_late_are_shown_again(client: ForumClient) -> None:
    agent = make_agent()
    case = make_support_case(requester=make_user(), body=WORDS)
    first = ask_customer(case, agent=agent)
    ask_customer(case, agent=agent)
    sent = client.submit(_link(first), _declining(first, "Please mask my village."))
    assert sent.status_code == 409
    assert "Please mask my village." in sent.text


def test_who_agrees_to_another_text_agrees_to_nothing(client: ForumClient) -> None:
    publication = ask_customer(make_support_case(requester=make_user(), body=WORDS))
    answer = {**_declining(publication, "Yes, but mask my village."), "answer": "agree"}
    sent = client.submit(_link(publication), answer)
    assert sent.status_code == 422
    assert "Yes, but mask my village." in sent.text
    assert "please take these words out" in sent.text
    assert _questions() == 0


def test_a_text_that_nobody_read_is_not_declined(client: ForumClient) -> None:
    agent, customer = make_agent(), make_user()
    case = make_support_case(requester=customer, body=WORDS)
    first = ask_customer(case, agent=agent)
    second = ask_customer(case, agent=agent)
    client.sign_in(customer)
    sent = client.submit(f"/cases/{case.id}/publication", _declining(first, "Not this one."))
    assert sent.status_code == 409
    assert "Not this one." in sent.text
    assert reload(second).answer == ""


def test_neither_button_changes_nothing(client: ForumClient) -> None:
    publication = ask_customer(make_support_case())
    assert client.submit(_link(publication), {"answer": "perhaps"}).status_code == 422
    assert reload(publication).answer == ""


def test_forged_links_and_other_peoples_cases_lead_nowhere(client: ForumClient) -> None:
    publication = ask_customer(make_support_case())
    assert client.get("/publications/forged").status_code == 404
    assert client.submit("/publications/forged", {"answer": "agree"}).status_code == 404
    own = f"/cases/{publication.case_id}/publication"
    client.sign_in(make_user())
    assert client.get(own).status_code == 404
    answer = {"answer": "agree", "text": publication.text_hash}
    assert client.submit(own, answer).status_code == 404
    assert reload(publication).answer == ""


def test_the_link_leads_nowhere_once_its_address_is_somebody_elses(client: ForumClient) -> None:
    publication = ask_customer(make_support_case(requester=make_user(), body=WORDS))
    link, answer = _link(publication), {"answer": "agree", "text": publication.text_hash}
    with transaction():
        mine = update(User).where(User.id == publication.customer_id)
        db.session.execute(mine.values(email="moved@example.net"))
    assert client.get(link).status_code == 404
    assert client.submit(link, answer).status_code == 404
    assert _questions() == 0


def test_a_withdrawn_text_can_be_read_no_more(client: ForumClient) -> None:
    agent = make_agent()
    publication = ask_customer(make_support_case(), agent=agent)
    client.sign_in(agent)
    assert client.remove(f"/desk/cases/{publication.case_id}/publication").status_code == 303
    kept = reload(publication)
    assert kept.answer == "withdrawn"
    page = client.get(_link(publication)).text
    assert "Nobody waits for this answer any more" in page
    assert publication.title not in page
    assert client.remove(f"/desk/cases/{publication.case_id}/publication").status_code == 303


def test_the_case_page_says_what_the_customer_answered(client: ForumClient) -> None:
    agent = make_agent()
    publication = ask_customer(make_support_case(), agent=agent)
    client.submit(_link(publication), _declining(publication))
    client.sign_in(agent)
    assert "The customer declined" in client.get(f"/desk/cases/{publication.case_id}").text
    fragment = client.get(
        f"/desk/cases/{publication.case_id}/publication", headers={"HX-Request": "true"}
    ).text
    assert "The customer declined" in fragment
    assert "<h1" not in fragment
