"""What ``flask`` commands have in common."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from flask.cli import with_appcontext

from community.core.errors import Refusal
from community.core.i18n import speaking


def saying_refusals(command: Callable[..., None]) -> Callable[..., None]:
    """Run a command in the application's context; a refusal is said in English and ends it with 1.

    It stands below the options, next to the function.
    """

    @wraps(command)
    def wrapped(*args: Any, **values: Any) -> None:
        with speaking("en"):
            try:
                command(*args, **values)
            except Refusal as refusal:
                raise click.ClickException(str(refusal)) from refusal

    return with_appcontext(wrapped)
