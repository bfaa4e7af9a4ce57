"""The order to the bank: valid by the published schema, exact to the cent, the same each time."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reputation.payback.sepa_text import NoSepaText
from reputation.payouts.files.amounts import decimal_text
from reputation.payouts.files.credit_transfer import (
    AMOUNT_MAX,
    NAMESPACE,
    FileRefused,
    Order,
    Payer,
    Transfer,
    check_schema,
    credit_transfer_file,
)

IBAN = "DE89370400440532013000"
PAYER = Payer("Nordfunk Mobil GmbH", "NL91ABNA0417164300")
ORDER = Order(
    message_id="PB-7-41-0a1b2c3d",
    made_at=datetime(2026, 6, 21, 9, 30, tzinfo=UTC),
    execute_on=date(2026, 6, 22),
    payer=PAYER,
    text="Nordfunk Payback",
)


def transfer(number: int = 1, *, name: str = "Änne Groß", amount: int = 1_050) -> Transfer:
    return Transfer(f"PB-{number}-1", name, IBAN, amount)


def texts(xml: bytes, path: str) -> list[str | None]:
    steps = "/".join(f"{{{NAMESPACE}}}{step}" for step in path.split("/"))
    return [found.text for found in ElementTree.fromstring(xml).iterfind(f".//{steps}")]


def test_an_order_fits_the_published_schema_and_says_what_is_paid() -> None:
    xml = credit_transfer_file(ORDER, [transfer(1), transfer(2, amount=1)])
    check_schema(xml)
    assert xml.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n")
    assert texts(xml, "CdtTrfTxInf/PmtId/EndToEndId") == ["PB-1-1", "PB-2-1"]
    assert texts(xml, "CdtTrfTxInf/Amt/InstdAmt") == ["10.50", "0.01"]
    assert texts(xml, "Cdtr/Nm") == ["Aenne Gross"] * 2
    assert texts(xml, "CdtrAcct/Id/IBAN") == [IBAN] * 2
    assert texts(xml, "GrpHdr/CtrlSum") == texts(xml, "PmtInf/CtrlSum") == ["10.51"]
    assert texts(xml, "GrpHdr/NbOfTxs") == texts(xml, "PmtInf/NbOfTxs") == ["2"]
    assert texts(xml, "GrpHdr/MsgId") == ["PB-7-41-0a1b2c3d"]
    assert texts(xml, "RmtInf/Ustrd")[0] == "Nordfunk Payback PB-1-1"
    assert texts(xml, "DbtrAgt/FinInstnId/Othr/Id") == ["NOTPROVIDED"]


def test_the_payers_bank_is_named_where_it_is_known() -> None:
    payer = Payer(PAYER.name, PAYER.iban, "ABNANL2AXXX")
    order = Order(ORDER.message_id, ORDER.made_at, ORDER.execute_on, payer, ORDER.text)
    xml = credit_transfer_file(order, [transfer()])
    assert texts(xml, "DbtrAgt/FinInstnId/BICFI") == ["ABNANL2AXXX"]
    assert texts(xml, "DbtrAgt/FinInstnId/Othr/Id") == []


def test_the_same_order_gives_the_same_bytes() -> None:
    berlin = ORDER.made_at.astimezone(timezone(timedelta(hours=2)))
    again = Order(ORDER.message_id, berlin, ORDER.execute_on, PAYER, ORDER.text)
    assert credit_transfer_file(ORDER, [transfer()]) == credit_transfer_file(again, [transfer()])


@pytest.mark.parametrize("amount", [0, -1, AMOUNT_MAX + 1])
def test_an_amount_that_cannot_be_transferred_is_refused(amount: int) -> None:
    with pytest.raises(FileRefused):
        credit_transfer_file(ORDER, [transfer(1), transfer(2, amount=amount)])


def test_the_largest_amount_can_be_transferred() -> None:
    xml = credit_transfer_file(ORDER, [transfer(amount=AMOUNT_MAX)])
    assert texts(xml, "CdtTrfTxInf/Amt/InstdAmt") == ["999999999.99"]


def test_an_order_without_payments_is_refused() -> None:
    with pytest.raises(FileRefused):
        credit_transfer_file(ORDER, [])


def test_a_name_of_which_nothing_can_be_written_is_refused() -> None:
    with pytest.raises(NoSepaText):
        credit_transfer_file(ORDER, [transfer(name="🦊🦊")])


@pytest.mark.parametrize(
    ("iban", "message_id"), [("no account", ORDER.message_id), (IBAN, "x" * 36), (IBAN, "")]
)
def test_what_the_schema_refuses_never_leaves(iban: str, message_id: str) -> None:
    order = Order(message_id, ORDER.made_at, ORDER.execute_on, PAYER, ORDER.text)
    with pytest.raises(FileRefused):
        credit_transfer_file(order, [Transfer("PB-1-1", "Anna", iban, 100)])


def test_a_changed_file_does_not_pass_the_schema() -> None:
    xml = credit_transfer_file(ORDER, [transfer()])
    with pytest.raises(FileRefused):
        check_schema(xml.replace(b'Ccy="EUR"', b'Ccy="euros"'))


def test_markup_in_names_stays_text() -> None:
    xml = credit_transfer_file(ORDER, [transfer(name="<b>Ann</b> & \x00Co]]>")])
    assert texts(xml, "Cdtr/Nm") == ["b Ann /b + Co"]


def _value(minor: int) -> Decimal:
    return Decimal(decimal_text(minor, "EUR"))


@given(st.lists(st.integers(min_value=1, max_value=AMOUNT_MAX), min_size=1, max_size=5))
def test_control_sums_are_exact(amounts: list[int]) -> None:
    assert sum(map(_value, amounts)) == _value(sum(amounts))


@given(st.integers(min_value=-(10**14), max_value=10**14))
def test_an_amount_as_text_is_the_amount(minor: int) -> None:
    assert _value(minor) * 100 == minor
    assert len(decimal_text(minor, "EUR").split(".")[1]) == 2


@pytest.mark.parametrize(
    ("minor", "currency", "written"),
    [(5, "EUR", "0.05"), (0, "CHF", "0.00"), (1_005, "JPY", "1005"), (1_005, "KWD", "1.005")],
)
def test_a_currency_has_as_many_places_as_it_has(minor: int, currency: str, written: str) -> None:
    assert decimal_text(minor, currency) == written
