"""Pages of payout runs: what administrators see, and how each step is asked for and refused."""

import io
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from community.core.db import db, transaction
from community.identity.models import User
from reputation.payback.models import PayoutLine
from reputation.payouts.models import PayoutBatch
from reputation.payouts.operations import import_settlement
from reputation.payouts.tasks import watch_books
from tests.client import ForumClient
from tests.factories.community import make_user
from tests.reputation.payouts.runs import (
    break_books,
    make_run,
    paid,
    period_state,
    references,
    report,
    state_of,
)


def upload(client: ForumClient, batch: PayoutBatch, data: bytes, **more: Any) -> TestResponse:
    form = {"report": (io.BytesIO(data), "report.csv"), **more}
    address = f"/admin/payback/files/{batch.id}/reports"
    return client.submit(address, form, content_type="multipart/form-data")


def fail(run: Any, batch: PayoutBatch, key: str, why: str = "") -> None:
    with transaction():
        import_settlement(run.preparer, batch.id, report(f"{key},failed,,{why}"))
    db.session.expire_all()


def test_a_run_goes_from_the_lock_to_its_end_by_pages_alone(client: ForumClient) -> None:
    run = make_run(("credit", 500), ("roll", 20))
    address = f"/admin/payback/runs/{run.period_id}"
    client.sign_in(run.approver)
    assert "Approve the list" in client.get(address).text
    assert client.submit(f"{address}/approval", {"digest": run.digest}).status_code == 303
    made = client.submit(f"{address}/files", {"form": "credit"})
    again = client.submit(f"{address}/files", {"form": "credit"})
    assert made.location == again.location
    taken = client.submit(f"{made.location}/downloads")
    assert taken.headers["Content-Disposition"].startswith('attachment; filename="pb')
    assert taken.headers["Cache-Control"] == "private, no-store"
    template = client.get(f"{made.location}/report.csv").text
    batch = db.session.query(PayoutBatch).one()
    assert references(batch)[0] in template
    filled = template.replace(",,500,", ",settled,500,").encode()
    assert upload(client, batch, filled).status_code == 303
    assert "Close the period" in client.get(address).text
    assert client.submit(f"{address}/closure").status_code == 303
    assert period_state(run.period_id) == "closed"
    assert paid(run.user_ids[0]) == [-500]
    assert "agree to the cent" in client.get(address).text
    assert "is no longer kept" in client.get(made.location).text


def test_who_locked_the_list_is_told_that_somebody_else_approves(client: ForumClient) -> None:
    run = make_run(("credit", 500))
    client.sign_in(run.preparer)
    address = f"/admin/payback/runs/{run.period_id}"
    assert "Somebody else than who locked the list" in client.get(address).text
    refused = client.submit(f"{address}/approval", {"digest": run.digest})
    assert refused.status_code == 403
    assert period_state(run.period_id) == "locked"


def test_a_list_that_was_not_looked_at_is_not_approved(client: ForumClient) -> None:
    run = make_run(("credit", 500))
    client.sign_in(run.approver)
    refused = client.submit(f"/admin/payback/runs/{run.period_id}/approval", {"digest": "0" * 64})
    assert refused.status_code == 409


def test_money_moves_only_by_who_has_shown_a_second_factor(app: Flask, client: ForumClient) -> None:
    from tests.reputation.payouts.runs import settings_with

    run = make_run(("credit", 500))
    with settings_with(require_second_factor=False):
        client.sign_in(run.approver, second_factor=False)
        address = f"/admin/payback/runs/{run.period_id}/approval"
        assert client.submit(address, {"digest": run.digest}).status_code == 403
    assert period_state(run.period_id) == "locked"


