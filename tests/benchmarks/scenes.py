"""The pages that are measured, and the question they show."""

import gzip
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import brotli
from flask import Flask
from sqlalchemy import Engine, select

from community.boards.models import Board
from community.core.db import db
from community.questions.models import Answer, Question
from tests.benchmarks.measuring import Measurement, call, environ_for, measure
from tests.client import ForumClient
from tests.factories.community import make_user

WANTED_ANSWERS = 20


@dataclass(frozen=True)
class Scene:
    """The question shown, as both applications know it, and a signed-in member's cookie."""

    question_id: int
    slug: str
    title: str
    html: str
    answers: list[tuple[str, int]]
    written_at: datetime
    board_slug: str
    cookie: str

    @property
    def answers_count(self) -> int:
        return len(self.answers)

    @property
    def path(self) -> str:
        return f"/questions/{self.question_id}/{self.slug}"


def find_scene(app: Flask) -> Scene:
    """Pick the question whose number of answers is nearest above twenty."""
    question = db.session.scalars(
        select(Question)
        .where(Question.answers_count >= WANTED_ANSWERS, Question.visibility == "published")
        .order_by(Question.answers_count, Question.id)
        .limit(1)
    ).one()
    answers = db.session.execute(
        select(Answer.html, Answer.kudos_count)
        .where(Answer.root_id == question.id, Answer.visibility == "published")
        .order_by(Answer.id)
        .limit(WANTED_ANSWERS)
    ).all()
    board = db.session.get_one(Board, question.place_id)
    return Scene(
        question_id=question.id,
        slug=question.slug,
        title=question.title,
        html=question.html,
        answers=[(html, kudos) for html, kudos in answers],
        written_at=question.created_at.replace(tzinfo=None),
        board_slug=board.slug,
        cookie=sign_in_cookie(app),
    )


def sign_in_cookie(app: Flask) -> str:
    """Return the cookie of a member made for this run."""
    app.test_client_class = ForumClient
    mark = secrets.token_hex(6)
    member = make_user(f"Bench {mark}", email=f"bench-{mark}@example.org")
    client = app.test_client()
    client.sign_in(member)  # type: ignore[attr-defined]
    cookie = client.get_cookie("session")
    assert cookie is not None
    return f"session={cookie.value}"


def measure_pages(
    app: Flask, engine: Engine, scene: Scene, reference: tuple[Flask, Engine]
) -> Iterator[Measurement]:
    """Measure the reference page first, then ours, as guest and as member."""
    bare, bare_engine = reference
    yield measure("reference", bare, bare_engine, "/questions/1", reference=bare)
    pages = {
        "question": scene.path,
        "board": f"/boards/{scene.board_slug}",
        "home": "/",
        "questions": "/questions",
        "unanswered": "/questions?show=open",
    }
    for name, path in pages.items():
        yield measure(f"{name} (guest)", app, engine, path, reference=bare)
        yield measure(f"{name} (signed in)", app, engine, path, scene.cookie, reference=bare)


def first_page_sizes(app: Flask) -> dict[str, int]:
    """Return the compressed sizes of what the home page loads before images."""
    sizes = {"html": _page_size(app)}
    assets = app.extensions["assets"]
    for name in ("site.css", "site.js", "icons.svg"):
        url = assets.url(name)
        asset = assets.find(url.rpartition("/")[2])
        sizes[name] = len(brotli.compress(asset.body))
    sizes["total"] = sum(sizes.values())
    return sizes


def _page_size(app: Flask) -> int:
    collected: list[bytes] = []
    body = app.wsgi_app(environ_for("/"), lambda status, headers, exc=None: lambda data: None)
    collected.extend(body)
    assert call(app, environ_for("/"))[0] == 200
    return len(gzip.compress(b"".join(collected)))
