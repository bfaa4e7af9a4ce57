"""The stages of the import, in the order in which records need each other."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

from community.importers.acceptances import import_acceptances
from community.importers.authors import write_users
from community.importers.duplicates import import_closures, import_duplicates
from community.importers.reading import (
    ProblemListener,
    SourceFile,
    find_file,
    ignore_problem,
    need_file,
)
from community.importers.records import BadRow, PostRecord, TagRecord, UserRecord, VoteRecord
from community.importers.run import Run, batches, import_posts
from community.importers.stackexchange import records as parse
from community.importers.stackexchange.records import Values
from community.importers.stackexchange.xml_rows import Row, read_rows
from community.importers.votes import LABELS as VOTE_LABELS
from community.importers.votes import import_votes
from community.importers.writing import tag_name_of, write_tags

Record = TypeVar("Record")
OTHER_POSTS = "other posts"


def import_stackexchange(run: Run, folder: Path) -> None:
    """Import a dump; raises ``UnreadableSource`` where there are no posts to be had."""
    posts = need_file(folder, "Posts.xml")
    _check_all(folder)
    _import_users(run, find_file(folder, "Users.xml"))
    _import_questions_and_answers(run, posts)
    _import_comments(run, find_file(folder, "Comments.xml"))
    _import_tags(run, find_file(folder, "Tags.xml"))
    _import_links(run, find_file(folder, "PostLinks.xml"))
    _import_facts(run, posts)
    _import_votes(run, find_file(folder, "Votes.xml"))
    _count_badges(run, find_file(folder, "Badges.xml"))


FILES = ("Posts", "Users", "Comments", "Votes", "Tags", "Badges", "PostLinks")


def _check_all(folder: Path) -> None:
    """Refuse the dump before anything is written if one of its files is not to be trusted."""
    for name in FILES:
        file = find_file(folder, f"{name}.xml")
        if file is not None:
            next(read_rows(file, ignore_problem), None)


def _import_users(run: Run, file: SourceFile | None) -> None:
    label = "users"
    if file is None:
        return
    records = _each(run, label, file, lambda row: parse.user_of(row.values))
    for batch in batches(run.stage(label, file, records)):
        fresh = run.fresh("user", label, batch)
        run.write("user", label, fresh, lambda users=fresh: _write_users(run, users))  # type: ignore[misc]


def _write_users(run: Run, users: list[UserRecord]) -> None:
    write_users(run.to.source, users)


def _import_questions_and_answers(run: Run, file: SourceFile) -> None:
    _import_posts_of(run, "questions", file, _questions(run, file))
    answers = _each(
        run,
        "answers",
        file,
        lambda row: parse.answer_of(row.values, row.place),
        of_type=parse.ANSWER,
        on_problem=ignore_problem,
    )
    _import_posts_of(run, "answers", file, answers)


def _questions(run: Run, file: SourceFile) -> Iterator[PostRecord]:
    """Yield the questions of the first pass, which also tells of all other posts."""
    run.report.tally(OTHER_POSTS)
    for row in read_rows(file, partial(run.report.skip_unreadable, OTHER_POSTS)):
        post_type = row.values.get("PostTypeId", "")
        if post_type == parse.QUESTION:
            try:
                yield parse.question_of(row.values, row.place)
            except BadRow as error:
                run.report.skip_unreadable("questions", row.place, str(error))
        elif post_type != parse.ANSWER:
            _skip_other(run, OTHER_POSTS, parse.POST_TYPES, post_type)


def _skip_other(run: Run, label: str, names: dict[str, str], found: str) -> None:
    run.report.count_source(label)
    run.report.skip(label, names.get(found, "of an unknown type"))


def _import_posts_of(run: Run, label: str, file: SourceFile, records: Iterable[PostRecord]) -> None:
    import_posts(run, label, run.stage(label, file, records))


def _import_comments(run: Run, file: SourceFile | None) -> None:
    if file is not None:
        records = _each(run, "comments", file, lambda row: parse.comment_of(row.values, row.place))
        _import_posts_of(run, "comments", file, records)


def _import_tags(run: Run, file: SourceFile | None) -> None:
    label = "tags"
    if file is None:
        return
    records = _each(run, label, file, lambda row: parse.tag_of(row.values, row.place))
    for batch in batches(run.stage(label, file, records)):
        fresh = _fitting_tags(run, label, run.fresh("tag", label, batch))
        run.write("tag", label, fresh, lambda tags=fresh: write_tags(run.to, tags))  # type: ignore[misc]


def _fitting_tags(run: Run, label: str, records: list[TagRecord]) -> list[TagRecord]:
    fitting = []
    for record in records:
        if tag_name_of(record.name) is None:
            run.report.skip_bad(label, record.place, "cannot be a tag here")
        else:
            fitting.append(record)
    return fitting


def _import_links(run: Run, file: SourceFile | None) -> None:
    label = "links"
    if file is None:
        return
    records = _each(
        run,
        label,
        file,
        lambda row: parse.duplicate_of(row.values),
        of_type=parse.DUPLICATE,
        type_name="LinkTypeId",
        others=parse.LINK_TYPES,
    )
    import_duplicates(run, label, run.stage(label, file, records))


def _import_facts(run: Run, file: SourceFile) -> None:
    """Read the posts once more for which answers were accepted, and once for closures."""
    label = "accepted answers"
    accepted = _where(file, "AcceptedAnswerId", parse.acceptance_of)
    import_acceptances(run, label, run.stage(label, file, accepted))
    label = "closures"
    import_closures(
        run, label, run.stage(label, file, _where(file, "ClosedDate", parse.closure_of))
    )


def _where(file: SourceFile, name: str, parse_row: Callable[[Values], Record]) -> Iterator[Record]:
    """Yield records of the questions that have an attribute; bad rows were told of already."""
    for row in read_rows(file, ignore_problem):
        if row.values.get("PostTypeId") == parse.QUESTION and row.values.get(name):
            try:
                yield parse_row(row.values)
            except BadRow:
                continue


def _import_votes(run: Run, file: SourceFile | None) -> None:
    if file is None:
        return
    for label in VOTE_LABELS.values():
        run.report.tally(label)
    label = "other votes"
    import_votes(run, run.stage(label, file, _votes(run, label, file)))


def _votes(run: Run, label: str, file: SourceFile) -> Iterator[VoteRecord]:
    for row in read_rows(file, partial(run.report.skip_unreadable, label)):
        vote_type = row.values.get("VoteTypeId", "")
        if vote_type not in parse.VOTE_VALUES:
            _skip_other(run, label, parse.VOTE_TYPES, vote_type)
            continue
        try:
            yield parse.vote_of(row.values)
        except BadRow as error:
            run.report.skip_unreadable(label, row.place, str(error))


def _count_badges(run: Run, file: SourceFile | None) -> None:
    label = "badges"
    if file is None:
        return
    rows = read_rows(file, partial(run.report.skip_unreadable, label))
    for _ in run.stage(label, file, rows):
        _skip_other(run, label, {"": "badges come with ranks"}, "")


def _each(
    run: Run,
    label: str,
    file: SourceFile,
    parse_row: Callable[[Row], Record],
    *,
    of_type: str | None = None,
    type_name: str = "PostTypeId",
    others: dict[str, str] | None = None,
    on_problem: ProblemListener | None = None,
) -> Iterator[Record]:
    """Yield records of a file's rows (of one type); counts others where they have names."""
    tell = on_problem or partial(run.report.skip_unreadable, label)
    for row in read_rows(file, tell):
        found = row.values.get(type_name, "")
        if of_type is not None and found != of_type:
            if others is not None:
                _skip_other(run, label, others, found)
            continue
        try:
            yield parse_row(row)
        except BadRow as error:
            run.report.skip_unreadable(label, row.place, str(error))
