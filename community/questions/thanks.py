"""Whether a remark says that something helped. Pure; a person looks before it means anything."""

import re

_HELPED = re.compile(
    r"\b(thank(s| you)|thx|that (helped|worked|solved it|did it|was it)|works (now|again)|solved|"
    r"danke\w*|vielen dank|(hat|habe?n?) (mir )?(sehr )?(geholfen|geklappt|funktioniert)|"
    r"(geht|funktioniert|klappt) (jetzt|wieder|nun)|gelöst)\b"
)
# Thanks for trying is no solution.
_DID_NOT = re.compile(
    r"\b(not|\w+n['’]t|still|but|unfortunately|however|nicht|kein\w*|leider|aber|immer noch|"
    r"trotzdem)\b|\?"
)


def says_it_helped(text: str) -> bool:
    """Say whether a remark thanks for help, in German or English, and takes nothing back."""
    folded = text.casefold()
    return _HELPED.search(folded) is not None and _DID_NOT.search(folded) is None
