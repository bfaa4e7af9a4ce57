"""Our rules against the standing a real community published: ``python3 dev.py bench standing``.

The votes and accepted answers of a Stack Exchange dump are replayed through the ledger's own
computation with that network's values of 2018 (help centre, "What is reputation?": question voted
up +5, answer voted up +10, answer accepted +15, accepting +2, post voted down −2, at most 200 a day
by votes; everybody begins with 1). The forum knows no votes down, so the comparison takes those off
itself, as it does the points people gave away or won as bounties, to tell what they explain.

A dump holds no votes on posts that were deleted, no voters, and not the points that edits brought;
it has days, not times. The +100 for members of other sites of the network are not in it either:
they are taken as given where the published figure less 100 is nearer, and could be, 1 or more.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from community.importers.reading import SourceFile
from community.importers.stackexchange.records import instant_of
from community.importers.stackexchange.xml_rows import read_rows
from reputation.ledger.gains import (
    AcceptedAnswer,
    Gain,
    Thanks,
    capped,
    gains_of_acceptances,
    gains_of_kudos,
)
from reputation.ledger.rules import (
    ACCEPTANCE_GIVEN,
    ACCEPTED,
    KUDOS_ANSWER,
    KUDOS_QUESTION,
    REPUTATION,
    RuleBook,
    Rules,
)
from tests.shared_data import find_shared_data

DUMP = "stackexchange-quantumcomputing-2018"
EVERYBODY = 10**9
VALUES_OF_2018 = Rules(
    version=1,
    begins_at=datetime(2000, 1, 1, tzinfo=UTC),
    values={ACCEPTED: 15, ACCEPTANCE_GIVEN: 2, KUDOS_ANSWER: 10, KUDOS_QUESTION: 5},
    full_givers=EVERYBODY,
    later_kudos=0,
    daily_cap=200,
)
VOTED_DOWN = -2
AT_THE_BEGINNING = 1
OF_THE_NETWORK = 100
KINDS = {"1": "question", "2": "answer"}
ACCEPTANCE, UP, DOWN, OFFERED, AWARDED = "1", "2", "3", "8", "9"
WANTED_SHARE = 0.9


@dataclass(frozen=True)
class Post:
    """A question or an answer of the dump."""

    kind: str
    author_id: int
    root_id: int
    accepted_id: int


@dataclass
class Dump:
    """What the comparison needs of a dump."""

    published: dict[int, int] = field(default_factory=dict)
    posts: dict[int, Post] = field(default_factory=dict)
    votes: list[tuple[str, int, datetime]] = field(default_factory=list)
    bounties: Counter[int] = field(default_factory=Counter)


@dataclass(frozen=True)
class Member:
    """A member: what was published, what we compute, and what bounties add to that."""

    user_id: int
    published: int
    computed: int
    bounties: int

    def difference(self, *, with_bounties: bool = False) -> int:
        """Return how far we are off, less the bonus of the network where it is evident."""
        ours = self.computed + (self.bounties if with_bounties else 0)
        plain, without_bonus = self.published - ours, self.published - OF_THE_NETWORK - ours
        is_evident = self.published > OF_THE_NETWORK and abs(without_bonus) < abs(plain)
        return without_bonus if is_evident else plain

    def is_near(self, *, with_bounties: bool = False) -> bool:
        """Say whether we are within 10 % or 20 points of what was published."""
        off = abs(self.difference(with_bounties=with_bounties))
        return off <= 20 or off <= self.published / 10


def read_dump(folder: Path) -> Dump:
    """Read users, posts and votes; rows without what we need are left out."""
    dump = Dump()
    for row in _rows(folder, "Users"):
        dump.published[int(row["Id"])] = int(row["Reputation"])
    for row in _rows(folder, "Posts"):
        if row["PostTypeId"] in KINDS and row.get("OwnerUserId"):
            dump.posts[int(row["Id"])] = Post(
                KINDS[row["PostTypeId"]],
                int(row["OwnerUserId"]),
                int(row.get("ParentId") or row["Id"]),
                int(row.get("AcceptedAnswerId") or 0),
            )
    for row in _rows(folder, "Votes"):
        _take_vote(dump, row)
    return dump


def _take_vote(dump: Dump, row: dict[str, str]) -> None:
    kind, post_id = row["VoteTypeId"], int(row["PostId"])
    amount = int(row.get("BountyAmount") or 0)
    if kind in (ACCEPTANCE, UP, DOWN):
        at = instant_of(row["CreationDate"], "CreationDate")
        dump.votes.append((kind, post_id, at))
    elif kind == OFFERED and row.get("UserId"):
        dump.bounties[int(row["UserId"])] -= amount
    elif kind == AWARDED and post_id in dump.posts:
        dump.bounties[dump.posts[post_id].author_id] += amount


def _rows(folder: Path, name: str) -> Iterable[dict[str, str]]:
    found = sorted(folder.glob(f"{name}.xml*"))
    for row in read_rows(SourceFile(found[0]), lambda place, problem: None) if found else ():
        yield row.values


def compare(dump: Dump) -> list[Member]:
    """Return everybody who earned anything, with both figures."""
    computed = _computed(dump)
    return [
        Member(user_id, dump.published[user_id], AT_THE_BEGINNING + points, dump.bounties[user_id])
        for user_id, points in sorted(computed.items())
        if user_id in dump.published and user_id > 0
    ]


def _computed(dump: Dump) -> dict[int, int]:
    book = RuleBook({REPUTATION: (VALUES_OF_2018,)})
    gains: list[Gain] = []
    for user_id, thanks in _thanks(dump).items():
        gains += capped(book, gains_of_kudos(book, user_id, thanks))
    for user_id, accepted in _accepted(dump).items():
        gains += gains_of_acceptances(book, user_id, accepted)
    points: Counter[int] = Counter()
    for gain in gains:
        points[gain.user_id] += gain.amount
    for kind, post_id, _ in dump.votes:
        if kind == DOWN and post_id in dump.posts and dump.posts[post_id].author_id in points:
            points[dump.posts[post_id].author_id] += VOTED_DOWN
    return dict(points)


def _thanks(dump: Dump) -> dict[int, list[Thanks]]:
    found: dict[int, list[Thanks]] = defaultdict(list)
    places: Counter[int] = Counter()
    for number, (kind, post_id, at) in enumerate(dump.votes):
        post = dump.posts.get(post_id)
        if kind == UP and post:
            places[post_id] += 1
            # Voters are not in the dump: each vote is somebody else's.
            giver_id = -1 - number
            found[post.author_id].append(Thanks(post_id, post.kind, giver_id, at, places[post_id]))
    return found


def _accepted(dump: Dump) -> dict[int, list[AcceptedAnswer]]:
    found: dict[int, list[AcceptedAnswer]] = defaultdict(list)
    for kind, post_id, at in dump.votes:
        answer = dump.posts.get(post_id)
        question = dump.posts.get(answer.root_id) if answer else None
        if kind == ACCEPTANCE and answer and question and question.accepted_id == post_id:
            people = (answer.author_id, question.author_id)
            fact = AcceptedAnswer(post_id, *people, question.author_id, at)
            for user_id in set(people):
                found[user_id].append(fact)
    return found


def report_of(members: list[Member]) -> dict[str, object]:
    """Return the shares, and what the rest is off by."""
    far = [member for member in members if not member.is_near()]
    by_bounties = [member for member in far if member.is_near(with_bounties=True)]
    left = [member for member in far if member not in by_bounties]
    near = len(members) - len(far)
    return {
        "members": len(members),
        "near": near,
        "share": round(near / max(1, len(members)), 4),
        "far": len(far),
        "explained_by_bounties": len(by_bounties),
        "more_was_published": sum(member.difference() > 0 for member in left),
        "less_was_published": sum(member.difference() < 0 for member in left),
        "furthest": [
            {"published": m.published, "computed": m.computed, "bounties": m.bounties}
            for m in sorted(far, key=lambda m: -abs(m.difference()))[:10]
        ],
    }


def main(folder: Path | None, *, as_json: bool) -> int:
    """Compare and print; returns 1 where fewer are near than wanted, 2 without a dump."""
    folder = folder or find_shared_data(DUMP)
    if folder is None:
        print(f"There is no dump {DUMP}; set FORUM_SHARED_DATA, or name a folder.")
        return 2
    report = report_of(compare(read_dump(folder)))
    print(json.dumps(report, indent=2) if as_json else as_text(report))
    return 0 if float(str(report["share"])) >= WANTED_SHARE else 1


def as_text(report: dict[str, object]) -> str:
    """Return the report as a few lines."""
    lines = [
        "{near} of {members} who earned anything: within ±10 % or ±20 points ({share:.1%})",
        "{far} are further off:",
        "  {explained_by_bounties} by bounties they offered or won",
        "  {more_was_published} have more than we compute: votes on posts deleted since and edits",
        "  {less_was_published} have less: votes taken back, or votes down that they gave",
        "furthest: published, computed, bounties",
    ]
    rows = [
        f"  {row['published']:>7,} {row['computed']:>7,} {row['bounties']:>6,}"
        for row in report["furthest"]  # type: ignore[attr-defined]
    ]
    return "\n".join([line.format(**report) for line in lines] + rows)
