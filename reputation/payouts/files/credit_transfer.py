"""Cash as a SEPA credit transfer: an order to the bank, ISO 20022 ``pain.001.001.09``. Pure.

Built as the European Payments Council's guidelines have it (EPC132-08, in force since November
2023) and checked against the published schema before it leaves; see
docs/decisions/payout-files.md for why no library builds it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from reputation.payback.sepa_text import sepa_name, sepa_text
from reputation.payouts.files.amounts import decimal_text

SCHEMA = "pain.001.001.09"
NAMESPACE = f"urn:iso:std:iso:20022:tech:xsd:{SCHEMA}"
CURRENCY = "EUR"
# The scheme's own limit for one transfer: 999,999,999.99.
AMOUNT_MAX = 99_999_999_999


@dataclass(frozen=True)
class Payer:
    """Whose account is charged; ``bic`` is "" where the bank does not ask for it."""

    name: str
    iban: str
    bic: str = ""


@dataclass(frozen=True)
class Transfer:
    """One payment; ``reference`` comes back with the bank's report on it (EndToEndId)."""

    reference: str
    name: str
    iban: str
    amount: int


@dataclass(frozen=True)
class Order:
    """What the bank is asked for; ``message_id`` is never used for another order."""

    message_id: str
    made_at: datetime
    execute_on: date
    payer: Payer
    text: str


class FileRefused(ValueError):
    """The file would not be what the published schema asks for; nothing was made."""


def credit_transfer_file(order: Order, transfers: Sequence[Transfer]) -> bytes:
    """Return the order as XML; raises ``FileRefused``, and ``NoSepaText`` for a name.

    The sum is that of the amounts written, so a bank that adds up finds what we say.
    """
    if not transfers or not all(0 < one.amount <= AMOUNT_MAX for one in transfers):
        raise FileRefused()
    document = Element("Document", xmlns=NAMESPACE)
    root = SubElement(document, "CstmrCdtTrfInitn")
    _add_header(root, order, transfers)
    _add_payments(root, order, transfers)
    indent(document)
    xml: bytes = tostring(document, encoding="UTF-8", xml_declaration=True)
    check_schema(xml)
    return xml


def check_schema(xml: bytes) -> None:
    """Compare a file with the schema that ISO 20022 publishes; raises ``FileRefused``."""
    # Takes a third of a second to import and is needed twice a year.
    from sepaxml.validation import ValidationError, try_valid_xml

    try:
        try_valid_xml(xml, SCHEMA)
    except ValidationError as error:
        raise FileRefused() from error


def _add_header(root: Element, order: Order, transfers: Sequence[Transfer]) -> None:
    header = SubElement(root, "GrpHdr")
    _add(header, "MsgId", order.message_id)
    _add(header, "CreDtTm", order.made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    _add_sums(header, transfers)
    _add(SubElement(header, "InitgPty"), "Nm", sepa_name(order.payer.name))


def _add_payments(root: Element, order: Order, transfers: Sequence[Transfer]) -> None:
    block = SubElement(root, "PmtInf")
    _add(block, "PmtInfId", order.message_id)
    _add(block, "PmtMtd", "TRF")
    _add(block, "BtchBookg", "true")
    _add_sums(block, transfers)
    _add(SubElement(SubElement(block, "PmtTpInf"), "SvcLvl"), "Cd", "SEPA")
    _add(SubElement(block, "ReqdExctnDt"), "Dt", order.execute_on.isoformat())
    _add(SubElement(block, "Dbtr"), "Nm", sepa_name(order.payer.name))
    _add_account(block, "DbtrAcct", order.payer.iban)
    _add_bank(block, order.payer.bic)
    # Both sides bear their own bank's charges: the scheme allows nothing else.
    _add(block, "ChrgBr", "SLEV")
    for transfer in transfers:
        _add_transfer(block, transfer, order.text)


def _add_transfer(block: Element, transfer: Transfer, text: str) -> None:
    one = SubElement(block, "CdtTrfTxInf")
    _add(SubElement(one, "PmtId"), "EndToEndId", transfer.reference)
    amount = SubElement(SubElement(one, "Amt"), "InstdAmt", Ccy=CURRENCY)
    amount.text = decimal_text(transfer.amount, CURRENCY)
    _add(SubElement(one, "Cdtr"), "Nm", sepa_name(transfer.name))
    _add_account(one, "CdtrAcct", transfer.iban)
    _add(SubElement(one, "RmtInf"), "Ustrd", sepa_text(f"{text} {transfer.reference}"))


def _add_sums(parent: Element, transfers: Sequence[Transfer]) -> None:
    _add(parent, "NbOfTxs", str(len(transfers)))
    _add(parent, "CtrlSum", decimal_text(sum(one.amount for one in transfers), CURRENCY))


def _add_account(parent: Element, name: str, iban: str) -> None:
    _add(SubElement(SubElement(parent, name), "Id"), "IBAN", iban)


def _add_bank(block: Element, bic: str) -> None:
    bank = SubElement(SubElement(block, "DbtrAgt"), "FinInstnId")
    if bic:
        _add(bank, "BICFI", bic)
    else:
        # The guidelines want it said, an empty element is refused by some banks.
        _add(SubElement(bank, "Othr"), "Id", "NOTPROVIDED")


def _add(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text