@pytest.mark.parametrize("role", ["member", "superuser", "moderator", "agent"])
def test_nobody_else_sees_runs(client: ForumClient, role: str) -> None:
    run = make_run(("credit", 500)).approved()
    batch = run.export("credit")
    client.sign_in(make_user(role=role))
    for address in (
        "/admin/payback/runs",
        f"/admin/payback/runs/{run.period_id}",
        f"/admin/payback/files/{batch.id}",
        f"/admin/payback/files/{batch.id}/report.csv",
    ):
        assert client.get(address).status_code == 403
    assert client.submit(f"/admin/payback/files/{batch.id}/downloads").status_code == 403


def test_what_is_not_there_is_not_found(client: ForumClient) -> None:
    client.sign_in(make_user(role="admin"))
    assert client.get("/admin/payback/runs/99").status_code == 404
    assert client.get("/admin/payback/files/99").status_code == 404
    assert client.get("/admin/payback/files/99/report.csv").status_code == 404
    assert client.submit("/admin/payback/files/99/downloads").status_code == 404
    assert client.submit("/admin/payback/lines/99/retry").status_code == 404
    assert client.submit("/admin/payback/runs/99/closure").status_code == 404


def test_a_form_that_is_none_is_refused(client: ForumClient) -> None:
    run = make_run(("credit", 500)).approved()
    client.sign_in(run.approver)
    address = f"/admin/payback/runs/{run.period_id}"
    assert client.submit(f"{address}/files", {"form": "roll"}).status_code == 422
    assert client.get(f"{address}?state=nonsense").status_code == 422
    assert client.submit(f"{address}/files", {"form": "charity"}).location == address


def test_lines_that_were_refused_are_named_and_the_others_count(client: ForumClient) -> None:
    run = make_run(("credit", 500), ("credit", 600)).approved()
    batch = run.export("credit")
    first, second = references(batch)
    client.sign_in(run.approver)
    data = report(f"{first},settled,500,", f"{second},settled,601,", "=1+1,settled,,")
    answer = upload(client, batch, data)
    assert answer.status_code == 200
    assert f"Line 3 ({second}): The amount is not what was to be paid." in answer.text
    assert "Line 4 (=1+1): There is no such payment" in answer.text
    assert [state_of(one) for one in run.line_ids] == ["settled", "exported"]
    assert (
        "1 settled, 0 failed, 0 known already, 2 refused"
        in client.get(f"/admin/payback/files/{batch.id}").text
    )


@pytest.mark.parametrize("data", [b"", b"<Document/>", b"\xff\xfe", b"line_key;status\n"])
def test_a_report_that_is_none_says_so(client: ForumClient, data: bytes) -> None:
    run = make_run(("credit", 500)).approved()
    batch = run.export("credit")
    client.sign_in(run.approver)
    answer = upload(client, batch, data)
    assert answer.status_code == 422
    assert 'href="#report"' in answer.text
    assert state_of(run.line_ids[0]) == "exported"


def test_a_report_that_brings_nothing_new_says_so(client: ForumClient) -> None:
    run = make_run(("credit", 500), ("credit", 600)).approved()
    batch = run.export("credit")
    first, second = (f"{key},settled,," for key in references(batch))
    client.sign_in(run.approver)
    assert upload(client, batch, report(first)).status_code == 303
    nothing = "This report brought nothing new"
    for data in (report(first), report(first, first)):
        assert upload(client, batch, data).status_code == 303
        page = client.get(f"/admin/payback/files/{batch.id}").text
        assert f"{nothing}: its 1 payment was reported before." in page
    assert upload(client, batch, report(second, first)).status_code == 303
    page = client.get(f"/admin/payback/files/{batch.id}").text
    assert "1 payment settled. 0 failed. 1 known already." in page
    assert [paid(user_id) for user_id in run.user_ids] == [[-500], [-600]]


