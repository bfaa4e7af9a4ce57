"""What is personal in a text is found; what only looks like it passes."""

import pytest

from community.core.patterns import compile_bounded
from community.posts.personal_data import find_personal_data, mask

PERSONAL = {
    "phone": (
        *("+49 171 1234567", "+49 (0)30 123456-78", "0049 171 1234567", "+4917112345678"),
        *("0171 1234567", "0171/1234567", "0171-12 34 567", "(0171) 1234567", "01711234567"),
        *("030/1234567", "0431-880 1234", "(089) 1234567", "Tel. 0301234567", "0911 4771 8108"),
        *("+43 664 1234567", "0664 1234567", "+41 44 668 18 00", "044 668 18 00", "0791234567"),
        *("+44 20 7946 0958", "020 7946 0958", "07700 900123", "0191 645 1685", "07710550829"),
        *("+1 650 253 0000", "(650) 253-0000", "650-253-0000", "510.540.7853", "+39.333.6832153"),
    ),
    "email": (
        *("jane.miller@gmail.com", "Jo-Ann_2@mail.web.de", "mailto:otto@web.de", "a+b@uni.ac.at"),
        *("jo (at) web (dot) de", "jo[at]web.de", "<otto.normal@t-online.de>", "JÖRG@web.de"),
    ),
    "iban": (
        *("DE89 3704 0044 0532 0130 00", "DE89370400440532013000", "de89370400440532013000"),
        *("AT61 1904 3002 3457 3201", "CH93 0076 2011 6238 5295 7", "GB82 WEST 1234 5698 7654 32"),
        *("FR14 2004 1010 0505 0001 3M02 606", "NL91-ABNA-0417-1643-00"),
    ),
    "card": (
        *("4111 1111 1111 1111", "4111111111111111", "5500-0055-5555-5559", "378282246310005"),
        *("3782 822463 10005", "6011000990139424", "30569309025904", "2223 0031 2200 3222"),
    ),
    "sim": ("8949 0200 0012 3456 7892", "89490200001234567892", "8944110068012345679"),
    "imei": ("IMEI: 490154203237518", "imei 49-015420-323751-8"),
}
HARMLESS = (
    *("192.168.178.1", "10.0.0.255:8080", "fe80::1ff:fe23:4567:890a", "00:1A:2B:3C:4D:5E"),
    *("01.02.2020", "01.02.2020 10:30", "2020-10-19 12:34:56", "12/31/2019", "1.2.20", "08/15"),
    *("1.299,00 €", "0,49 EUR", "$1,234,567.89", "49,99", "0x80070057", "0x800CCC0F", "E-4711"),
    *("Bestellnummer 0171123456", "Auftrag 0301234567", "order 650-253-0000", "Ticket 0123/456789"),
    *(
        "Version 115.10.1",
        "21H2 19044.2251",
        "Bug 1612345",
        "build 20230115-1234567",
        "20201019123456",
    ),
    *(
        "550e8400-e29b-41d4-a716-446655440000",
        "d41d8cd98f00b204e9800998ecf8427e",
        "0.4111111111111111",
    ),
    *("0110 1010 0011 1100", "3.14159265358979", "1600000000000000", "1234567890123456", "+0200"),
    *("0800 330 1000", "+49 800 3301000", "1-800-555-1212", "0180 5 123456", "(555) 123-4567"),
    *(
        "https://example.com/01711234567/4111111111111111",
        "imap://192.168.0.1:993",
        "ISBN 978-3-16-148410-0",
    ),
    *(
        "you@example.com",
        "name@your-domain.com",
        "user@provider.com",
        "support@vodafone.de",
        "git@github.com",
    ),
    *(
        "no-reply@accounts.google.com",
        "x@y.example",
        "root@localhost",
        "@mention",
        "john.doe@gmail.com",
    ),
    *("DE89 3704 0044 0532 0130 01", "DE89 and more", "4111 1111 1111 1112", "490154203237518"),
    *(
        "5.000.000",
        "PID 12345 TID 67890",
        "0000-0002-1825-0097",
        "+1",
        "++4",
        "a+49b",
        "$0171",
        "1e+10",
    ),
    *(
        "2^64 = 18446744073709551616",
        "RFC 2606",
        "Sendung 00340434161094042557",
        "Port 0587/993 110",
    ),
)


@pytest.mark.parametrize(
    ("kind", "piece"), [(k, piece) for k, all_ in PERSONAL.items() for piece in all_]
)
def test_personal_data_is_found_and_masked(kind: str, piece: str) -> None:
    for text in (
        piece,
        f"Mine is {piece}.",
        f"({piece})",
        f"{piece}, please",
        f"**{piece}** und mehr",
    ):
        found = find_personal_data(text)
        assert [one.kind for one in found] == [kind], text
        hidden = mask(text, found)
        assert find_personal_data(hidden) == []
        assert found[0].text not in hidden


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_like_it_passes(text: str) -> None:
    assert [(one.kind, one.text) for one in find_personal_data(f"It says {text} here")] == []
    assert [(one.kind, one.text) for one in find_personal_data(text)] == []


def test_several_findings_stand_in_order_and_do_not_overlap() -> None:
    text = "Call 0171 1234567 or write to otto@web.de; IBAN DE89 3704 0044 0532 0130 00."
    found = find_personal_data(text)
    assert [one.kind for one in found] == ["phone", "email", "iban"]
    assert [one.text for one in found] == [text[one.start : one.end] for one in found]
    assert [one.is_grave for one in found] == [False, False, True]
    assert mask(text, found) == "Call 017••••••• or write to o•••@•••; IBAN DE•• •••• ••••."


def test_customer_numbers_are_found_as_the_operator_has_them() -> None:
    pattern = compile_bounded(r"\bK-?[0-9]{8}\b")
    text = "My customer number is k-12345678, the order 12345678."
    [found] = find_personal_data(text, pattern)
    assert (found.kind, found.text) == ("customer_number", "k-12345678")
    assert find_personal_data(text) == []


def test_a_mark_names_the_same_thing_however_it_is_written() -> None:
    [spaced] = find_personal_data("0171 1234567")
    [slashed] = find_personal_data("My number: 0171/1234567")
    [other] = find_personal_data("0171 1234568")
    assert spaced.mark == slashed.mark != other.mark


@pytest.mark.parametrize(
    "piece",
    [
        "0",
        "1 ",
        "01 ",
        "+1 ",
        "0171 ",
        "(0171) ",
        "a.",
        "a@a.",
        "DE12 ",
        "89 ",
        "phone 030 ",
        "a[at]a[dot]",
    ],
)
def test_long_texts_made_to_hurt_are_read_at_once(piece: str) -> None:
    text = (piece * 30_000)[:30_000]
    assert len(find_personal_data(text)) <= 1
