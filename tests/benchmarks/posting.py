"""What posting an answer costs, whatever the length of the question."""

import secrets
import statistics
import time

from flask import Flask

from community.core.db import db
from community.questions.models import Question
from tests.benchmarks.measuring import counted
from tests.client import ForumClient
from tests.factories.community import make_answer, make_board, make_question, make_user

LENGTHS = (0, 20, 200)
ROUNDS = 21
BODY = "Switch flight mode on and off once, wait five minutes, then look again. " * 4


def measure_posting(app: Flask) -> list[dict[str, float]]:
    """Return the median milliseconds and the statements for questions of several lengths."""
    mark = secrets.token_hex(6)
    board = make_board(f"bench-{mark}", audience="staff")
    # The board is for staff, so that what the benchmark writes shows on no page it measures.
    staff = make_user(f"Staff {mark}", email=f"staff-{mark}@example.org", role="agent")
    client = app.test_client()
    client.sign_in(staff)  # type: ignore[attr-defined]
    results = []
    for length in LENGTHS:
        question = make_question(staff, board)
        for _ in range(length):
            make_answer(question, staff)
        results.append(_post_to(client, question, length))  # type: ignore[arg-type]
    return results


def _post_to(client: ForumClient, question: Question, length: int) -> dict[str, float]:
    walls, statements = [], 0
    for number in range(ROUNDS):
        token = client.csrf_token()
        form = {"body": f"{BODY} {number}", "csrf_token": token, "submission": f"bench-{number}"}
        with counted(db.engine) as sent:
            started = time.perf_counter()
            response = client.post(f"/questions/{question.id}/answers", data=form)
            walls.append((time.perf_counter() - started) * 1000)
        assert response.status_code == 303, response.status_code
        statements = max(statements, len(sent))
    return {
        "answers": length,
        "median_ms": round(statistics.median(walls), 2),
        "statements": statements,
    }