def test_an_upload_takes_one_file_and_no_other_field(client: ForumClient) -> None:
    run = make_run(("credit", 500)).approved()
    batch = run.export("credit")
    data = report(f"{references(batch)[0]},settled,,")
    client.sign_in(run.approver)
    other = {"other": (io.BytesIO(data), "other.csv")}
    twice = {"report": [(io.BytesIO(data), "a.csv"), (io.BytesIO(data), "b.csv")]}
    assert upload(client, batch, data, **other).status_code == 422
    assert upload(client, batch, data, **twice).status_code == 422
    assert upload(client, batch, data, surplus="1").status_code == 422
    assert state_of(run.line_ids[0]) == "exported"


def test_a_report_that_is_too_large_is_refused(app: Flask, client: ForumClient) -> None:
    run = make_run(("credit", 500)).approved()
    batch = run.export("credit")
    client.sign_in(run.approver)
    size = app.config["SETTINGS"].max_body_bytes
    assert upload(client, batch, b"x" * size).status_code == 413


def test_failed_payments_are_tried_again_or_left_from_the_list(client: ForumClient) -> None:
    run = make_run(("credit", 500), ("credit", 600)).approved()
    batch = run.export("credit")
    for key in references(batch):
        fail(run, batch, key, "AC04 account closed")
    client.sign_in(run.approver)
    address = f"/admin/payback/runs/{run.period_id}"
    shown = client.get(f"{address}?state=failed").text
    assert shown.count("AC04 account closed") == 2
    first, second = run.line_ids
    assert client.submit(f"/admin/payback/lines/{first}/retry").location == address
    assert client.submit(f"/admin/payback/lines/{second}/carry-over").location == address
    assert [state_of(one) for one in run.line_ids] == ["retried", "rolled"]
    assert client.submit(f"/admin/payback/lines/{second}/retry").status_code == 409


def test_the_list_is_paged(client: ForumClient) -> None:
    run = make_run(("roll", 5))
    with transaction():
        members = [make_user() for _ in range(51)]
        for member in members:
            db.session.add(
                PayoutLine(
                    period_id=run.period_id,
                    user_id=member.id,
                    earned=1,
                    carried=0,
                    amount=1,
                    state="rolled",
                )
            )
    client.sign_in(run.approver)
    first = client.get(f"/admin/payback/runs/{run.period_id}").text
    assert f"Account {members[48].id}<" in first
    assert f"Account {members[50].id}<" not in first
    after = first.split("after=")[1].split('"')[0]
    second = client.get(f"/admin/payback/runs/{run.period_id}?after={after}").text
    assert f"Account {members[50].id}<" in second
    assert "More lines" not in second


def test_a_halt_is_shown_and_lifted_with_a_reason(client: ForumClient) -> None:
    run = make_run(("credit", 500)).approved()
    break_books(run.user_ids[0])
    watch_books()
    client.sign_in(run.approver)
    address = f"/admin/payback/runs/{run.period_id}"
    assert "Payouts are halted" in client.get(address).text
    assert client.submit(f"{address}/files", {"form": "credit"}).status_code == 409
    assert client.remove("/admin/payback/halt", {"reason": "Looked at it"}).status_code == 409
    break_books(run.user_ids[0], -1)
    refused = client.remove("/admin/payback/halt", {"reason": "?"})
    assert refused.status_code == 422
    assert "Say why, in a few words." in refused.text
    assert 'value="?"' in refused.text
    assert client.remove("/admin/payback/halt", {"reason": "Looked at it"}).status_code == 303
    assert "Payouts are halted" not in client.get(address).text
    assert client.submit(f"{address}/files", {"form": "credit"}).status_code == 303


def test_pages_speak_german(client: ForumClient) -> None:
    run = make_run(("credit", 500), ("charity", 600)).approved()
    batch = run.export("credit")
    fail(run, batch, references(batch)[0])
    german: User = make_user(role="admin", language="de")
    client.sign_in(german)
    shown = client.get(f"/admin/payback/runs/{run.period_id}").text
    assert "Fehlgeschlagen" in shown
    assert "5,00\u00a0€" in shown
    assert "Gutschrift" in shown
