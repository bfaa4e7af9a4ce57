"""What requests about suggested changes are about, and the requests themselves."""

from collections.abc import Callable, Mapping
from typing import Any

from community.core.db import db
from community.identity.models import User
from community.posts.models import Post, SuggestedEdit
from community.questions.operations.versions import version_of
from tests.factories.community import make_answer, make_question, make_user
from tests.factories.suggestions import hold_edit, make_suggestion, open_case_of

TEXT = "Take the card out, wait for a minute and put it back in again."
FORM = {"title": "A title that is long enough", "body": TEXT, "tags": "sim", "note": "Clearer"}

# By target: changes of posts that are handed over; by role: what these people suggested.
Suggestions = dict[str, int]


def make_suggestions(
    people: Mapping[str, User], author: User, posts: Mapping[str, Post]
) -> Suggestions:
    """Let somebody suggest a change of each post, and everybody one of another's answer."""
    answer, somebody = make_answer(make_question()), make_user()
    made = {target: make_suggestion(somebody, post).id for target, post in posts.items()}
    made |= {role: hold_edit(person, answer).id for role, person in people.items()}
    made["author"] = hold_edit(author, answer).id
    return made | {f"case of {name}": open_case_of(made[name]).id for name in made}


def suggestion_requests() -> dict[str, Callable[[Any], tuple[str, dict[str, Any]]]]:
    """Return the requests by endpoint; each takes a cell of the matrix."""
    return {
        "suggestions.create_suggestion": lambda c: (f"/posts/{c.post()}/suggestions", FORM),
        "suggestions.decide_suggestion": lambda c: (
            f"/suggestions/{c.world.suggestions[c.target]}/decision",
            {"decision": "accept"},
        ),
        "suggestions.withdraw_suggestion": lambda c: (
            f"/suggestions/{_own(c)}/decision",
            {},
        ),
        "reviews.create_voice": _voice,
    }


def _voice(cell: Any) -> tuple[str, dict[str, Any]]:
    """Return a voice about a change of the target, or about one's own."""
    made: Suggestions = cell.world.suggestions
    name = cell.role if cell.target == "own" and cell.role in made else cell.target
    post = db.session.get_one(Post, db.session.get_one(SuggestedEdit, made[name]).post_id)
    form = {"choice": "accept", "seen": f"{made[name]} {version_of(post)}"}
    return f"/reviews/{made[f'case of {name}']}/voice", form


def _own(cell: Any) -> int:
    role = cell.role if cell.target == "own" else "author"
    made: Suggestions = cell.world.suggestions
    return made.get(role, made["author"])
