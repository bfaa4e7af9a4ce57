"""The yardstick: a bare Flask + Flask-SQLAlchemy + Jinja page.

Three ORM queries (question, its author, its answers with theirs), stored HTML, a plain template:
the least that any application would do to show one question and twenty answers.
"""

from datetime import datetime
from pathlib import Path

from flask import Flask, render_template_string
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import DeclarativeBase, Mapped, joinedload, mapped_column, relationship


class Base(DeclarativeBase):
    """Base of the reference models."""


db = SQLAlchemy(model_class=Base)

TEMPLATE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ question.title }}</title></head>
<body>
<h1>{{ question.title }}</h1>
<p>{{ author.name }}, {{ question.created_at }}</p>
<div>{{ question.html|safe }}</div>
{% for answer in answers %}
<article id="answer-{{ answer.id }}">
<p>{{ answer.author.name }}, {{ answer.created_at }}, {{ answer.kudos_count }} kudos</p>
<div>{{ answer.html|safe }}</div>
</article>
{% endfor %}
</body></html>"""


class Member(Base):
    """Who wrote something."""

    __tablename__ = "members"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class PlainQuestion(Base):
    """A question."""

    __tablename__ = "questions"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    html: Mapped[str]
    created_at: Mapped[datetime]
    author_id: Mapped[int] = mapped_column(ForeignKey("members.id"))


class PlainAnswer(Base):
    """An answer."""

    __tablename__ = "answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), index=True)
    html: Mapped[str]
    created_at: Mapped[datetime]
    kudos_count: Mapped[int]
    author_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    author: Mapped[Member] = relationship()


def create_reference(
    folder: Path, title: str, html: str, answers: list[tuple[str, int]], written_at: datetime
) -> Flask:
    """Return the reference application holding one question with these answers."""
    app = Flask("reference")
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{folder / 'reference.sqlite3'}"
    db.init_app(app)
    app.add_url_rule("/questions/<int:question_id>", "show", _show)
    with app.app_context():
        db.create_all()
        _fill(title, html, answers, written_at)
    return app


def _fill(title: str, html: str, answers: list[tuple[str, int]], written_at: datetime) -> None:
    members = [Member(id=number, name=f"Member {number}") for number in range(1, 22)]
    db.session.add_all(members)
    db.session.add(PlainQuestion(id=1, title=title, html=html, created_at=written_at, author_id=1))
    for number, (body, kudos) in enumerate(answers, 2):
        db.session.add(
            PlainAnswer(
                question_id=1,
                html=body,
                created_at=written_at,
                kudos_count=kudos,
                author_id=number % 21 + 1,
            )
        )
    db.session.commit()


def _show(question_id: int) -> str:
    question = db.session.get_one(PlainQuestion, question_id)
    author = db.session.get_one(Member, question.author_id)
    answers = db.session.scalars(
        select(PlainAnswer)
        .where(PlainAnswer.question_id == question_id)
        .options(joinedload(PlainAnswer.author))
        .order_by(PlainAnswer.id)
    ).all()
    return render_template_string(TEMPLATE, question=question, author=author, answers=answers)
