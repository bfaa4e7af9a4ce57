"""Bank, billing and treasurer, as a payout meets them: they pay what they are sent, once a file.

They lose answers, tell of payments in parts, in any order and more than once, mix in lines that are
wrong, and remember what they have paid: that is what the books are compared with.
"""

import csv
import io
import random
from collections import Counter
from xml.etree import ElementTree

from reputation.payouts.files.credit_transfer import NAMESPACE

FAILING = 0.12
TIMING_OUT = 0.3
WHOLE = 0.1
SHORT_LINES = 60


class TimedOut(Exception):
    """No answer came; whether the file arrived is not known."""


class Payee:
    """Pays each payment of a file by chance of ``moments``; the same file again is known."""

    def __init__(self, moments: random.Random) -> None:
        self.moments = moments
        self.files: dict[str, bytes] = {}
        # By key: what became of the payment, and its amount in minor units.
        self.verdicts: dict[str, tuple[str, int]] = {}
        self.paid: Counter[str] = Counter()
        self.keys: dict[str, list[str]] = {}
        self.changed_files = 0
        self.timeouts = 0
        self.repeats = 0

    def receive(self, message_id: str, data: bytes) -> None:
        """Take a file; raises ``TimedOut`` before or after it has arrived."""
        if self.moments.random() < TIMING_OUT / 2:
            self.timeouts += 1
            raise TimedOut()
        if self.files.get(message_id) == data:
            self.repeats += 1
        else:
            # Under a known name with other content it would be paid as another file.
            self.changed_files += message_id in self.files
            self.files[message_id] = data
            self._pay(message_id, data)
        if self.moments.random() < TIMING_OUT / 2:
            self.timeouts += 1
            raise TimedOut()

    def _pay(self, message_id: str, data: bytes) -> None:
        for key, amount in payments_in(data):
            status = "failed" if self.moments.random() < FAILING else "settled"
            self.verdicts[key] = (status, amount)
            self.keys.setdefault(message_id, []).append(key)
            self.paid[key] += status == "settled"

    def report(self, message_id: str) -> bytes:
        """Return a report on a file: some of its payments, some twice, and lines that are wrong."""
        keys = self.keys.get(message_id, [])
        # Most reports are short: each is a chance for a kill in the middle of the work.
        most = len(keys) if self.moments.random() < WHOLE else min(len(keys), SHORT_LINES)
        some = self.moments.sample(keys, self.moments.randint(min(1, most), most))
        lines = [self._line(key) for key in [*some, *some[: len(some) // 4]]]
        if self.moments.random() < 0.5:
            lines += self._wrong_lines(keys)
        self.moments.shuffle(lines)
        return "\n".join(["line_key,status,amount_minor", *lines, ""]).encode()

    def _line(self, key: str) -> str:
        status, amount = self.verdicts[key]
        return f"{key},{status},{amount}"

    def _wrong_lines(self, keys: list[str]) -> list[str]:
        wrong = ["PB-0-1,settled,100", "PB-999999999-1,failed,"]
        for key in self.moments.sample(keys, min(2, len(keys))):
            status, amount = self.verdicts[key]
            other = "failed" if status == "settled" else "settled"
            wrong += [f"{key},{status},{amount + 1}", f"{key},{other},{amount}"]
        return wrong


def payments_in(data: bytes) -> list[tuple[str, int]]:
    """Return key and amount of each payment of a file, as its receiver reads it."""
    if data.startswith(b"<?xml"):
        space = f"{{{NAMESPACE}}}"
        found = ElementTree.fromstring(data).iter(f"{space}CdtTrfTxInf")
        return [
            (
                str(one.findtext(f"{space}PmtId/{space}EndToEndId")),
                int(str(one.findtext(f"{space}Amt/{space}InstdAmt")).replace(".", "")),
            )
            for one in found
        ]
    rows = csv.DictReader(io.StringIO(data.decode(), newline=""))
    return [(row["line_key"], int(row["amount_minor"])) for row in rows]
