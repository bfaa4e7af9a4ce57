"""Reports of bank and billing: read strictly, line by line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reputation.payouts.files.settlement import (
    BYTES_MAX,
    Fault,
    Report,
    Unreadable,
    read_settlement,
)

HEADER = b"line_key,status,amount_minor,reason\n"


def read(*lines: bytes, header: bytes = HEADER) -> tuple[list[Report], list[Fault]]:
    return read_settlement(header + b"\n".join(lines) + b"\n")


def test_each_line_says_what_became_of_a_payment() -> None:
    reports, faults = read(b"PB-1-1,settled,1050,", b"PB-2-1,failed,,account closed")
    assert faults == []
    assert reports == [
        Report(2, "PB-1-1", "settled", 1050, ""),
        Report(3, "PB-2-1", "failed", None, "account closed"),
    ]


def test_the_shortest_form_has_two_columns_in_any_order_and_a_byte_order_mark() -> None:
    reports, _ = read(b"settled,PB-1-1", header=b"\xef\xbb\xbfstatus,line_key\r\n")
    assert reports == [Report(2, "PB-1-1", "settled")]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"PB-1-1,paid,,", "status"),
        (b"PB-1-1,SETTLED,,", "status"),
        (b"PB-1-1,settled,10.50,", "amount"),
        (b"PB-1-1,settled,-5,", "amount"),
        (b"PB-1-1,settled,1234567890123,", "amount"),
        ("PB-1-1,settled,١٢,".encode(), "amount"),
        (b"PB-1-1,settled", "shape"),
        (b"PB-1-1,settled,1,x,y", "shape"),
        (b"P" * 36 + b",settled,,", "shape"),
        (b"PB-1-1,failed,," + b"r" * 201, "shape"),
    ],
)
def test_a_line_that_cannot_be_read_is_named_and_the_others_are_read(line: bytes, why: str) -> None:
    reports, faults = read(line, b"PB-9-1,settled,,")
    assert [(one.line, one.why) for one in faults] == [(2, why)]
    assert [one.key for one in reports] == ["PB-9-1"]


def test_the_same_line_twice_counts_once() -> None:
    reports, faults = read(b"PB-1-1,settled,5,", b"PB-1-1,settled,5,again")
    assert (len(reports), faults) == (1, [])


@pytest.mark.parametrize("second", [b"PB-1-1,failed,5,", b"PB-1-1,settled,6,"])
def test_lines_that_contradict_each_other_are_both_refused(second: bytes) -> None:
    reports, faults = read(b"PB-1-1,settled,5,", second)
    assert reports == []
    assert [(one.line, one.why) for one in faults] == [
        (2, "contradiction"),
        (3, "contradiction"),
    ]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "columns"),
        (b"line_key\nPB-1-1\n", "columns"),
        (b"line_key,status,iban\nPB-1-1,settled,x\n", "columns"),
        (b"line_key,status,status\nPB-1-1,settled,failed\n", "columns"),
        (b"line_key;status\nPB-1-1;settled\n", "columns"),
        (b"line_key,status\n\xff,settled\n", "not_utf8"),
        (b"line_key,status\nPB\x00,settled\n", "not_utf8"),
        (b'line_key,status\n"PB"x,settled\n', "not_csv"),
        (b'line_key,status\n"PB,settled\n', "not_csv"),
        (HEADER + b"x" * BYTES_MAX, "too_large"),
        (HEADER + b"PB-1-1,settled,,\n" * 100_001, "too_large"),
    ],
    ids=range(11),
)
def test_a_file_that_is_no_report_is_refused_whole(data: bytes, why: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_settlement(data)
    assert refused.value.why == why


@given(st.binary(max_size=300))
def test_no_file_breaks_the_reader(data: bytes) -> None:
    try:
        reports, _ = read_settlement(HEADER + data)
    except Unreadable:
        return
    assert all(one.status in ("settled", "failed") for one in reports)
    assert len({one.key for one in reports}) == len(reports)
