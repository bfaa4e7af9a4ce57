"""The rules of the design that a reader of the code relies on, checked on the code itself.

The direction of imports is checked by import-linter (``pyproject.toml``).
"""

import ast
import re
from pathlib import Path

from tests.source import ROOT, Source, application, sources

ANATOMY = frozenset(
    [
        "__init__",
        "models",
        "policies",
        "queries",
        "operations",
        "forms",
        "views",
        "subscribers",
        "tasks",
        "cli",
        "errors",
    ]
)
# Pure rules, or one concern of a package, in a module named for it.
EXTRAS = {
    "moderation/appeals": "kinds letters wording",
    "moderation/audit": "",
    "moderation/images": "kinds",
    "moderation/duplicates": "kinds",
    "moderation/edits": "kinds",
    "moderation/reviews": "",
    "moderation/held": "kinds newcomers wording",
    "moderation/words": "matching screen wording",
    "moderation/spam": "bayes cases disposable facts hashing outside scale screen tokens weighing",
    "moderation/cases": "ageing consulting dossier kinds letters rings voices wording",
    "moderation/flags": "kinds weights",
    "moderation/sanctions": "letters links wording",
    "reputation/fairness": "evidence graph groups linking peeling pruning rings",
    "community/boards": "",
    "community/escalation/mail_in": (
        "automatic bounces charsets flowed headers html_text letters listening message parsing"
        " parts polling post_letters quotes signatures"
    ),
    "community/escalation/calendars": "business_time country_days ical week_text",
    "community/escalation/sla": "alarms timing wording",
    "community/escalation/triggers": "alarms due waits wording",
    "community/escalation/cases": "drafting file_kinds wording",
    "community/escalation/macros": "answering variables wording",
    "community/escalation/customers": "directory",
    "community/escalation/connectors": (
        "chatwoot configuration plain protocol webhook wording zammad zendesk"
    ),
    "community/escalation/csat": "letters tokens wording",
    "community/escalation/publishing": "letters tokens wording",
    "community/escalation/reports": "counting wording",
    "community/escalation/side": "failures letters",
    "community/escalation/teams": "",
    "community/identity": """
        addresses
        ceremonies
        challenges
        devices
        emails
        lookalikes
        letters
        mails
        names
        passwords
        pending
        people
        privileges
        proofs
        qr_codes
        recovery
        reserved_names
        security
        signing_in
        superusers
        suspended
        throttling
        totp
        trust_words
    """,
    "community/importers": (
        "acceptances authors boards duplicates html_to_markdown id_sets preparing progress reading"
        " records report run store votes workers writing"
    ),
    "community/notifications": (
        "case_lines decided digest_letters hours kinds letters progress tokens wording"
    ),
    "reputation/payback": "accounts calendar iban letters lines reasons sepa_text verify wording",
    "reputation/payouts": "books wording",
    "community/posts": (
        "attaching diffs drafts findings guard history image_files limits personal_data"
        " merging picture_views screening tagging telephones text visibility"
    ),
    "community/privacy": "archive letters marks redaction register retention wording",
    "community/questions": (
        "acceptance_links excerpts feed_queries feeds indexing reasons rebuild standing status"
        " structured_data thanks"
    ),
    "reputation/adjustments": "letters wording working_days",
    "reputation/drafts": "replay values wording",
    "reputation/superusers": "agreements guarding letters standing wording",
    "community/search": (
        "analysis backends building documents edits filters highlighting index query_language"
        " ranking readers segments spelling spelling_hints"
    ),
}
COMMITTERS = {
    "community/core/db.py",
    "community/core/web.py",
    "community/core/worker.py",
    # Commits the index, not the database.
    "community/search/index.py",
}
# Where HTML is put together out of escaped parts, none of it written by a user.
MAKERS_OF_MARKUP = {
    "community/posts/diffs.py",
    "community/questions/structured_data.py",
    "community/search/highlighting.py",
}
VAGUE_NAMES = re.compile(r"(utils?|helpers?|managers?|services?|repositor(y|ies)|common|misc)$")


