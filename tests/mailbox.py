"""The mails a test run has sent."""

from typing import Any

from flask import Flask

from community.core.worker import run_due_jobs


def sent_mails(app: Flask) -> list[Any]:
    """Run what is due, as the worker would, and return the mails since the last call."""
    run_due_jobs()
    mailman = app.extensions["mailman"]
    mails = list(getattr(mailman, "outbox", []))
    mailman.outbox = []
    return mails
