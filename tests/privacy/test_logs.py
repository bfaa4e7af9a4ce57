"""What people do with their accounts leaves nothing of them in the logs, even at DEBUG."""

import logging
import re

import pytest
import structlog
from flask import Flask

from community.core import logs
from community.core.db import db, transaction
from community.core.jobs import Job, enqueue, external
from community.core.worker import run_due_jobs
from community.privacy.tasks import forget_old
from tests.client import ForumClient
from tests.factories.community import load_user, make_question
from tests.identity.accounts import make_account, sign_in

WORD = "zqlogcanary"


@external
def fail_over(words: str) -> None:
    """Fail with what somebody wrote in the error."""
    raise RuntimeError(words)


def test_logs_of_account_flows_name_nobody(
    app: Flask,
    client: ForumClient,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    logs.configure("json")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(0))
    try:
        links = _use_accounts(app, client)
    finally:
        logs.configure("off")
    written = capsys.readouterr()
    output = written.out + written.err + caplog.text
    assert "account_erased" in output
    assert "job_failed" in output
    assert WORD not in output.casefold()
    assert links
    assert [link for link in links if link in output] == []


def _use_accounts(app: Flask, client: ForumClient) -> set[str]:
    """Use everything once; returns the tokens that were mailed."""
    fields = {"email": f"{WORD}@example.org", "display_name": f"Ann {WORD}", "password": WORD * 2}
    client.submit("/register", fields)
    user = make_account(f"Bob {WORD}", email=f"bob.{WORD}@example.org")
    sign_in(client, user.email, password=WORD)
    client.submit("/reset", {"email": user.email})
    run_due_jobs()
    sign_in(client, user.email)
    make_question(user, title=f"What does {WORD} say of it", body=f"I am {WORD} and so on, really.")
    client.submit("/preferences", {"bio": WORD})
    client.submit("/account/data/archives")
    run_due_jobs()
    client.get("/account/data/archives/1").close()
    client.submit("/account/data/erasure", {"name": WORD})
    client.submit("/account/data/erasure", {"name": user.display_name})
    with transaction():
        enqueue(fail_over, words=WORD)
    forget_old()
    _erase(user.id)
    sent = "\n".join(mail.body for mail in app.extensions["mailman"].outbox)
    return set(re.findall(r"http://localhost/\w[\w/-]*/([\w-]{20,})", sent))


def _erase(user_id: int) -> None:
    from community.core.authz import SYSTEM
    from community.privacy.operations.erasures import order_erasure

    with transaction():
        order_erasure(SYSTEM, load_user(user_id))
    run_due_jobs()
    with transaction():
        db.session.query(Job).delete()
