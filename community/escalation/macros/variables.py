"""Variables in macros: which there are, and how they are filled in. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

VARIABLES = ("customer", "agent", "question", "case", "site")
# A word in braces; any other brace is text, as in a configuration file somebody quotes.
_VARIABLE = re.compile(r"\{([A-Za-z_]+)\}")


@dataclass(frozen=True, kw_only=True)
class MacroFacts:
    """What the variables stand for: names, the question's title, the case's number, the site."""

    customer: str
    agent: str
    question: str
    case: str
    site: str


def wrong_variables(body: str) -> Sequence[str]:
    """Return the words in braces that are no variables, each once."""
    found = dict.fromkeys(_VARIABLE.findall(body))
    return [name for name in found if name not in VARIABLES]


def filled(body: str, facts: MacroFacts) -> str:
    """Return a text with its variables filled in; braces in what is filled in stay as they are."""
    values: Mapping[str, str] = asdict(facts)
    return _VARIABLE.sub(lambda match: values.get(match[1], match[0]), body)
