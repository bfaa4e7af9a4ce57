"""Every address of the forum, filled with what a world holds; a new rule must be added here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import select

from community.core.db import db
from community.escalation.cases.models import CaseFile, CaseMessage, SupportCase
from community.escalation.cases.queries.desk import VIEWS
from community.escalation.macros.models import Macro
from community.escalation.teams.models import Team
from community.posts.models import SuggestedEdit
from moderation.cases.models import ModerationCase
from moderation.sanctions.models import Statement
from tests.canaries import Scene, World

MISSING_ID = 999_999
MISSING_WORD = "zqmissingmissing"


@dataclass(frozen=True)
class Target:
    """An object in addresses: by id and by word; the missing one has the same shape."""

    question: int = MISSING_ID
    answer: int = MISSING_ID
    comment: int = MISSING_ID
    tag: str = MISSING_WORD
    title: str = MISSING_WORD
    text: str = MISSING_WORD
    board: str = "missing-board"
    image: str = "0" * 32 + "-3x2"

    @classmethod
    def of(cls, world: World, scene: Scene) -> "Target":
        """Return the addresses' parts for a scene."""
        board = world.boards.get(scene.name)
        return cls(
            scene.question.id,
            scene.answer.id,
            scene.comments[1].id,
            scene.words["tag"],
            scene.words["title"],
            scene.words["answer"],
            board.slug if board and scene.name != "public" else "missing-board",
            scene.image.name,
        )


MISSING = Target()

Fill = Callable[[Target], list[str]]

# One entry a GET rule that names an object: its addresses for that object.
OBJECT_PAGES: dict[str, Fill] = {
    "/questions/<int:question_id>": lambda t: [f"/questions/{t.question}"],
    "/questions/<int:question_id>/<slug>": lambda t: [f"/questions/{t.question}/any-slug"],
    "/questions/<int:question_id>/news": lambda t: [f"/questions/{t.question}/news"],
    "/questions/<int:question_id>/related": lambda t: [f"/questions/{t.question}/related"],
    "/questions/<int:question_id>/templates": lambda t: [f"/questions/{t.question}/templates"],
    "/questions/<int:question_id>/support": lambda t: [f"/questions/{t.question}/support"],
    "/questions/<int:question_id>/considered": lambda t: [f"/questions/{t.question}/considered"],
    "/posts/<int:post_id>": lambda t: [
        f"/posts/{post}" for post in (t.question, t.answer, t.comment)
    ],
    "/posts/<int:post_id>/history": lambda t: [f"/posts/{t.question}/history"],
    "/posts/<int:post_id>/revisions/new": lambda t: [f"/posts/{t.question}/revisions/new"],
    "/posts/<int:post_id>/tags": lambda t: [f"/posts/{t.question}/tags"],
    "/posts/<int:post_id>/tools": lambda t: [f"/posts/{t.question}/tools"],
    "/posts/<int:post_id>/suggestions/new": lambda t: [f"/posts/{t.question}/suggestions/new"],
    "/held-posts/<int:post_id>": lambda t: [f"/held-posts/{t.question}"],
    "/attachments/<name>": lambda t: [f"/attachments/{t.image}"],
    "/attachments/<name>/large": lambda t: [f"/attachments/{t.image}/large"],
    "/posts/<int:post_id>/flags/new": lambda t: [f"/posts/{t.question}/flags/new"],
    "/posts/<int:post_id>/flags": lambda t: [f"/posts/{t.question}/flags"],
    "/posts/<int:post_id>/mending": lambda t: [f"/posts/{t.question}/mending"],
    "/imported/<source>/questions/<int:old_id>": lambda t: [
        f"/imported/old/questions/{t.question}"
    ],
}
REPLY_PAGES: dict[str, Fill] = {
    "/held-posts/<int:post_id>": lambda t: [
        f"/held-posts/{post}" for post in (t.answer, t.comment)
    ],
    "/posts/<int:post_id>/history": lambda t: [
        f"/posts/{post}/history" for post in (t.answer, t.comment)
    ],
    "/posts/<int:post_id>/revisions/new": lambda t: [
        f"/posts/{post}/revisions/new" for post in (t.answer, t.comment)
    ],
    "/posts/<int:post_id>/suggestions/new": lambda t: [
        f"/posts/{post}/suggestions/new" for post in (t.answer, t.comment)
    ],
    "/posts/<int:post_id>/tools": lambda t: [
        f"/posts/{post}/tools" for post in (t.answer, t.comment)
    ],
    "/posts/<int:post_id>/flags": lambda t: [
        f"/posts/{post}/flags" for post in (t.answer, t.comment)
    ],
    "/posts/<int:post_id>/flags/new": lambda t: [
        f"/posts/{post}/flags/new" for post in (t.answer, t.comment)
    ],
    "/posts/<int:post_id>/mending": lambda t: [
        f"/posts/{post}/mending" for post in (t.answer, t.comment)
    ],
}
TAG_PAGES: dict[str, Fill] = {
    "/tags/<name>": lambda t: [f"/tags/{t.tag}", f"/tags/{t.tag}?show=open"],
    "/feeds/tags/<name>.atom": lambda t: [f"/feeds/tags/{t.tag}.atom"],
    "/search": lambda t: [f"/search?tag={t.tag}", f"/search?q=tag:{t.tag}"],
}
BOARD_PAGES: dict[str, Fill] = {
    "/boards/<slug>": lambda t: [f"/boards/{t.board}", f"/boards/{t.board}?show=solved"],
    "/feeds/boards/<slug>.atom": lambda t: [f"/feeds/boards/{t.board}.atom"],
    "/leaderboard": lambda t: [f"/leaderboard?board={t.board}&period=all"],
    "/search": lambda t: [f"/search?board={t.board}", f"/search?q=phone+board:{t.board}"],
    "/questions/new/expectation": lambda t: [f"/questions/new/expectation?board={t.board}"],
}
WORD_PAGES: dict[str, Fill] = {
    "/search": lambda t: [f"/search?q={w}" for w in (t.title, t.title[:-1], f"canary+{t.title}")],
    "/search/suggestions": lambda t: [f"/search/suggestions?q={t.title[:8]}"],
    "/search/similar": lambda t: [f"/search/similar?title={t.title}"],
}
REPLY_WORD_PAGES: dict[str, Fill] = {
    "/search": lambda t: [f"/search?q={t.text}"],
    "/search/similar": lambda t: [f"/search/similar?title={t.text}"],
}
SHOWN = (
    *(
        "newest",
        "active",
        "open",
        "asker-waiting",
        "unaccepted",
        "needs-info",
        "spotlight",
        "solved",
    ),
    *("spotlight", "solved", "support", "mine", "nonsense"),
)


