"""Long tests of reliability goals.

python3 dev.py stress jobs [--answers N --kills N --seed N]
python3 dev.py stress sign-in [--tries N --processes N --without-redis]
python3 dev.py stress sessions [--requests N --processes N]
python3 dev.py stress ledger [--acts N --kills N --processes N --seed N --postgresql]
python3 dev.py stress payouts [--lines N --kills N --seed N --postgresql]
python3 dev.py stress mail [--mails N --seed N]
python3 dev.py stress escalation [--questions N --kills N --seed N --postgresql]
python3 dev.py stress audit [--tamperings N --entries N --seed N --postgresql]

Each prints what it found and fails when a promise was broken. The suite runs short forms of them.
"""

import argparse
import json
import os
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade

from community.app import create_app
from community.core.db import db
from community.core.settings import Settings
from tests.postgres import postgres_url
from tests.redis_server import redis_server
from tests.stress.audit import measure_audit
from tests.stress.escalation import run_killed_sweepers
from tests.stress.handed_over import table_of
from tests.stress.jobs import run_killed_workers
from tests.stress.ledger import run_killed_bookkeepers
from tests.stress.mail import read_mutations
from tests.stress.payouts import run_payouts
from tests.stress.sessions import measure_sessions
from tests.stress.sign_in import measure_sign_in


def main() -> int:
    """Run the stress test that is named; returns 1 where a promise was broken."""
    parser = argparse.ArgumentParser(
        prog="dev.py stress",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", choices=list(RUNS))
    parser.add_argument("--answers", type=int, default=2_000)
    parser.add_argument("--questions", type=int, default=10_000)
    parser.add_argument("--kills", type=int, help="100; ledger and payouts 200; escalation 500")
    parser.add_argument("--seed", type=int, help="chosen at random, where none is given")
    parser.add_argument("--acts", type=int, default=100_000)
    parser.add_argument("--lines", type=int, default=1_000)
    parser.add_argument("--tamperings", type=int, default=1_000)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--mails", type=int, default=10_000)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--tries", type=int, default=10_000)
    parser.add_argument("--requests", type=int, default=1_000)
    parser.add_argument("--processes", type=int, help="4; at the ledger 8")
    parser.add_argument("--without-redis", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="stress-") as name:
        return RUNS[arguments.name](Path(name), arguments)


def stress_jobs(folder: Path, arguments: argparse.Namespace) -> int:
    """Kill workers while they work; nothing may be lost or doubled."""
    app = _app(folder)
    with app.app_context():
        upgrade()
        outcome = run_killed_workers(
            app,
            folder,
            answers=arguments.answers,
            kills=arguments.kills or 100,
            seed=_seed(arguments),
            patience_seconds=3_600,
        )
    print(json.dumps(asdict(outcome), indent=2))
    return int(bool(outcome.lost or outcome.doubled or outcome.parked or outcome.wrong_counts))


def stress_ledger(folder: Path, arguments: argparse.Namespace) -> int:
    """Kill processes that book and pay; the books must balance, and nothing be lost or doubled."""
    with ExitStack() as stack:
        url = stack.enter_context(postgres_url(autovacuum=True)) if arguments.postgresql else ""
        app = _app(folder, url)
        with app.app_context():
            upgrade()
            outcome = run_killed_bookkeepers(
                app,
                folder,
                acts=arguments.acts,
                kills=200 if arguments.kills is None else arguments.kills,
                processes=arguments.processes or 8,
                seed=_seed(arguments),
                patience_seconds=7_200,
            )
            db.engine.dispose()
    print(json.dumps({**asdict(outcome), "holds": outcome.holds}, indent=2))
    return int(not outcome.holds)


