"""Run the benchmarks: ``python3 dev.py bench [PART] [--json]``.

The Thunderbird support community (42,774 questions) is imported once into ``instance/bench``; a
question of it with about 20 answers is shown by our page and by the reference page, in one run.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import Engine

from community.app import create_app
from community.core.db import db
from community.core.settings import Settings
from tests.benchmarks import (
    accounts,
    books,
    clocks,
    escalation,
    fairness,
    posting,
    replay,
    scenes,
    spam,
    standing,
)
from tests.benchmarks.measuring import Measurement
from tests.benchmarks.reference import create_reference
from tests.benchmarks.reference import db as reference_db
from tests.benchmarks.scenes import Scene
from tests.shared_data import find_shared_data

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a-benchmark-secret-that-is-long-enough-0123"
FIRST_PAGE_LIMIT_BYTES = 100_000


def main() -> int:
    """Measure everything and print it; returns 1 where a bound does not hold."""
    arguments = _arguments()
    if arguments.part == "accounts":
        return accounts.main(as_json=arguments.json)
    if arguments.part == "standing":
        return standing.main(arguments.dump, as_json=arguments.json)
    if arguments.part == "fairness":
        return fairness.main(
            seeds=arguments.seed,
            runs=arguments.runs or 1,
            strangers=arguments.strangers,
            as_json=arguments.json,
        )
    if arguments.part == "spam":
        return spam.main(seeds=arguments.seed, runs=arguments.runs, as_json=arguments.json)
    if arguments.part == "replay":
        return replay.main(arguments.year, as_json=arguments.json)
    if arguments.part == "books":
        return books.main(arguments.entries, arguments.postgresql, as_json=arguments.json)
    if arguments.part == "clocks":
        return clocks.main(arguments.postgresql, as_json=arguments.json)
    if arguments.part == "escalation":
        return escalation.main(arguments.questions, arguments.postgresql, as_json=arguments.json)
    app = prepared_app(arguments.instance)
    with app.app_context():
        scene = scenes.find_scene(app)
        engine = db.engine
        posts = posting.measure_posting(app)
    # Outside the context: requests inside it would share it, and who is signed in.
    rows = list(scenes.measure_pages(app, engine, scene, _reference(scene)))
    sizes = scenes.first_page_sizes(app)
    report = {
        "question": {"id": scene.question_id, "answers": scene.answers_count},
        "pages": [asdict(row) for row in rows],
        "posting": posts,
        "first_page": sizes,
    }
    checks = list(bounds(rows, posts, sizes))
    report["bounds"] = [
        {"bound": words, "found": found, "held": held} for words, found, held in checks
    ]
    print(json.dumps(report, indent=2) if arguments.json else as_text(report))
    return 0 if all(held for *_, held in checks) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dev.py bench", description=__doc__)
    parser.add_argument(
        "part",
        nargs="?",
        choices=(
            "pages",
            "accounts",
            "standing",
            "fairness",
            "spam",
            "replay",
            "escalation",
            "clocks",
            "books",
        ),
        default="pages",
        help="accounts: whether times tell who has an account; "
        "standing: our points against those a real community published; fairness: rings found; "
        "spam: what moderators marked, told from what they did not; "
        "replay: a year's questions with a support team; escalation: the sweep of many questions; "
        "books: checking a long ledger",
    )
    parser.add_argument("--year", type=int, default=2025, help="of replay")
    parser.add_argument("--questions", type=int, default=1_000_000, help="of escalation")
    parser.add_argument("--entries", type=int, default=1_000_000, help="of books")
    parser.add_argument("--postgresql", action="store_true", help="of books, escalation, clocks")
    parser.add_argument("--seed", type=int, action="append", default=[], help="of fairness, spam")
    parser.add_argument("--runs", type=int, default=0, help="of fairness, spam, each its own seed")
    parser.add_argument(
        "--strangers",
        type=float,
        default=0.4,
        help="of fairness: thanks of others for rings' posts",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--dump", type=Path, help="standing: a Stack Exchange dump of 2018")
    parser.add_argument(
        "--instance",
        type=Path,
        default=Path(os.environ.get("FORUM_BENCH_INSTANCE", ROOT / "instance" / "bench")),
        help="folder of the database with the imported community",
    )
    return parser.parse_args()


def prepared_app(instance: Path) -> Flask:
    """Return the application on the imported community, importing it on the first run."""
    settings = Settings(
        environment="development",
        secret_key=SECRET,
        instance_path=instance,
        log_format="off",
        rate_limits=False,
        first_posts_reviewed=0,
        default_language="en",
    ).completed()
    app = create_app(settings)
    if not (instance / "imported").exists():
        _import_community(app)
        (instance / "imported").touch()
    return app


def _import_community(app: Flask) -> None:
    folder = find_shared_data("sumo-thunderbird")
    if folder is None:
        sys.exit("The Thunderbird community was not found: set FORUM_SHARED_DATA to its folder.")
    print("Importing the Thunderbird community, once …", file=sys.stderr)
    with app.app_context():
        upgrade()
    done = app.test_cli_runner().invoke(args=["import", "jsonl", str(folder)])
    if done.exit_code:
        sys.exit(done.output)


def _reference(scene: Scene) -> tuple[Flask, Engine]:
    folder = Path(tempfile.mkdtemp(prefix="reference-"))
    app = create_reference(folder, scene.title, scene.html, scene.answers, scene.written_at)
    with app.app_context():
        return app, reference_db.engine


def bounds(
    rows: list[Measurement], posts: list[dict[str, float]], sizes: dict[str, int]
) -> Iterable[tuple[str, object, bool]]:
    """Return each promise, what was found, and whether it holds."""
    by_name = {row.name: row for row in rows}
    guest, member = by_name["question (guest)"], by_name["question (signed in)"]
    yield (
        "question, guest: CPU <= 1.5 x reference",
        guest.ratio,
        (guest.ratio <= 1.5),
    )
    yield "question, guest: <= 4 queries", guest.statements, guest.statements <= 4
    yield "question, signed in: <= 7 queries", member.statements, member.statements <= 7
    for name in ("board (guest)", "board (signed in)", "home (guest)", "home (signed in)"):
        found = by_name[name].statements
        yield f"{name}: <= 6 queries", found, found <= 6
    slowest = max(post["median_ms"] for post in posts)
    most = max(post["statements"] for post in posts)
    yield "posting an answer: <= 15 ms median", slowest, slowest <= 15
    yield "posting an answer: <= 12 statements", most, most <= 12
    yield (
        "first page <= 100 kB before images",
        sizes["total"],
        sizes["total"] <= FIRST_PAGE_LIMIT_BYTES,
    )
    yield "JavaScript <= 40 kB compressed", sizes["site.js"], sizes["site.js"] <= 40_000
    yield "CSS <= 20 kB compressed", sizes["site.css"], sizes["site.css"] <= 20_000


def as_text(report: dict[str, list[dict[str, object]]]) -> str:
    """Return the report as tables."""
    lines = [
        f"{'page':<24}{'CPU ms':>8}{'ratio':>7}{'req/s':>8}{'p50 ms':>8}{'p99 ms':>8}"
        f"{'bytes':>8}{'queries':>9}"
    ]
    lines += [
        f"{r['name']:<24}{r['cpu_ms']:>8}{r['ratio']:>7}{r['per_second']:>8}{r['p50_ms']:>8}"
        f"{r['p99_ms']:>8}{r['size_bytes']:>8}{r['statements']:>9}"
        for r in report["pages"]
    ]
    lines += ["", "posting an answer"]
    lines += [
        f"  to a question with {post['answers']:>4} answers: {post['median_ms']} ms median, "
        f"{post['statements']} statements"
        for post in report["posting"]
    ]
    lines += ["", "bounds"]
    lines += [
        f"  {'held  ' if b['held'] else 'BROKEN'}  {b['bound']}: {b['found']}"
        for b in report["bounds"]
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