def _one(address: str) -> Callable[[World], list[str]]:
    return lambda world: [address]


# Who wrote something, was told of it, or is gone; the pages of others have the same parts.
LOOKED_AT = ("author", "agent", "member", "moderator", "disabled", "suspended")


def _each(model: Any, address: str) -> Callable[[World], list[str]]:
    """Return the address of every row there is by now, and of the first in any case."""

    def fill(world: World) -> list[str]:
        ids = set(db.session.scalars(select(model.id))) | {1}
        return [address.format(id=one) for one in sorted(ids)]

    return fill


def _people(*addresses: str) -> Callable[[World], list[str]]:
    return lambda world: [
        address.format(id=person.id, name=person.display_name.replace(" ", ""))
        for role, person in world.people.items()
        if role in LOOKED_AT
        for address in addresses
    ]


def _case_files(address: str) -> Callable[[World], list[str]]:
    """Return the address of every file by its case, and of one that is missing."""

    def fill(world: World) -> list[str]:
        rows = db.session.execute(
            select(CaseFile.id, CaseMessage.case_id).join(
                CaseMessage, CaseMessage.id == CaseFile.message_id
            )
        ).all()
        return [address.format(id=row[0], case_id=row[1]) for row in [*rows, (MISSING_ID, 1)]]

    return fill


