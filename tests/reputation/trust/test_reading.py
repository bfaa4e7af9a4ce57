"""Counting what members read in a process."""

from datetime import UTC, datetime, timedelta

from reputation.trust import reading
from reputation.trust.reading import Page, Reading, Visit

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = NOON.date()
SOON = timedelta(seconds=30)


def after(**time):
    return NOON + timedelta(**time)


def test_nothing_is_due_before_it_has_waited():
    counted = Reading()
    counted.note(1, NOON, Page(7, "", 4))
    assert counted.take_due(after(minutes=2)) == []
    assert counted.take_due(after(minutes=3)) == [Visit(1, DAY, 1, 4, 0)]
    assert counted.take_due(after(minutes=9)) == []


def test_it_is_looked_once_a_minute():
    counted = Reading()
    assert counted.take_due(NOON) == []
    counted.note(1, after(minutes=-10))
    assert counted.take_due(after(seconds=59)) == []
    assert counted.take_due(after(seconds=60)) == [Visit(1, DAY, 0, 0, 0)]


def test_a_page_counts_once_a_day_and_a_question_once_for_all_its_pages():
    counted = Reading()
    for page in (Page(7, "", 4), Page(7, "", 4), Page(7, "next", 2), Page(8, "", 1)):
        counted.note(1, NOON, page)
    assert counted.take_due(after(minutes=3)) == [Visit(1, DAY, 2, 7, 0)]
    counted.note(1, after(minutes=4), Page(7, "", 4))
    (visit,) = counted.take_due(after(minutes=8))
    assert (visit.topics_entered, visit.posts_read) == (0, 0)
    counted.note(1, after(days=1), Page(7, "", 4))
    assert counted.take_due(after(days=1, minutes=3)) == [
        Visit(1, DAY + timedelta(days=1), 1, 4, 0)
    ]


def test_time_between_pages_counts_and_a_long_pause_counts_a_minute():
    counted = Reading()
    for minutes in (0, 2, 7, 60):
        counted.note(1, after(minutes=minutes))
    (visit,) = counted.take_due(after(minutes=70))
    assert visit.seconds == (2 + 5 + 1) * 60


def test_members_do_not_mix_and_come_in_order():
    counted = Reading()
    for user_id in (3, 1, 2):
        counted.note(user_id, NOON, Page(7, "", user_id))
    found = counted.take_due(after(minutes=3))
    assert [(visit.user_id, visit.posts_read) for visit in found] == [(1, 1), (2, 2), (3, 3)]


def test_what_could_not_be_written_comes_again():
    counted = Reading()
    counted.note(1, NOON, Page(7, "", 4))
    taken = counted.take_due(after(minutes=3))
    counted.note(1, after(minutes=3), Page(8, "", 1))
    counted.put_back(taken, after(minutes=3))
    assert counted.take_due(after(minutes=6)) == [Visit(1, DAY, 2, 5, 180)]


def test_there_is_an_end_to_what_one_process_remembers(monkeypatch):
    monkeypatch.setattr(reading, "MEMBERS_MAX", 2)
    monkeypatch.setattr(reading, "PAGES_MAX", 2)
    counted = Reading()
    for user_id in (1, 2, 3):
        for number in range(4):
            counted.note(user_id, NOON, Page(number, "", 1))
    found = counted.take_due(after(minutes=3))
    assert [(visit.user_id, visit.topics_entered) for visit in found] == [(1, 2), (2, 2)]
    counted.note(3, after(days=1), Page(1, "", 1))
    assert counted.take_due(after(days=1, minutes=3)) == []
    counted.note(3, after(days=1), Page(1, "", 1))
    assert [visit.user_id for visit in counted.take_due(after(days=1, minutes=6))] == [3]


def test_nothing_is_left_after_it_was_cleared():
    counted = Reading()
    counted.note(1, NOON)
    counted.clear()
    assert counted.take_due(after(minutes=9)) == []
