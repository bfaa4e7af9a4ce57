"""The rules of conduct: their codes, shared by flags, decisions and reports, and their wording.

Pure: no database, no web. A code is stored, the words are the reader's.
"""

from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

CODE_MAX_CHARS = 20


class Rule(NamedTuple):
    """A rule of conduct: its code, what a breach of it is called, and what it asks of people."""

    code: str
    label: LazyString
    text: LazyString


RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule(
            "spam",
            _l("Spam or advertising"),
            _l("Nobody advertises here, and nobody posts the same again and again."),
        ),
        Rule(
            "abuse",
            _l("Insults or harassment"),
            _l("People treat each other with respect: no insults, no threats, no harassment."),
        ),
        Rule(
            "personal_data",
            _l("Personal data"),
            _l(
                "Nobody publishes phone numbers, addresses, account numbers or other data "
                "that say who somebody is."
            ),
        ),
        Rule(
            "risky_advice",
            _l("Risky advice"),
            _l("Advice must not put people, devices, money or contracts at risk."),
        ),
        Rule(
            "off_topic",
            _l("Off topic"),
            _l("Posts belong to the subject of their board and help somebody else there."),
        ),
        Rule(
            "other",
            _l("Against the rules in another way"),
            _l("Posts and behaviour must not harm the community or break the law."),
        ),
    )
}

# Where nobody said which rule it was.
UNNAMED = "other"


def is_rule(code: str) -> bool:
    """Say whether there is a rule with this code."""
    return code in RULES


def rule_label(code: str) -> str:
    """Return what a breach of a rule is called, in the reader's language."""
    return str(RULES[code if is_rule(code) else UNNAMED].label)


def rule_text(code: str) -> str:
    """Return what a rule asks of people, in the reader's language."""
    return str(RULES[code if is_rule(code) else UNNAMED].text)


def rule_choices() -> list[tuple[str, str]]:
    """Return codes and labels in their order, for a select or radio buttons."""
    return [(code, str(rule.label)) for code, rule in RULES.items()]
