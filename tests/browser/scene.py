"""A small community in every state, with texts as awkward as real ones."""

from dataclasses import dataclass

from community.boards.models import Board, BoardGroup
from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.escalation.cases.operations.messages import (
    message_privately,
    note_internally,
    receive_message,
)
from community.escalation.csat.tokens import sign_response
from community.escalation.publishing.operations.asking import Draft
from community.escalation.publishing.tokens import sign_publication
from community.identity.models import Group, Passkey, Purpose, User
from community.identity.operations.registration import Registration, keep_registration
from community.identity.operations.roles import grant_role
from community.identity.operations.tokens import issue_token
from community.identity.passwords import hash_password
from community.notifications.tokens import Unsubscription, sign_unsubscription
from community.posts.models import Post, SuggestedEdit
from community.posts.operations import give_kudos
from community.questions.models import Question
from community.questions.operations.closures import close_question, request_info
from community.questions.operations.questions import lock_question
from community.questions.operations.versions import version_of
from moderation.cases.models import ModerationCase
from moderation.cases.operations import claim_case
from moderation.cases.queries import get_case
from moderation.sanctions.models import Statement
from tests.browser.site import Site
from tests.factories.cases import make_case
from tests.factories.community import (
    days_ago,
    make_acceptance,
    make_answer,
    make_board,
    make_comment,
    make_group,
    make_question,
    make_user,
)
from tests.factories.csat import ask_about, make_solved_case
from tests.factories.editing import edit_question
from tests.factories.flags import case_of, make_flag
from tests.factories.publishing import ask_customer
from tests.factories.sanctions import make_appeal, make_sanction, make_statement
from tests.factories.suggestions import make_suggestion, open_case_of
from tests.factories.support import make_support_case
from tests.identity.factors import make_codes, make_totp
from tests.policy_macros import make_shared_macro
from tests.policy_points import PointsWorld, make_points

PASSWORD = "ferry boat lantern"
PROTECTED = "petra@example.org"
RECRUIT = "recruit@example.org"
SUSPENDED = "paul@example.org"
LONG_WORD = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz" * 2
RICH = f"""Seit gestern steht da **kein Netz**. Ich habe schon

1. neu gestartet
2. die Karte gewechselt, siehe [Anleitung](https://example.org/{"a" * 80})

| Gerät | Meldung | Was danach geschah | Und am nächsten Tag |
|---|---|---|---|
| Tablet | `ERR_NETWORK_UNREACHABLE_{"X" * 40}` | nichts | auch nichts |

```
AT+CREG?  {"+CREG: 0,3 " * 12}
```

> Hat jemand eine Idee? {LONG_WORD}

- [x] Flugmodus
- [ ] Zurücksetzen
"""


@dataclass
class Scene:
    """Who and what there is; ids only would not read well in the list of pages."""

    asker: User
    helper: User
    moderator: User
    protected: User
    admin: User
    group: Group
    local: User
    board: Board
    open: Question
    solved: Question
    closed: Question
    needs_info: Question
    edited: Question
    others: Question
    links: list[str]
    leaving: User
    administrator: User
    unsubscription: str
    satisfaction: str
    macro: int
    points: PointsWorld
    case: ModerationCase
    flagged: Question
    told: Statement
    suspended: User
    silent: User
    suggested: SuggestedEdit
    question_case: str = ""
    answer_case: str = ""
    support_case: int = 0
    asked_case: int = 0
    consent: str = ""
    review: str = ""


def make_scene(site: Site) -> Scene:
    """Make the community and wait until everybody has been told."""
    with site.app.app_context():
        scene = _make()
    site.settle()
    return scene


def _make() -> Scene:
    asker = make_user("Änne von der Brinkhoff-Wesselmann zu Süd", bio="Ich frage viel.")
    helper = make_user("Helmut", role="superuser")
    moderator = make_user("Mads Iversen", role="moderator")
    board = make_board("sim-esim", names={"de": "SIM und eSIM", "en": "SIM and eSIM"}, icon="sim")
    make_board("lounge", audience="members", names={"de": "Lounge", "en": "Lounge"})

    def ask(title: str, **values: object) -> Question:
        return make_question(asker, board, title=title, tags="esim, tablet", **values)

    asked = ask(f"Kein Netz nach dem Update {LONG_WORD[:60]}", body=RICH, language="de")
    scene = Scene(
        asker,
        helper,
        moderator,
        _make_protected(),
        make_user("Ada Lovelace-Baumgartner", role="admin"),
        *_make_group_with_board(),
        board,
        open=asked,
        solved=ask("Wie lange dauert die Aktivierung meiner eSIM", body=RICH, language="de"),
        closed=ask("Where do I find the activation code of my card"),
        needs_info=ask("Tablet verliert die Verbindung im Zug", language="de"),
        edited=ask("Hotspot drops after ten minutes of streaming"),
        others=make_question(helper, board, title="Which adapter fits the old card reader"),
        links=_make_links(asker),
        leaving=make_user("Lea Fort", erasure_due_at=days_ago(-9)),
        administrator=make_user("Ada Lang", role="admin"),
        points=make_points({"moderator": moderator}, helper, make_user("Ada Zweite", role="admin")),
        macro=make_shared_macro(make_user(role="admin")),
        satisfaction=sign_response(ask_about(make_solved_case(asker)).id),
        unsubscription=sign_unsubscription(Unsubscription(asker.id, "answer", None)),
        case=make_case([asker, helper]),
        flagged=make_question(helper, board, title="Just unlock it with this free tool"),
        told=make_statement(helper),
        suspended=make_user("Paul Pause", email=SUSPENDED, password=hash_password(PASSWORD)),
        silent=make_user("Silvia Still"),
        suggested=make_suggestion(
            make_user("Robin Rat"), asked, RICH.replace("kein Netz", "gar kein Netz")
        ),
    )
    make_appeal(make_statement(helper, measure="post_deleted"))
    make_sanction(scene.suspended, "suspension", by=moderator, facts=f"Werbung {LONG_WORD[:60]}")
    make_sanction(scene.silent, "read_only", by=moderator)
    scene.review = f"/reviews/{open_case_of(scene.suggested.id).id}"
    scene.support_case = _ask_support(scene)
    _flag(scene)
    _discuss(scene)
    _settle_states(scene)
    return scene


