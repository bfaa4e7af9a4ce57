"""What the form of a team sends, as typed values."""

from werkzeug.datastructures import MultiDict

from community.core.i18n import LANGUAGES
from community.core.web import read_id
from community.escalation.teams.operations import AgentFacts, TeamFacts
from community.posts.text import parse_tags

NAME_FIELDS = tuple(f"name_{code}" for code in LANGUAGES)
FIELDS = (*NAME_FIELDS, "lead", "version", "rotates")
MANY = ("boards",)


def read_team(form: MultiDict[str, str]) -> TeamFacts:
    """Read a team; a lead or board that is no number is one that nobody knows."""
    lead = form.get("lead", "")
    return TeamFacts(
        names={code: form.get(f"name_{code}", "") for code in LANGUAGES},
        lead_id=(read_id(lead) or 0) if lead else None,
        board_ids=frozenset(read_id(raw) or 0 for raw in form.getlist("boards")),
        rotates="rotates" in form,
    )


def read_agent(form: MultiDict[str, str]) -> AgentFacts:
    """Read what is said of an agent; a capacity that is no number is one that cannot be."""
    raw = form.get("capacity", "")
    is_number = raw.isascii() and raw.isdigit() and len(raw) <= 4
    return AgentFacts(
        capacity=int(raw) if is_number else -1,
        languages=sorted(set(form.getlist("languages"))),
        boards=sorted({read_id(one) or 0 for one in form.getlist("boards")}),
        tags=parse_tags(form.get("tags", "")),
    )
