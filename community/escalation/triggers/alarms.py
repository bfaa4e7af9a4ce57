"""Words that hand a question over at once: danger, a data leak, a customer who is leaving. Pure."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from community.core.patterns import compile_literal
from community.escalation.triggers.models import DANGER, DATA_LEAK, LEAVING

QUOTED_LINE = re.compile(r"^ {0,3}>.*$", re.MULTILINE)
MOST_WORDS = 300
WORD_MAX_CHARS = 80

# By kind and language; administrators write their own.
USUAL: Mapping[tuple[str, str], tuple[str, ...]] = {
    (DANGER, "en"): (
        *("caught fire", "on fire", "is burning", "smoke is coming", "is smoking", "exploded"),
        *("electric shock", "swollen battery", "battery is swollen", "burned my", "burnt my"),
        *("emergency call", "emergency calls", "life in danger", "kill myself", "suicid*"),
    ),
    (DANGER, "de"): (
        *("in brand", "in flammen", "feuer gefangen", "raucht", "qualmt", "explodier*"),
        *("stromschlag", "akku aufgebläht", "aufgeblähter akku", "akku bläht", "riecht verbrannt"),
        *("notruf", "notrufe", "lebensgefahr", "umbringen", "selbstmord", "suizid*"),
    ),
    (DATA_LEAK, "en"): (
        *("data leak*", "data breach", "leaked my data", "someone else's data"),
        *("someone else's bill", "another customer's", "other customers' data"),
        *("someone else's account", "my account was hacked", "hacked my account"),
    ),
    (DATA_LEAK, "de"): (
        *("datenleck*", "datenpanne*", "daten eines anderen", "daten einer anderen"),
        *("fremde daten", "fremde kundendaten", "fremde rechnung", "rechnung eines anderen"),
        *("konto wurde gehackt", "konto gehackt", "daten anderer kunden"),
    ),
    (LEAVING, "en"): (
        *("cancel my contract", "cancelling my contract", "terminate my contract"),
        *("switch provider*", "switching provider*", "switch to another provider"),
        *("leaving you", "leave you", "my lawyer", "i am leaving", "i'm leaving"),
    ),
    (LEAVING, "de"): (
        *("ich kündige", "kündige ich", "werde kündigen", "werde ich kündigen", "vertrag kündigen"),
        *("anbieter wechseln", "wechsle den anbieter", "wechsel den anbieter"),
        *("zur konkurrenz", "mein anwalt", "meinem anwalt", "rechtsanwalt"),
    ),
}


def read_words(text: str) -> list[str]:
    """Return the words of a list, one a line, each once."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return list(dict.fromkeys(line for line in lines if line))


def holds_one(text: str, words: Iterable[str]) -> bool:
    """Say whether a text holds one of these words, beside what it quotes from others."""
    own = QUOTED_LINE.sub("", text).replace("’", "'")
    return any(_compiled(word).search(own) for word in words)


@lru_cache(maxsize=4 * MOST_WORDS)
def _compiled(word: str) -> re.Pattern[str]:
    return compile_literal(word)
