"""What the documents promise exists."""

import re

from community.core.settings import setting_names
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
