"""Whether the time of an answer tells who has an account: ``python3 dev.py bench accounts``.

Each form is sent 200 times with a known address and 200 times with unknown ones, turn by turn. The
processor time of the process is compared, which other work on the machine disturbs least.
Passwords are hashed at the floor that OWASP names: the less a hash costs, the more the rest shows.
"""

import gc
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade

from community.app import create_app
from community.core.settings import ARGON2_FLOOR, Settings
from tests.client import ForumClient
from tests.factories.community import make_user

TRIES = 200
WARM_UP = 10
WIDEST = 0.05
KNOWN = "known@example.org"
PASSWORD = "ferry boat lantern"
FORMS: dict[str, Callable[[str], dict[str, str]]] = {
    "/sign-in": lambda email: {"email": email, "password": "not the password"},
    "/register": lambda email: {"email": email, "display_name": "Dora Doe", "password": PASSWORD},
    "/reset": lambda email: {"email": email},
    "/sign-in/link": lambda email: {"email": email},
    "/confirmations": lambda email: {"email": email},
}


def main(*, as_json: bool) -> int:
    """Measure every form and print it; returns 1 where medians differ by more than 5 %."""
    with tempfile.TemporaryDirectory(prefix="bench-accounts-") as folder:
        app = _prepared_app(Path(folder))
        rows = [measure_form(app, path) for path in FORMS]
    held = all(row["held"] for row in rows)
    if as_json:
        print(json.dumps({"tries": TRIES, "forms": rows}, indent=2))
        return 0 if held else 1
    print(f"{'form':<16}{'known ms':>10}{'unknown ms':>12}{'ratio':>8}   ({TRIES} tries each)")
    for row in rows:
        verdict = "held" if row["held"] else "BROKEN"
        print(
            f"{row['form']:<16}{row['known_ms']:>10}{row['unknown_ms']:>12}{row['ratio']:>8}"
            f"   {verdict}: within {WIDEST:.0%}"
        )
    return 0 if held else 1


def _prepared_app(folder: Path) -> Flask:
    memory, passes, lanes = ARGON2_FLOOR
    settings = Settings(
        environment="development",
        secret_key="a-benchmark-secret-that-is-long-enough-0123",
        instance_path=folder,
        log_format="off",
        rate_limits=False,
        argon2_memory_kib=memory,
        argon2_time_cost=passes,
        argon2_parallelism=lanes,
    ).completed()
    app = create_app(settings)
    app.test_client_class = ForumClient
    with app.app_context():
        upgrade()
        from community.identity.passwords import hash_password

        make_user("Known Member", email=KNOWN, password=hash_password(PASSWORD))
    return app


def measure_form(app: Flask, path: str) -> dict[str, object]:
    """Send one form by turns with a known and an unknown address; return both medians."""
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    gc.collect()
    gc.disable()
    try:
        for number in range(WARM_UP + TRIES):
            # Who comes first takes turns as well.
            order = ("known", "unknown") if number % 2 else ("unknown", "known")
            for who in order:
                email = KNOWN if who == "known" else f"no{number:03}@example.org"
                spent = _cpu_ms(app, path, FORMS[path](email))
                if number >= WARM_UP:
                    times[who].append(spent)
    finally:
        gc.enable()
    known, unknown = (statistics.median(times[who]) for who in ("known", "unknown"))
    ratio = known / unknown
    return {
        "form": path,
        "known_ms": round(known, 3),
        "unknown_ms": round(unknown, 3),
        "ratio": round(ratio, 4),
        "held": abs(ratio - 1) <= WIDEST,
    }


def _cpu_ms(app: Flask, path: str, form: dict[str, str]) -> float:
    client = app.test_client()
    token = client.csrf_token()  # type: ignore[attr-defined]
    started = time.process_time()
    response = client.post(path, data={**form, "csrf_token": token})
    spent = (time.process_time() - started) * 1000
    assert response.status_code in (303, 422), response.status_code
    return spent
