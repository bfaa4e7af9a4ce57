"""The desk of the demo's support team: cases in several states, for its agent to work on.

They come in when the demo is loaded, so every deadline lies ahead. Written silently, as an import
is: nobody is told of what happened before the demo began.
"""

from typing import NamedTuple

from sqlalchemy import select

from community.core.authz import SYSTEM
from community.core.db import db
from community.core.jobs import unheard
from community.escalation.cases.models import SupportCase
from community.escalation.cases.operations import assigning, messages, states
from community.escalation.cases.operations.opening import open_case
from community.escalation.macros.operations import MacroTexts, add_macro
from community.escalation.teams.operations import add_member, team_for
from community.identity.models import User
from community.identity.queries import VIEWER_RIGHTS
from community.questions.models import Question

AGENT, ADMIN = "lena-brockmann", "arne-admin"
MACROS = (
    MacroTexts(
        name="Nach dem Gerät fragen",
        language="de",
        body="Hallo {customer},\n\nwelches Gerät nutzt du, und was genau steht in der Meldung?\n\n"
        "Viele Grüße\n{agent}",
        state="pending",
        owner="me",
    ),
    MacroTexts(
        name="Nummer in Gefahr",
        language="de",
        body="Hallo {customer},\n\nwir haben die Karte eben gesperrt. Bitte ändere jetzt das "
        "Passwort bei deiner Bank und melde dich hier zu {case}.\n\n{agent}",
        priority="urgent",
        owner="me",
    ),
    MacroTexts(
        name="Ask for the device",
        language="en",
        body="Hello {customer},\n\nwhich device do you use, and what exactly does the message "
        "say?\n\nKind regards\n{agent}",
        state="pending",
        owner="me",
    ),
    MacroTexts(
        name="Number in danger",
        language="en",
        body="Hello {customer},\n\nwe have just blocked the card. Please change the password at "
        "your bank now, and write to us here in {case}.\n\n{agent}",
        priority="urgent",
        owner="me",
    ),
)


class DemoLetter(NamedTuple):
    """Something a member asks the support team in private."""

    by: str
    language: str
    priority: str
    subject: str
    body: str


FREE = DemoLetter(
    "gareth-pryce",
    "en",
    "urgent",
    "Somebody else has my number since this morning",
    "My SIM went dead at 7:40 and my bank says the number was moved. I did not order anything.",
)
ANSWERED = DemoLetter(
    "kim-customer",
    "de",
    "normal",
    "Zweimal abgebucht",
    "Im November wurde der Betrag für Nordfunk M zweimal abgebucht. Bitte einmal zurück.",
)
ANSWER = "Das sehen wir. Auf welches Konto soll das Geld zurück: auf das, von dem es kam?"
SOLVED = DemoLetter(
    "priya-venkat",
    "en",
    "low",
    "Please send my contract once more",
    "I cannot find the PDF of my contract in the app. Could you send it again?",
)
SOLUTION = "It is in the app now: Account › Documents. You got it by mail as well."


def load_support(people: dict[str, int]) -> None:
    """Fill the desk of the support team, unless that was done."""
    if db.session.scalar(select(SupportCase.id).limit(1)) is not None:
        return
    agent, admin = (
        db.session.get_one(User, people[key], options=VIEWER_RIGHTS, populate_existing=True)
        for key in (AGENT, ADMIN)
    )
    with unheard():
        for macro in MACROS:
            add_macro(admin, macro)
        add_member(SYSTEM, team_for(None).id, agent.id)
        _take_first_question(agent)
        _hand_newest_back(agent)
        _open(FREE, people)
        waiting = _open(ANSWERED, people)
        messages.message_privately(agent, waiting.id, ANSWER)
        states.wait_for_customer(agent, waiting.id)
        solved = _open(SOLVED, people)
        messages.message_privately(agent, solved.id, SOLUTION)
        states.solve(agent, solved.id, outcome="fixed", contact_reason="contract")


def _take_first_question(agent: User) -> None:
    """Open a case of each question that is with the team; the first one is the agent's."""
    handed = select(Question).where(Question.support_since.is_not(None)).order_by(Question.id)
    cases = [
        open_case(
            SYSTEM,
            trigger="unanswered",
            subject=question.title,
            language=question.language,
            question_id=question.id,
        )
        for question in db.session.scalars(handed).all()
    ]
    assigning.take_case(agent, cases[0].id)


def _hand_newest_back(agent: User) -> None:
    """Let the newest question without an answer stand in the spotlight."""
    open_ones = select(Question).where(
        Question.status == "open",
        Question.visibility == "published",
        Question.answers_count == 0,
    )
    newest = open_ones.order_by(Question.asked_at.desc(), Question.id.desc()).limit(1)
    question = db.session.scalars(newest).one()
    case = open_case(
        SYSTEM,
        trigger="unanswered",
        subject=question.title,
        language=question.language,
        question_id=question.id,
    )
    states.return_to_community(agent, case.id)


def _open(letter: DemoLetter, people: dict[str, int]) -> SupportCase:
    return open_case(
        SYSTEM,
        trigger="private",
        subject=letter.subject,
        language=letter.language,
        priority=letter.priority,
        requester_id=people[letter.by],
        channel="form",
        body=letter.body,
    )
