"""``flask payback approve|export|settle|…``."""

from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import update

from community.core.db import db, transaction
from reputation.payback.models import PayoutLine
from reputation.payouts.models import PayoutBatch
from reputation.payouts.tasks import watch_books
from tests.factories.community import make_user
from tests.reputation.payouts.runs import (
    Run,
    break_books,
    make_run,
    paid,
    period_state,
    references,
    report,
    state_of,
)


def payback(runner: FlaskCliRunner, *arguments: object) -> Result:
    return runner.invoke(args=["payback", *map(str, arguments)])


def approve(runner: FlaskCliRunner, run: Run, by: str | None) -> Result:
    return payback(runner, "approve", "--period", run.period_id, "--digest", run.digest, "--by", by)


def test_a_run_goes_from_the_lock_to_its_end(runner: FlaskCliRunner, tmp_path: Path) -> None:
    run = make_run(("credit", 500), ("credit", 600))
    by = ("--by", run.approver.email)
    assert "is now approved" in approve(runner, run, run.approver.email).output
    assert "is already approved" in approve(runner, run, run.approver.email).output
    for _ in range(2):
        made = payback(runner, "export", "credit", "--to", tmp_path, *by)
        assert "2 payments, 11.00 EUR" in made.output
    (path,) = tmp_path.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    batch = db.session.query(PayoutBatch).one()
    first, second = references(batch)
    told = tmp_path / "report.csv"
    told.write_bytes(report(f"{first},settled,500,", f"{second},failed,600,closed"))
    settled = payback(runner, "settle", batch.id, told, *by)
    assert (settled.exit_code, settled.output) == (
        0,
        "1 settled, 1 failed, 0 known already, 0 refused.\n",
    )
    again = payback(runner, "settle", batch.id, told, *by)
    assert again.output == "0 settled, 0 failed, 2 known already, 0 refused.\n"
    assert payback(runner, "retry", run.line_ids[1], *by).exit_code == 0
    assert "1 payments" in payback(runner, "export", "credit", "--to", tmp_path, *by).output
    other = db.session.query(PayoutBatch).order_by(PayoutBatch.id.desc()).first()
    assert other is not None
    told.write_bytes(report(f"{references(other)[0]},failed,,"))
    assert payback(runner, "settle", other.id, told, *by).exit_code == 0
    assert payback(runner, "leave", run.line_ids[1], *by).exit_code == 0
    assert "agree" in payback(runner, "reconcile").output
    assert "is now closed" in payback(runner, "close", *by).output
    told = payback(runner, "status").output
    assert f"period {run.period_id}: " in told
    assert "to pay 11.00, waits 0.00, in files 0.00, paid 5.00, failed 0.00, left 6.00" in told
    assert "lines, files and ledger agree" in told
    assert [paid(one) for one in run.user_ids] == [[-500], []]


def test_four_eyes_hold_on_the_command_line_too(runner: FlaskCliRunner) -> None:
    run = make_run(("credit", 500))
    refused = approve(runner, run, run.preparer.email)
    assert refused.exit_code == 1
    assert "Somebody else than who locked the list" in refused.output
    member = make_user()
    assert "not allowed" in approve(runner, run, member.email).output
    assert "No open account" in approve(runner, run, "nobody@example.org").output
    assert period_state(run.period_id) == "locked"


def test_what_a_report_gets_wrong_is_named(
    app: Flask, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    run = make_run(("credit", 500)).approved()
    batch = run.export("credit")
    told = tmp_path / "report.csv"
    told.write_bytes(report(f"{references(batch)[0]},settled,5,", "PB-0-1,settled,,"))
    done = payback(runner, "settle", batch.id, told, "--by", run.approver.email)
    assert done.exit_code == 1
    assert "Line 2" in done.output
    assert "Line 3 (PB-0-1): There is no such payment in this file." in done.output
    assert state_of(run.line_ids[0]) == "exported"


def test_a_report_longer_than_a_transaction_is_settled_in_parts(
    runner: FlaskCliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reputation.payouts.cli.AT_ONCE", 2)
    run = make_run(*[("credit", 10 + number) for number in range(5)]).approved()
    batch = run.export("credit")
    told = tmp_path / "report.csv"
    told.write_bytes(report(*[f"{key},settled,," for key in references(batch)]))
    done = payback(runner, "settle", batch.id, told, "--by", run.approver.email)
    assert done.output.startswith("5 settled")
    assert period_state(run.period_id) == "paid"


def test_a_break_is_named_and_a_halt_lifted_with_a_reason(runner: FlaskCliRunner) -> None:
    run = make_run(("credit", 500)).approved()
    break_books(run.user_ids[0])
    watch_books()
    shown = payback(runner, "reconcile")
    assert shown.exit_code == 1
    assert "Payouts are halted: balances of payback are the sums" in shown.output
    assert f"BROKEN: balances are the sums of the entries (first at account {run.user_ids[0]})" in (
        shown.output
    )
    arguments = ("resume", "--reason", "Looked", "--by", run.approver.email)
    assert "stay halted" in payback(runner, *arguments).output
    break_books(run.user_ids[0], -1)
    assert payback(runner, *arguments).output == "Payouts go on.\n"
    assert payback(runner, *arguments).output == "Payouts were not halted.\n"


def test_the_status_says_where_sums_do_not_agree(runner: FlaskCliRunner) -> None:
    run = make_run(("credit", 500))
    assert "lines, files and ledger agree" in payback(runner, "status").output
    with transaction():
        lost = update(PayoutLine).where(PayoutLine.id == run.line_ids[0])
        db.session.execute(lost.values(state="exported"))
    told = payback(runner, "status")
    assert told.exit_code == 0
    assert "THE SUMS DO NOT AGREE" in told.output


def test_nothing_to_pay_in_a_form_is_said(runner: FlaskCliRunner, tmp_path: Path) -> None:
    run = make_run(("credit", 500)).approved()
    done = payback(runner, "export", "charity", "--to", tmp_path, "--by", run.approver.email)
    assert done.output == "There is nothing to pay in this form.\n"
    assert list(tmp_path.iterdir()) == []


def test_without_a_locked_list_there_is_nothing_to_run(runner: FlaskCliRunner) -> None:
    assert "There is no such period with a locked list." in payback(runner, "reconcile").output
    run = make_run(("roll", 5))
    assert payback(runner, "reconcile", "--period", run.period_id).exit_code == 0
    assert payback(runner, "reconcile", "--period", run.period_id + 1).exit_code == 1