# One entry a GET rule that names no object of a scene.
PLACES: dict[str, Callable[[World], list[str]]] = {
    "/": lambda world: ["/", "/?lang=en", "/?lang=de"],
    **{page: _one(page) for page in ("/reputation", "/privileges", "/ranks", "/badges")},
    **{page: _one(page) for page in ("/sitemap.xml", "/sitemaps/places.xml", "/robots.txt")},
    **{page: _one(page) for page in ("/.well-known/security.txt", "/manifest.webmanifest")},
    **{page: _one(page) for page in ("/healthz", "/readyz", "/register", "/account/sessions")},
    **{page: _one(page) for page in ("/account/password", "/account/email")},
    "/questions": lambda world: [f"/questions?show={show}" for show in SHOWN],
    "/questions/new": _one("/questions/new"),
    "/questions/new/expectation": _one("/questions/new/expectation"),
    "/tags": _one("/tags"),
    "/held-posts": _one("/held-posts"),
    "/likely-solutions": _one("/likely-solutions"),
    "/reviews": _one("/reviews"),
    "/reviews/<int:case_id>": _each(ModerationCase, "/reviews/{id}"),
    "/suggestions": _one("/suggestions"),
    "/suggestions/<int:suggestion_id>": _each(SuggestedEdit, "/suggestions/{id}"),
    "/badges/<int:badge_id>": _one("/badges/1"),
    "/users/<int:user_id>/badges": _people("/users/{id}/badges"),
    "/admin/teams": _one("/admin/teams"),
    "/admin/teams/new": _one("/admin/teams/new"),
    "/admin/agents/<int:user_id>": _people("/admin/agents/{id}"),
    "/admin/teams/<int:team_id>": _each(Team, "/admin/teams/{id}"),
    "/admin/calendars": _one("/admin/calendars"),
    "/admin/calendars/new": _one("/admin/calendars/new"),
    "/admin/calendars/<int:calendar_id>": _one("/admin/calendars/1"),
    "/admin/sla": _one("/admin/sla"),
    "/admin/sla/new": _one("/admin/sla/new"),
    "/admin/sla/due": _one("/admin/sla/due"),
    "/admin/sla/<int:policy_id>": _one("/admin/sla/1"),
    "/admin/badges": _one("/admin/badges"),
    "/admin/badges/new": _one("/admin/badges/new"),
    "/admin/badges/<int:badge_id>": _one("/admin/badges/1"),
    "/admin/ranks": _one("/admin/ranks"),
    "/admin/ranks/<int:level>": _one("/admin/ranks/1"),
    "/leaderboard": lambda world: [
        f"/leaderboard?period={period}" for period in ("day", "week", "month", "all", "nonsense")
    ],
    "/superusers": _one("/superusers"),
    "/superusers/application": _one("/superusers/application"),
    "/account/superuser": _one("/account/superuser"),
    "/admin/superusers": _one("/admin/superusers"),
    "/admin/superusers/<int:membership_id>": _one("/admin/superusers/1"),
    "/search": lambda world: [
        "/search",
        "/search?q=canary",
        "/search?q=canary&sort=newest",
        "/search?is=solved",
        "/search?q=canry+sits",
        "/search?user=Readerauthor",
        "/search?staff=yes",
    ],
    "/search/suggestions": lambda world: [f"/search/suggestions?q={q}" for q in ("zq", "canary s")],
    "/search/similar": _one("/search/similar?title=Canary+sits+in+this+title"),
    "/users/<int:user_id>": _people("/users/{id}", "/users/{id}?show=answers"),
    "/users/<int:user_id>/<slug>": _people("/users/{id}/x?show=questions"),
    "/users/<int:user_id>/points": _people("/users/{id}/points"),
    "/users/by-name/<name>": _people("/users/by-name/{name}"),
    "/users/names": _one("/users/names?q=read"),
    "/notifications": _one("/notifications"),
    "/notifications/count": _one("/notifications/count"),
    "/preferences": _one("/preferences"),
    "/preferences/notifications": _one("/preferences/notifications"),
    "/unsubscribe/<token>": _one("/unsubscribe/forged"),
    "/feeds/questions.atom": _one("/feeds/questions.atom"),
    "/sitemaps/questions-<int(max=1000000000000):number>.xml": _one("/sitemaps/questions-0.xml"),
    "/assets/<filename>": _one("/assets/site.css"),
    "/sign-in": _one("/sign-in"),
    "/account/data": _one("/account/data"),
    "/account/data/erasure": _one("/account/data/erasure"),
    "/account/data/archives/<int:export_id>": _one("/account/data/archives/1"),
    "/admin/people/<int:user_id>/closing": _people("/admin/people/{id}/closing"),
    "/account/terms": _one("/account/terms"),
    "/account/name": _one("/account/name"),
    "/verify": _one("/verify?next=/tags"),
    "/moderation/cases": lambda world: ["/moderation/cases", "/moderation/cases?show=decided"],
    "/moderation/cases/<int:case_id>": _each(ModerationCase, "/moderation/cases/{id}"),
    "/users/<int:user_id>/notes": _people("/users/{id}/notes"),
    "/admin/audit": lambda world: ["/admin/audit", "/admin/audit?action=case.decided"],
    "/moderation/cases/<int:case_id>/state": _one("/moderation/cases/1/state"),
    "/moderation/cases/count": _one("/moderation/cases/count"),
    "/account/flags": _one("/account/flags"),
    "/account/cases": _one("/account/cases"),
    "/cases/<int:case_id>": _each(SupportCase, "/cases/{id}"),
    "/desk": lambda world: [f"/desk?show={show}" for show in (*VIEWS, "nonsense")],
    "/desk/next": _one("/desk/next"),
    "/desk/cases/<int:case_id>": _each(SupportCase, "/desk/cases/{id}"),
    "/desk/cases/<int:case_id>/background": _each(SupportCase, "/desk/cases/{id}/background"),
    "/users/<int:user_id>/flags/new": _people("/users/{id}/flags/new"),
    "/admin/people": lambda world: ["/admin/people", "/admin/people?q=Reader"],
    "/admin/people/<int:user_id>": _people("/admin/people/{id}"),
    "/admin/groups": _one("/admin/groups"),
    "/admin/groups/<int:group_id>": _one("/admin/groups/1"),
    "/admin/boards": _one("/admin/boards"),
    "/admin/handover": _one("/admin/handover"),
    "/admin/handover/boards/<int:board_id>": lambda world: [
        f"/admin/handover/boards/{board.id}" for board in world.boards.values()
    ],
    "/admin/boards/<int:board_id>/audience": lambda world: [
        f"/admin/boards/{board.id}/audience" for board in world.boards.values()
    ],
    "/admin/people/<int:user_id>/points": _people("/admin/people/{id}/points"),
    "/admin/adjustments": lambda world: ["/admin/adjustments", "/admin/adjustments?name=Reader"],
    "/admin/adjustments/<int:adjustment_id>": _one("/admin/adjustments/1"),
    "/admin/appeals": _one("/admin/appeals"),
    "/admin/appeals/<int:appeal_id>": _one("/admin/appeals/1"),
    "/admin/point-rules": _one("/admin/point-rules"),
    "/admin/point-rules/drafts/<int:draft_id>": _one("/admin/point-rules/drafts/1"),
    "/admin/point-rules/simulations/<int:simulation_id>": _one("/admin/point-rules/simulations/1"),
    "/account/decisions": _one("/account/decisions"),
    "/account/decisions/<int:statement_id>": _each(Statement, "/account/decisions/{id}"),
    "/suspension": _one("/suspension"),
    "/suspension/<token>": _one("/suspension/nonsense"),
    "/satisfaction/<token>": _one("/satisfaction/forged"),
    "/publications/<token>": _one("/publications/forged"),
    "/cases/<int:case_id>/publication": _each(SupportCase, "/cases/{id}/publication"),
    "/desk/cases/<int:case_id>/publication": _each(SupportCase, "/desk/cases/{id}/publication"),
    "/acceptances/<token>": _one("/acceptances/forged"),
    "/satisfaction/<token>/refusal": _one("/satisfaction/forged/refusal"),
    "/cases/<int:case_id>/satisfaction": _each(SupportCase, "/cases/{id}/satisfaction"),
    "/desk/cases/<int:case_id>/side": _each(SupportCase, "/desk/cases/{id}/side"),
    "/cases/<int:case_id>/files/<int:file_id>": _case_files("/cases/{case_id}/files/{id}"),
    "/desk/cases/<int:case_id>/files/<int:file_id>": _case_files(
        "/desk/cases/{case_id}/files/{id}"
    ),
    "/desk/cases/<int:case_id>/mails": _each(SupportCase, "/desk/cases/{id}/mails"),
    "/desk/cases/<int:case_id>/customer": _each(SupportCase, "/desk/cases/{id}/customer"),
    "/desk/cases/<int:case_id>/mirror": _each(SupportCase, "/desk/cases/{id}/mirror"),
    "/admin/connectors": _one("/admin/connectors"),
    "/desk/macros": _one("/desk/macros"),
    "/desk/macros/new": _one("/desk/macros/new"),
    "/desk/macros/<int:macro_id>": _each(Macro, "/desk/macros/{id}"),
    "/desk/satisfaction": _one("/desk/satisfaction"),
    **{
        f"/desk/deadlines{part}": _one(f"/desk/deadlines{part}?by=board&result=all")
        for part in ("", "/clocks", "/table.csv", "/clocks.csv")
    },
    "/desk/satisfaction/answers": _one("/desk/satisfaction/answers?show=asked"),
    "/moderation/words": _one("/moderation/words"),
    "/moderation/repeated": _one("/moderation/repeated?days=all"),
    "/moderation/boards": _one("/moderation/boards"),
    "/moderation/boards/<int:board_id>/screening": lambda world: [
        f"/moderation/boards/{board.id}/screening" for board in world.boards.values()
    ],
    "/moderation/sanctions": _one("/moderation/sanctions"),
    "/moderation/people/<int:user_id>/sanctions": _people("/moderation/people/{id}/sanctions"),
    "/moderation/people/<int:user_id>/cleanup": _people("/moderation/people/{id}/cleanup"),
    "/moderation/wordings": _one("/moderation/wordings"),
    "/moderation/wordings/<measure>/<language>": _one("/moderation/wordings/warning/en"),
    "/transparency": _one("/transparency"),
    "/transparency/<int:year>": _one("/transparency/2026"),
    "/reputation/appeals": _one("/reputation/appeals"),
    "/reputation/entries/<int:entry_id>/appeal": _one("/reputation/entries/1/appeal"),
    "/reset": _one("/reset"),
    "/sign-in/providers/<name>": _one("/sign-in/providers/none"),
    "/sign-in/providers/<name>/callback": _one("/sign-in/providers/none/callback"),
    "/sign-in/providers/<name>/account": _one("/sign-in/providers/none/account"),
    "/verify/providers/<name>": _one("/verify/providers/none"),
    "/account/providers": _one("/account/providers"),
    "/reset/<token>": _one("/reset/forged"),
    "/confirmations": _one("/confirmations"),
    "/confirmations/<token>": _one("/confirmations/forged"),
    "/email-changes/<token>": _one("/email-changes/forged"),
    "/sign-in/link": _one("/sign-in/link"),
    "/sign-in/link/<token>": _one("/sign-in/link/forged"),
    "/mail-sent/<mail>": lambda world: [
        f"/mail-sent/{mail}" for mail in ("registration", "reset", "link", "x")
    ],
    "/account": _one("/account"),
    "/account/pictures": _one("/account/pictures"),
    "/account/factors": _one("/account/factors"),
    "/account/factors/totp": _one("/account/factors/totp"),
    "/sign-in/second-factor": _one("/sign-in/second-factor"),
    "/payback": _one("/payback"),
    "/payback/details": _one("/payback/details"),
    "/payback/charities": _one("/payback/charities"),
    "/payback/statements/<int:period_id>": _one("/payback/statements/1"),
    "/payback/statements/<int:period_id>/lines.csv": _one("/payback/statements/1/lines.csv"),
    "/payback/statements/<int:period_id>/<month>": _one("/payback/statements/1/2026-11"),
    "/payback/statements/<int:period_id>/<month>/lines.csv": _one(
        "/payback/statements/1/2026-11/lines.csv"
    ),
    "/admin/payback": _one("/admin/payback"),
    "/admin/payback/runs": _one("/admin/payback/runs"),
    "/admin/payback/runs/<int:period_id>": _one("/admin/payback/runs/1"),
    "/admin/payback/files/<int:batch_id>": _one("/admin/payback/files/1"),
    "/admin/payback/files/<int:batch_id>/report.csv": _one("/admin/payback/files/1/report.csv"),
}

