"""Watching questions, boards, tags and people: POST starts, DELETE stops."""

from typing import NamedTuple

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from community.boards.queries import get_board
from community.core.authz import require
from community.core.web import add_resource, current_viewer, is_fragment_request
from community.identity.signing_in import signed_in_user
from community.notifications.policies import can_watch_person
from community.notifications.queries.watches import get_person_id, get_question_id
from community.notifications.views.blueprint import blueprint, redirect_back
from community.posts.operations import unwatch, watch
from community.questions.queries.lists import get_tag


class Target(NamedTuple):
    """What is watched: the column and id of the watch, and the address of its page."""

    column: str
    id: int
    path: str


def watch_question(question_id: int) -> ResponseReturnValue:
    """Start watching a question."""
    return _start(_question(question_id))


def unwatch_question(question_id: int) -> ResponseReturnValue:
    """Stop watching a question."""
    return _stop(_question(question_id))


def watch_board(slug: str) -> ResponseReturnValue:
    """Start watching a board."""
    return _start(_board(slug))


def unwatch_board(slug: str) -> ResponseReturnValue:
    """Stop watching a board."""
    return _stop(_board(slug))


def watch_tag(name: str) -> ResponseReturnValue:
    """Start watching a tag."""
    return _start(_tag(name))


def unwatch_tag(name: str) -> ResponseReturnValue:
    """Stop watching a tag."""
    return _stop(_tag(name))


def watch_person(user_id: int) -> ResponseReturnValue:
    """Start watching a member."""
    return _start(_person(user_id))


def unwatch_person(user_id: int) -> ResponseReturnValue:
    """Stop watching a member."""
    return _stop(_person(user_id))


add_resource(
    blueprint, "/questions/<int:question_id>/watch", create=watch_question, delete=unwatch_question
)
add_resource(blueprint, "/boards/<slug>/watch", create=watch_board, delete=unwatch_board)
add_resource(blueprint, "/tags/<name>/watch", create=watch_tag, delete=unwatch_tag)
add_resource(blueprint, "/users/<int:user_id>/watch", create=watch_person, delete=unwatch_person)


def _question(question_id: int) -> Target:
    found = get_question_id(current_viewer(), question_id)
    return Target("post_id", found, url_for("questions.show_question", question_id=found))


def _board(slug: str) -> Target:
    board = get_board(current_viewer(), slug)
    return Target("board_id", board.id, url_for("boards.show_board", slug=board.slug))


def _tag(name: str) -> Target:
    tag = get_tag(current_viewer(), name)
    return Target("tag_id", tag.id, url_for("tags.show_tag", name=tag.name))


def _person(user_id: int) -> Target:
    found = get_person_id(user_id)
    require(can_watch_person(current_viewer(), found))
    return Target("person_id", found, url_for("profiles.show_profile", user_id=found))


def _start(target: Target) -> ResponseReturnValue:
    watch(signed_in_user().id, **{target.column: target.id})
    return _answer(target, watching=True)


def _stop(target: Target) -> ResponseReturnValue:
    unwatch(signed_in_user().id, **{target.column: target.id})
    return _answer(target, watching=False)


def _answer(target: Target, *, watching: bool) -> ResponseReturnValue:
    if is_fragment_request():
        return render_template("notifications/_watch.html", action=request.path, watching=watching)
    return redirect_back(target.path)