def offenders(
    name: str, files: tuple[Source, ...], *, allowed: set[str] = frozenset()
) -> list[str]:
    """Return places outside the allowed files where something of this name is called."""
    return [
        f"{source.path}:{line}"
        for source in files
        if source.path not in allowed
        for called, line in source.calls()
        if called == name
    ]


def test_only_the_kernel_and_the_worker_commit() -> None:
    assert offenders("commit", application(), allowed=COMMITTERS) == []


def test_only_the_clock_knows_the_time() -> None:
    allowed = {"community/core/clock.py"}
    found = [
        f"{source.path}:{node.lineno}"
        for source in application()
        if source.path not in allowed
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute)
        and node.attr in ("now", "utcnow", "today")
        and isinstance(node.value, ast.Name)
        and node.value.id in ("datetime", "date")
    ]
    assert found == []


def test_lists_are_paged_by_key_and_never_counted_off() -> None:
    assert offenders("offset", application()) == []
    assert [s.path for s in application() if re.search(r"\bOFFSET\b", _sql_in(s))] == []


def _sql_in(source: Source) -> str:
    texts = [n.value for n in ast.walk(source.tree) if isinstance(n, ast.Constant)]
    return "\n".join(t for t in texts if isinstance(t, str) and re.search(r"\b(SELECT|FROM)\b", t))


def test_only_markup_turns_text_into_html() -> None:
    files = tuple(s for s in application() if not s.path.startswith("community/core/markup/"))
    assert offenders("Markup", files, allowed=MAKERS_OF_MARKUP) == []


def test_templates_trust_nothing() -> None:
    trusting = re.compile(r"\|\s*safe\b|autoescape\s+false")
    found = [
        str(path.relative_to(ROOT))
        for folder in ("community", "moderation", "reputation")
        for path in (ROOT / folder).rglob("templates/**/*")
        if path.is_file() and trusting.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_permissions_are_decided_in_policies_alone() -> None:
    found = [
        f"{source.path}:{function.lineno}"
        for source in application()
        if not _is_policy(source.path)
        for function in source.functions()
        if function.name.startswith("can_")
    ]
    assert found == []


def _is_policy(path: str) -> bool:
    return path.endswith("/policies.py") or "/policies/" in path


def test_policies_ask_no_database() -> None:
    policies = tuple(source for source in application() if _is_policy(source.path))
    assert policies
    for name in ("select", "execute", "scalar", "scalars"):
        assert offenders(name, policies) == []


def test_only_views_ask_who_is_signed_in() -> None:
    files = tuple(
        source
        for source in application()
        if re.search(r"/(models|policies|queries|operations|subscribers|tasks)\b", source.path)
    )
    assert offenders("current_viewer", files) == []
    assert [s.path for s in files if re.search(r"\bcurrent_user\b", s.text)] == []


def test_packages_share_one_anatomy() -> None:
    strangers = []
    for package, extras in EXTRAS.items():
        known = ANATOMY | set(extras.split())
        for path in sorted((ROOT / package).iterdir()):
            if path.suffix == ".py" and path.stem not in known:
                strangers.append(str(path.relative_to(ROOT)))
    assert strangers == [], "name it in the anatomy, or in EXTRAS with a reason to stand apart"


def test_every_package_says_what_it_is_for() -> None:
    silent = [
        source.path
        for source in application()
        if Path(source.path).name == "__init__.py"
        and source.path != "community/__init__.py"
        and not ast.get_docstring(source.tree)
    ]
    assert silent == []


def test_no_module_has_a_vague_name() -> None:
    found = [s.path for s in application() if VAGUE_NAMES.search(Path(s.path).stem)]
    assert found == []


def test_migrations_import_nothing_of_the_application() -> None:
    found = [
        source.path
        for source in sources("migrations/versions")
        if re.search(r"^\s*(from|import) (community|moderation|reputation)\b", source.text, re.M)
    ]
    assert found == []


def test_relationships_point_down_and_load_on_request_only() -> None:
    assert [s.path for s in application() if "backref" in s.text] == []
    careless = [
        f"{source.path}:{node.lineno}"
        for source in application()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "relationship"
        and not any(k.arg == "lazy" for k in node.keywords)
    ]
    assert careless == []