PER_OBJECT = (*(OBJECT_PAGES, REPLY_PAGES, TAG_PAGES, BOARD_PAGES, WORD_PAGES, REPLY_WORD_PAGES),)

# One entry a POST or DELETE rule that names an object, with a form that would be carried out.
Form = dict[str, str]
CHANGES: dict[str, Callable[[Target], list[tuple[str, Form]]]] = {
    "/questions/<int:question_id>/closure": lambda t: [
        (f"/questions/{t.question}/closure", {"reason": "no_longer_needed"})
    ],
    "/questions/<int:question_id>/duplicate-proposal": lambda t: [
        (f"/questions/{t.question}/duplicate-proposal", {"duplicate_of": "1"})
    ],
    "/questions/<int:question_id>/duplicate-proposal/voices": lambda t: [
        (f"/questions/{t.question}/duplicate-proposal/voices", {})
    ],
    "/questions/<int:question_id>/duplicate-proposal/verdict": lambda t: [
        (f"/questions/{t.question}/duplicate-proposal/verdict", {"helps": "yes"})
    ],
    "/questions/<int:question_id>/lock": lambda t: [
        (f"/questions/{t.question}/lock", {"reason": "Because"})
    ],
    "/questions/<int:question_id>/merge": lambda t: [
        (f"/questions/{t.question}/merge", {"into": str(t.question), "reason": "Because"})
    ],
    "/questions/<int:question_id>/split": lambda t: [
        (
            f"/questions/{t.question}/split",
            {"title": "A title that is long enough", "reason": "Because"},
        )
    ],
    "/posts/<int:post_id>/kind": lambda t: [
        (f"/posts/{post}/kind", {"kind": "answer", "reason": "Because"})
        for post in (t.answer, t.comment)
    ],
    "/questions/<int:question_id>/pin": lambda t: [
        (
            f"/questions/{t.question}/pin",
            {"scope": "board", "until": "2999-01-01", "reason": "Because"},
        )
    ],
    "/questions/<int:question_id>/slow-mode": lambda t: [
        (f"/questions/{t.question}/slow-mode", {"minutes": "15", "reason": "Because"})
    ],
    "/questions/<int:question_id>/board": lambda t: [
        (f"/questions/{t.question}/board", {"board": t.board, "reason": "Because"})
    ],
    "/questions/<int:question_id>/info-request": lambda t: [
        (f"/questions/{t.question}/info-request", {"note": "Which phone is it?"})
    ],
    "/questions/<int:question_id>/direct-line": lambda t: [
        (f"/questions/{t.question}/direct-line", {"reason": "Nobody here can help."})
    ],
    "/questions/<int:question_id>/handover": lambda t: [
        (f"/questions/{t.question}/handover", {"reason": "Nobody here can help."})
    ],
    "/questions/<int:question_id>/unsolved": lambda t: [(f"/questions/{t.question}/unsolved", {})],
    "/questions/<int:question_id>/me-too": lambda t: [(f"/questions/{t.question}/me-too", {})],
    "/questions/<int:question_id>/watch": lambda t: [(f"/questions/{t.question}/watch", {})],
    "/questions/<int:question_id>/answers": lambda t: [
        (f"/questions/{t.question}/answers", {"body": "Restart it, and wait for five minutes."}),
        (f"/questions/{t.question}/answers", {"body": "Restart it.", "preview": "1"}),
    ],
    "/answers/<int:answer_id>/acceptance": lambda t: [(f"/answers/{t.answer}/acceptance", {})],
    "/answers/<int:answer_id>/likely-refusal": lambda t: [
        (f"/answers/{t.answer}/likely-refusal", {})
    ],
    "/posts/<int:post_id>/comments": lambda t: [
        (f"/posts/{post}/comments", {"body": "Which phone is it?"})
        for post in (t.question, t.answer)
    ],
    "/posts/<int:post_id>/flags": lambda t: [
        (f"/posts/{post}/flags", {"reason": "spam"}) for post in (t.question, t.answer, t.comment)
    ],
    "/posts/<int:post_id>/mending": lambda t: [
        (f"/posts/{post}/mending", {"title": "A title that is long enough", "body": "x" * 30})
        for post in (t.question, t.answer, t.comment)
    ],
    "/posts/<int:post_id>/kudos": lambda t: [
        (f"/posts/{post}/kudos", {}) for post in (t.question, t.answer, t.comment)
    ],
    "/posts/<int:post_id>/revisions": lambda t: [
        (
            f"/posts/{t.question}/revisions",
            {"title": "A title that is long enough", "body": "x" * 30},
        ),
        (f"/posts/{t.answer}/revisions", {"body": "x" * 30}),
        (f"/posts/{t.answer}/revisions", {"body": "x" * 30, "preview": "1"}),
    ],
    "/posts/<int:post_id>/suggestions": lambda t: [
        (
            f"/posts/{post}/suggestions",
            {"title": "A title that is long enough", "body": "x" * 30, "note": "Why"},
        )
        for post in (t.question, t.answer)
    ],
    "/posts/<int:post_id>/tags": lambda t: [(f"/posts/{t.question}/tags", {"tags": "signal"})],
    "/posts/<int:post_id>": lambda t: [
        (f"/posts/{post}", {"reason": "Because"}) for post in (t.question, t.answer, t.comment)
    ],
    "/posts/<int:post_id>/hiding": lambda t: [
        (f"/posts/{t.question}/hiding", {"reason": "Because"})
    ],
    "/attachments/<name>": lambda t: [(f"/attachments/{t.image}", {})],
    "/boards/<slug>/watch": lambda t: [(f"/boards/{t.board}/watch", {})],
    "/tags/<name>/watch": lambda t: [(f"/tags/{t.tag}/watch", {})],
    "/deflections": lambda t: [
        ("/deflections", {"question_id": str(t.question), "outcome": outcome})
        for outcome in ("opened", "solved")
    ],
}
DESK_ACTS = "messages owner state draft presence merge parent children/messages side publication"
# Rules of administrators, from whom nothing is hidden.
ADMINISTRATION = {
    "/regroupings/<int:regrouping_id>",
    *("/moderation/cases/<int:case_id>/claim", "/moderation/cases/<int:case_id>/decision"),
    *("/moderation/cases/<int:case_id>/closing", "/moderation/cases/<int:case_id>/letter"),
    *(f"/moderation/cases/<int:case_id>/{act}" for act in ("notes", "handover")),
    *(f"/desk/cases/<int:case_id>/{act}" for act in DESK_ACTS.split()),
    "/desk/side/<int:side_id>/messages",
    *("/desk/cases/<int:case_id>/priority", "/desk/cases/<int:case_id>/team"),
    # What comes in by mail or from another system is told only that it was taken.
    *("/hooks/mail", "/hooks/connectors/<name>"),
    "/admin/audit/exports",
    *("/admin/connectors/<name>/tests", "/admin/connectors/links/<int:link_id>/attempts"),
    *(f"/moderation/people/<int:user_id>/{act}" for act in ("cleanup", "sanctions")),
    "/moderation/sanctions/<int:sanction_id>/lifting",
    "/moderation/wordings/<measure>/<language>",
    *("/users/<int:user_id>/notes", "/users/<int:user_id>/notes/<int:note_id>"),
    *("/desk/macros", "/desk/macros/<int:macro_id>", "/desk/macros/<int:macro_id>/retirement"),
    *("/moderation/words", "/moderation/words/trial"),
    *("/moderation/words/<int:word_id>/disabling", "/moderation/boards/<int:board_id>/screening"),
    *("/admin/people/<int:user_id>/roles", "/admin/groups", "/admin/groups/<int:group_id>"),
    *("/admin/groups/<int:group_id>/members", "/admin/groups/<int:group_id>/members/<int:user_id>"),
    "/admin/boards/<int:board_id>/audience",
    *("/admin/handover/boards/<int:board_id>", "/admin/handover/words/<kind>/<language>"),
    "/admin/ranks/<int:level>",
    *("/admin/people/<int:user_id>/points", "/admin/people/<int:user_id>/links"),
    *("/admin/point-rules/drafts", "/admin/point-rules/drafts/<int:draft_id>"),
    *(f"/admin/point-rules/drafts/<int:draft_id>/{act}" for act in ("simulations", "publication")),
    "/admin/point-rules/versions/<int:version_id>/withdrawal",
    *(f"/admin/adjustments/<int:adjustment_id>/{act}" for act in ("confirmation", "refusal")),
    "/admin/adjustments/<int:adjustment_id>/reversal",
    *(f"/admin/appeals/<int:appeal_id>/{act}" for act in ("review", "correction", "rejection")),
    *("/admin/superusers", "/admin/superusers/<int:membership_id>"),
    *(f"/admin/superusers/<int:membership_id>/{act}" for act in ("decision", "tier", "review")),
    *(
        "/admin/payback/periods/<int:period_id>/steps",
        *(f"/admin/payback/runs/<int:period_id>/{act}" for act in ("approval", "files", "closure")),
        *(f"/admin/payback/files/<int:batch_id>/{act}" for act in ("downloads", "reports")),
        *(f"/admin/payback/lines/<int:line_id>/{act}" for act in ("retry", "carry-over")),
        "/admin/payback/halt",
        "/payback/charities/<int:charity_id>/listing",
    ),
    *("/admin/badges", "/admin/badges/<int:badge_id>"),
    "/admin/agents/<int:user_id>",
    *("/admin/teams", "/admin/teams/<int:team_id>", "/admin/teams/<int:team_id>/members"),
    "/admin/teams/<int:team_id>/members/<int:user_id>",
    *("/admin/calendars", "/admin/calendars/<int:calendar_id>"),
    *("/admin/calendars/<int:calendar_id>/holidays", "/admin/sla", "/admin/sla/<int:policy_id>"),
    *("/admin/sla/<int:policy_id>/place", "/admin/sla/<int:policy_id>/retirement"),
    *("/badges/<int:badge_id>/grants", "/badges/<int:badge_id>/grants/<int:grant_id>"),
}
# Rules that change only what belongs to the sender, or nothing.
OWN_CHANGES = {
    *("/cases", "/cases/<int:case_id>/messages", "/desk/absence"),
    *("/confirmations", "/confirmations/<token>", "/email-changes/<token>", "/sign-in/link"),
    *("/sign-in/link/<token>", "/account/password", "/account/email"),
    *("/account/factors/totp", "/account/factors/totp/confirmation", "/verify/challenge"),
    *("/account/factors/passkeys", "/account/factors/passkeys/<int:passkey_id>"),
    *("/account/factors/passkeys/challenge", "/account/factors/recovery-codes"),
    *("/sign-in/second-factor", "/sign-in/second-factor/challenge"),
    *("/sign-in/passkey", "/sign-in/passkey/challenge"),
    *("/sign-in", "/sign-out", "/register", "/reset", "/reset/<token>", "/language", "/theme"),
    *("/preferences", "/preferences/notifications", "/preview", "/drafts", "/drafts/<place>"),
    "/attachments",
    *("/questions", "/notifications/reading", "/notifications/<int:notification_id>/reading"),
    *("/sign-in/providers/<name>/account", "/account/providers/<name>"),
    *("/suggestions/<int:suggestion_id>/decision", "/reviews/<int:case_id>/voice"),
    *("/satisfaction/<token>", "/satisfaction/<token>/refusal", "/acceptances/<token>"),
    *("/cases/<int:case_id>/satisfaction", "/publications/<token>"),
    "/cases/<int:case_id>/publication",
    *("/unsubscribe/<token>", "/users/<int:user_id>/watch", "/users/<int:user_id>/flags"),
    *("/account/data/archives", "/account/data/erasure"),
    "/admin/people/<int:user_id>/trust",
    *("/admin/people/<int:user_id>/disabling", "/admin/people/<int:user_id>/erasure"),
    *("/account/terms", "/account/sessions", "/account/sessions/<int:session_id>", "/verify"),
    *("/account/name", "/reputation/entries/<int:entry_id>/appeal"),
    *("/account/name", "/superusers/application", "/account/superuser"),
    "/account/superuser/agreement",
    *(f"/account/decisions/<int:statement_id>/{act}" for act in ("receipt", "appeal")),
    "/suspension/appeal",
    *("/account/name", "/payback/choice", "/payback/details"),
    *("/payback/charities", "/payback/charities/<int:charity_id>/vote"),
}


def rules_with(app: Flask, *methods: str) -> set[str]:
    """Return the rules that take one of these methods."""
    return {
        rule.rule for rule in app.url_map.iter_rules() if set(methods) & (rule.methods or set())
    }


def known_pages() -> set[str]:
    """Return the rules the crawl visits."""
    return {rule for pages in (PLACES, *PER_OBJECT) for rule in pages}
