"""``flask spam``: teach the spam score from posts that are here, see what it knows, ask it."""

import sys

import click
from flask.cli import AppGroup, with_appcontext

from community.core.db import forget_changes, transaction
from moderation.spam.bayes import ENOUGH_LESSONS, HELD, REVIEWED, BrokenModel
from moderation.spam.models import HAM, SPAM
from moderation.spam.operations.calibrating import rebuild
from moderation.spam.operations.learning import learn_post
from moderation.spam.operations.scoring import score_of_post
from moderation.spam.queries import get_model, list_known_ham_ids, list_removed_spam_ids
from moderation.spam.tasks import calibrate_scores

LEARNED_AT_ONCE = 100

spam_commands = AppGroup("spam", help="The spam score: teach it, see what it knows, ask it.")


@spam_commands.command("train")
@click.option("--most", default=2_000, show_default=True, help="Most posts of each kind.")
@with_appcontext
def train(most: int) -> None:
    """Learn posts that were removed as spam, and old posts that stayed; then count anew.

    What was learned before is passed over, so it may be repeated.
    """
    for label, ids in ((SPAM, list_removed_spam_ids(most)), (HAM, list_known_ham_ids(most))):
        forget_changes()
        learned = sum(_learn(ids[at : at + LEARNED_AT_ONCE], label) for at in _steps(len(ids)))
        click.echo(f"{label}: {learned} of {len(ids)} posts learned")
    with transaction():
        rebuilt = rebuild()
    calibrate_scores()
    click.echo(f"{rebuilt.lessons} lessons, {rebuilt.tokens} tokens, {rebuilt.corrected} corrected")


def _steps(length: int) -> range:
    return range(0, length, LEARNED_AT_ONCE)


def _learn(ids: list[int], label: str) -> int:
    # A short transaction at a time: people are posting meanwhile.
    with transaction():
        return sum(learn_post(post_id, label) for post_id in ids)


@spam_commands.command("status")
@with_appcontext
def status() -> None:
    """Say what was learned and where posts are reviewed and held."""
    model = get_model()
    if model is None:
        click.echo("Nothing was learned yet: every text passes.")
        return
    click.echo(f"learned: {model.spam_count} spam, {model.ham_count} not spam")
    if not model.totals.are_enough:
        click.echo(f"It takes {ENOUGH_LESSONS} of each: until then every text passes.")
        return
    click.echo(f"reviewed (score {REVIEWED}) from evidence {model.reviewed_from / 1000:.2f}")
    click.echo(f"held (score {HELD}) from evidence {model.held_from / 1000:.2f}")


@spam_commands.command("score")
@click.argument("post_id", type=int)
@with_appcontext
def score(post_id: int) -> None:
    """Score a post that is here; ends with 1 where the model cannot."""
    try:
        found = score_of_post(post_id)
    except (BrokenModel, ValueError, LookupError) as error:
        click.echo(f"The score cannot be told: {type(error).__name__}.", err=True)
        sys.exit(1)
    click.echo("no score yet" if found is None else f"score {found}")
