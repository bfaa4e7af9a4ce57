"""Long tests of reliability goals: ``python3 dev.py stress jobs [--answers N --kills N --seed N]``.

Each prints what it found and fails when a promise was broken. The suite runs short forms of them.
"""

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from flask_migrate import upgrade

from community.app import create_app
from community.core.settings import Settings
from tests.stress.jobs import run_killed_workers


def main() -> int:
    """Run the stress test that is named; returns 1 where it found something lost or doubled."""
    parser = argparse.ArgumentParser(prog="dev.py stress", description=__doc__)
    parser.add_argument("name", choices=["jobs"])
    parser.add_argument("--answers", type=int, default=2_000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="stress-") as name:
        folder = Path(name)
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
    broken = outcome.lost or outcome.doubled or outcome.parked or outcome.wrong_counts
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
