"""Long tests of reliability goals.

python3 dev.py stress jobs [--answers N --kills N --seed N]
python3 dev.py stress sign-in [--tries N --processes N --without-redis]
python3 dev.py stress sessions [--requests N --processes N]

Each prints what it found and fails when a promise was broken. The suite runs short forms of them.
"""

import argparse
import json
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from flask_migrate import upgrade

from community.app import create_app
from community.core.settings import Settings
from tests.redis_server import redis_server
from tests.stress.jobs import run_killed_workers
from tests.stress.sessions import measure_sessions
from tests.stress.sign_in import measure_sign_in


def main() -> int:
    """Run the stress test that is named; returns 1 where a promise was broken."""
    parser = argparse.ArgumentParser(
        prog="dev.py stress",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", choices=["jobs", "sign-in", "sessions"])
    parser.add_argument("--answers", type=int, default=2_000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tries", type=int, default=10_000)
    parser.add_argument("--requests", type=int, default=1_000)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--without-redis", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="stress-") as name:
        return RUNS[arguments.name](Path(name), arguments)


def stress_jobs(folder: Path, arguments: argparse.Namespace) -> int:
    """Kill workers while they work; nothing may be lost or doubled."""
    settings = Settings(
        environment="development",
        secret_key="a-stress-secret-that-is-long-enough-0123456",
        instance_path=folder,
        mail_backend="file",
        log_format="off",
        rate_limits=False,
    ).completed()
    app = create_app(settings)
    with app.app_context():
        upgrade()
        outcome = run_killed_workers(
            app,
            folder,
            answers=arguments.answers,
            kills=arguments.kills,
            seed=arguments.seed,
            patience_seconds=3_600,
        )
    print(json.dumps(asdict(outcome), indent=2))
    return int(bool(outcome.lost or outcome.doubled or outcome.parked or outcome.wrong_counts))


def stress_sign_in(folder: Path, arguments: argparse.Namespace) -> int:
    """Guess passwords at several processes; no more may get through than the limits say.

    Without Redis the last limit holds in each process alone, and is reported, not judged.
    """
    with ExitStack() as stack:
        redis_url = ""
        if not arguments.without_redis:
            redis_url = stack.enter_context(redis_server()).url
        outcomes = measure_sign_in(
            folder, tries=arguments.tries, processes=arguments.processes, redis_url=redis_url
        )
    print(json.dumps([{**asdict(each), "holds": each.holds} for each in outcomes], indent=2))
    judged = outcomes if redis_url else outcomes[:-1]
    return int(not all(each.holds for each in judged))


def stress_sessions(folder: Path, arguments: argparse.Namespace) -> int:
    """End a session at one process; no other may let anybody in with it."""
    outcome = measure_sessions(folder, requests=arguments.requests, processes=arguments.processes)
    print(json.dumps({**asdict(outcome), "holds": outcome.holds}, indent=2))
    return int(not outcome.holds)


RUNS = {"jobs": stress_jobs, "sign-in": stress_sign_in, "sessions": stress_sessions}


if __name__ == "__main__":
    sys.exit(main())