def _ask_support(scene: Scene) -> int:
    """Hand a question to the support team, and let them and the asker talk about it."""
    question = make_question(scene.asker, scene.board, title="SIM-Karte seit gestern tot")
    case = make_support_case(question)
    with transaction():
        message_privately(scene.admin, case.id, f"Wie lautet die Nummer? {LONG_WORD[:60]}")
        receive_message(case.id, from_user=scene.asker, body=RICH)
        note_internally(scene.admin, case.id, "The network team knows of it.")
    _ask_consent(scene)
    return case.id


def _ask_consent(scene: Scene) -> None:
    """Ask for the consent to publish a text out of a private case."""
    case = make_support_case(requester=scene.asker, subject="Roaming endet abends", language="de")
    draft = Draft("Roaming endet jeden Abend an der Grenze", RICH, "esim", scene.board.slug)
    asked = ask_customer(case, agent=scene.admin, draft=draft)
    scene.asked_case, scene.consent = case.id, sign_publication(asked.id, scene.asker.email or "")


def _flag(scene: Scene) -> None:
    """Let flags hide a post, and a moderator be at work on that."""
    answer = make_answer(scene.flagged, scene.helper, f"Take this tool {LONG_WORD[:60]}")
    flag = make_flag(answer, scene.asker, reason="risky_advice", note=f"Schadet {LONG_WORD[:60]}")
    scene.answer_case = f"/moderation/cases/{case_of(flag).id}"
    flags = [
        make_flag(scene.flagged, make_user(trust_level=4), reason=reason)
        for reason in ("risky_advice", "spam")
    ]
    case = case_of(flags[0])
    scene.question_case = f"/moderation/cases/{case.id}"
    with transaction():
        claim_case(scene.moderator, get_case(scene.moderator, case.id))


def _make_protected() -> User:
    """Make a member with every second factor, and an agent who has none yet."""
    password = hash_password(PASSWORD)
    make_user("Neu im Team", role="agent", email=RECRUIT, password=password)
    member = make_user("Petra Passwort-Müde", email=PROTECTED, password=password)
    make_totp(member)
    make_codes(member)
    with transaction():
        for name in (LONG_WORD[:60], "Mein Handy"):
            db.session.add(
                Passkey(
                    user_id=member.id,
                    credential_id=name.encode(),
                    public_key=b"",
                    sign_count=0,
                    transports=[],
                    is_backed_up=False,
                    name=name,
                )
            )
    return member


def _make_group_with_board() -> tuple[Group, User]:
    """Make a group with members, a board for it, and somebody who moderates that board alone."""
    group = make_group("tester")
    board = make_board("versuche", audience="groups", names={"de": "Versuche", "en": "Trials"})
    local = make_user("Lokale Moderatorin", on={board.id: "moderator"}, groups=[group])
    with transaction():
        db.session.add(BoardGroup(board_id=board.id, group_id=group.id))
        grant_role(SYSTEM, local, "superuser")
    return group, local


def _make_links(user: User) -> list[str]:
    """Make the tokens of every link that a mail brings, and a registration for the first."""
    with transaction():
        registration = Registration(
            email="wanda-von-und-zu-waldesruh@langer-name.example.org",
            display_name="Wanda Wartet",
            password_hash=hash_password(PASSWORD),
            language="de",
        )
        newcomer = keep_registration(registration)
        assert newcomer is not None
        return [
            issue_token(newcomer, Purpose.CONFIRM_EMAIL),
            issue_token(user, Purpose.SIGN_IN),
            issue_token(user, Purpose.RESET_PASSWORD),
            issue_token(user, Purpose.CHANGE_EMAIL, sent_to="new@example.org"),
        ]


def _discuss(scene: Scene) -> None:
    for question in (scene.open, scene.solved):
        for number in range(4):
            make_comment(question, question, scene.helper, f"Nachfrage {number}: welches Gerät?")
        make_answer(question, scene.helper, RICH)
        make_answer(question, scene.moderator, "Please try `*#06#` and tell us what it shows.")
    best = make_answer(scene.solved, make_user("Gut Gelaunt"), RICH)
    make_acceptance(best, scene.asker)
    with transaction():
        give_kudos(scene.asker, db.session.get_one(Post, best.id))


def _settle_states(scene: Scene) -> None:
    with transaction():
        closed = lock_question(scene.closed.id)
        close_question(scene.asker, closed, reason="no_longer_needed", note="I found it myself.")
    with transaction():
        request_info(scene.helper, lock_question(scene.needs_info.id), "Welches Gerät genau?")
    with transaction():
        question = lock_question(scene.edited.id)
        question.created_at = days_ago(0.3)
    with transaction():
        question = lock_question(scene.edited.id)
        edit_question(
            scene.asker,
            question,
            title=question.title,
            body="It worked last week. Now it stops after ten minutes, **every** time.",
            tags="hotspot, tablet",
            based_on=version_of(question),
            note="More facts",
        )
