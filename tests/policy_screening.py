"""What requests about watched words and boards are about, and the requests themselves."""

from collections.abc import Callable
from typing import Any

from community.core.db import transaction
from community.identity.models import User
from moderation.words.operations import WordFacts, add_word, disable_word

# One that is watched, and one that is switched off.
Words = tuple[int, int]


def make_words(admin: User) -> Words:
    """Watch two words, and one of them no more."""
    with transaction():
        watched = add_word(admin, WordFacts(pattern="wombat", action="hold"))
        off = add_word(admin, WordFacts(pattern="platypus", action="block"))
        disable_word(admin, off)
    return watched.id, off.id


def screening_requests() -> dict[str, Callable[[Any], tuple[str, dict[str, Any]]]]:
    """Return the requests by endpoint; each takes a cell of the matrix."""
    trial = {"title": "A wombat", "body": "A wombat did it.", "tags": "", "language": "en"}
    word = {"pattern": "via*", "action": "replace", "replacement": "-", "tag": "", "language": ""}
    return {
        "words.create_word": lambda c: ("/moderation/words", {**word, "board": ""}),
        "words.try_words": lambda c: ("/moderation/words/trial", {**trial, "board": ""}),
        "words.disable": lambda c: (f"/moderation/words/{c.world.words[0]}/disabling", {}),
        "words.enable": lambda c: (f"/moderation/words/{c.world.words[1]}/disabling", {}),
        "screenings.save_screening": lambda c: (
            f"/moderation/boards/{c.board.id}/screening",
            {"held": "everybody", "first_posts": "3"},
        ),
    }