def stress_payouts(folder: Path, arguments: argparse.Namespace) -> int:
    """Kill processes that pay members through a payee with faults; nobody is paid twice, or not."""
    with ExitStack() as stack:
        url = stack.enter_context(postgres_url(autovacuum=True)) if arguments.postgresql else ""
        app = _app(folder, url)
        with app.app_context():
            upgrade()
            kills = 200 if arguments.kills is None else arguments.kills
            outcome = run_payouts(app, lines=arguments.lines, kills=kills, seed=_seed(arguments))
            db.engine.dispose()
    print(json.dumps({**asdict(outcome), "holds": outcome.holds}, indent=2))
    return int(not outcome.holds)


def stress_escalation(folder: Path, arguments: argparse.Namespace) -> int:
    """Kill workers that hand questions over: one case each, and each asker hears of it once."""
    with ExitStack() as stack:
        url = stack.enter_context(postgres_url(autovacuum=True)) if arguments.postgresql else ""
        app = _app(folder, url)
        with app.app_context():
            upgrade()
            outcome = run_killed_sweepers(
                app,
                folder,
                questions=arguments.questions,
                kills=500 if arguments.kills is None else arguments.kills,
                seed=_seed(arguments),
                patience_seconds=14_400,
            )
            db.engine.dispose()
    for line in table_of(outcome):
        print(line)
    return int(not outcome.holds)


def stress_audit(folder: Path, arguments: argparse.Namespace) -> int:
    """Tamper with the audit log by chance, all of it found; then check a long one in time."""
    with ExitStack() as stack:
        url = stack.enter_context(postgres_url(autovacuum=True)) if arguments.postgresql else ""
        app = _app(folder, url)
        with app.app_context():
            upgrade()
            outcome = measure_audit(
                tamperings=arguments.tamperings, entries=arguments.entries, seed=_seed(arguments)
            )
            db.engine.dispose()
    print(json.dumps({**asdict(outcome), "holds": outcome.holds}, indent=2))
    return int(not outcome.holds)


def _app(folder: Path, database_url: str = "") -> Flask:
    settings = Settings(
        environment="development",
        secret_key="a-stress-secret-that-is-long-enough-0123456",
        instance_path=folder,
        database_url=database_url,
        mail_backend="file",
        log_format="off",
        rate_limits=False,
        first_posts_reviewed=0,
    )
    return create_app(settings.completed())


def _seed(arguments: argparse.Namespace) -> int:
    return int.from_bytes(os.urandom(4)) if arguments.seed is None else arguments.seed


def stress_sign_in(folder: Path, arguments: argparse.Namespace) -> int:
    """Guess passwords at several processes; no more may get through than the limits say.

    Without Redis the last limit holds in each process alone, and is reported, not judged.
    """
    with ExitStack() as stack:
        redis_url = ""
        if not arguments.without_redis:
            redis_url = stack.enter_context(redis_server()).url
        outcomes = measure_sign_in(
            folder, tries=arguments.tries, processes=arguments.processes or 4, redis_url=redis_url
        )
    print(json.dumps([{**asdict(each), "holds": each.holds} for each in outcomes], indent=2))
    judged = outcomes if redis_url else outcomes[:-1]
    return int(not all(each.holds for each in judged))


def stress_sessions(folder: Path, arguments: argparse.Namespace) -> int:
    """End a session at one process; no other may let anybody in with it."""
    outcome = measure_sessions(
        folder, requests=arguments.requests, processes=arguments.processes or 4
    )
    print(json.dumps({**asdict(outcome), "holds": outcome.holds}, indent=2))
    return int(not outcome.holds)


def stress_mail(folder: Path, arguments: argparse.Namespace) -> int:
    """Read mails made by chance: without an error, each in no time."""
    outcome = read_mutations(mails=arguments.mails, seed=_seed(arguments))
    print(json.dumps(asdict(outcome), indent=2))
    return int(bool(outcome.wrong))


RUNS = {
    "mail": stress_mail,
    "audit": stress_audit,
    "payouts": stress_payouts,
    "jobs": stress_jobs,
    "sign-in": stress_sign_in,
    "sessions": stress_sessions,
    "ledger": stress_ledger,
    "escalation": stress_escalation,
}


if __name__ == "__main__":
    sys.exit(main())
