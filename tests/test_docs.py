"""What the documents promise exists."""

import re

from community.core.settings import setting_names
from community.identity.signing_in import SESSION_STARTERS
from tests.source import ROOT


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text()
    assert [name for name in setting_names() if f"`{name}`" not in text] == []


def test_documents_link_to_files_that_exist() -> None:
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
        for target in re.findall(r"\]\((?!\w+:|#)([^)#]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_the_readme_names_both_commands_first() -> None:
    text = (ROOT / "README.md").read_text()
    assert text.index("python3 dev.py demo") < text.index("python3 dev.py test") < 1500


def test_tests_that_documents_name_exist() -> None:
    missing = []
    for page in (ROOT / "docs").rglob("*.md"):
        for path, name in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", page.read_text("utf-8")):
            file = ROOT / path
            if not file.exists() or f"def {name}(" not in file.read_text("utf-8"):
                missing.append(f"{page.name}: {path}::{name}")
    assert missing == []


# Levels 1 and 2 of OWASP ASVS 5.0.0: sections with the number of the last requirement we answer.
ASVS = {
    "6.1": 3,
    "6.2": 12,
    "6.3": 4,
    "6.4": 4,
    "6.5": 5,
    "6.6": 3,
    "6.8": 4,
    "7.1": 3,
    "7.2": 4,
    "7.3": 2,
    "7.4": 5,
    "7.5": 2,
    "7.6": 2,
}


def test_every_requirement_on_accounts_is_answered() -> None:
    text = (ROOT / "docs" / "asvs-accounts.md").read_text("utf-8")
    wanted = [f"{section}.{n}" for section, last in ASVS.items() for n in range(1, last + 1)]
    answered = re.findall(r"^\| ([\d.]+) \| [^|]+ \| [^|]+ \|$", text, re.MULTILINE)
    assert answered == wanted


def test_every_way_to_sign_in_is_listed() -> None:
    text = (ROOT / "docs" / "asvs-accounts.md").read_text("utf-8")
    assert [door for door in sorted(SESSION_STARTERS) if f"`{door}`" not in text] == []
