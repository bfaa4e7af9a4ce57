"""The stages of the import: questions, answers, accepted answers; votes come with their posts."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from community.importers.acceptances import import_acceptances
from community.importers.jsonl.lines import read_lines
from community.importers.jsonl.records import acceptance_of, answer_of, question_of
from community.importers.reading import SourceFile, find_file, ignore_problem, need_file
from community.importers.records import AcceptanceRecord, BadRow, PostRecord
from community.importers.run import Run, import_posts, skip_votes_left_out

QUESTIONS, ANSWERS, ACCEPTED = "questions", "answers", "accepted answers"


def import_jsonl(run: Run, folder: Path) -> None:
    """Import a folder; raises ``UnreadableSource`` where there are no questions to be had."""
    questions = need_file(folder, "questions.jsonl")
    answers = find_file(folder, "answers.jsonl")
    posts = _read_posts(run, QUESTIONS, questions, question_of)
    import_posts(run, QUESTIONS, run.stage(QUESTIONS, questions, posts))
    if answers is not None:
        posts = _read_posts(run, ANSWERS, answers, answer_of)
        import_posts(run, ANSWERS, run.stage(ANSWERS, answers, posts))
    import_acceptances(run, ACCEPTED, run.stage(ACCEPTED, questions, _read_acceptances(questions)))
    skip_votes_left_out(run.report)


def _read_posts(
    run: Run, label: str, file: SourceFile, parse: Callable[[dict[str, Any], str], PostRecord]
) -> Iterator[PostRecord]:
    for place, row in read_lines(file, partial(run.report.skip_unreadable, label)):
        try:
            yield parse(row, place)
        except BadRow as error:
            run.report.skip_unreadable(label, place, str(error))


def _read_acceptances(questions: SourceFile) -> Iterator[AcceptanceRecord]:
    for _, row in read_lines(questions, ignore_problem):
        try:
            acceptance = acceptance_of(row)
        except BadRow:
            # The question was told of as unreadable, or is without a usable solution.
            continue
        if acceptance is not None:
            yield acceptance
