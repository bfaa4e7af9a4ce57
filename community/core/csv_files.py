"""Tables as files (CSV, RFC 4180) that no spreadsheet takes for a program. Pure.

A cell that begins like a formula is run by whoever opens the file. Source: OWASP, CSV injection.
Which sign parts cells is the spreadsheet's choice, so a formula is also looked for behind those.
"""

import csv
import io
import re
from collections.abc import Iterable

_SIGNS = "=+\\-@＝＋－＠﹦﹢﹣﹫⁼⁺₌₊"
# What spreadsheets pass over before a formula; some of it cannot be seen.
_PASSED_OVER = (
    '\\s"\\x00-\\x1f\\x7f-\\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f'
    "\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff"
)
_FORMULA = re.compile(f"[{_PASSED_OVER}]*[{_SIGNS}]|[\t\r\n]")
_LATER_FORMULA = re.compile(f'((?:[\n\r\t;"]|%0[AaDd])[{_PASSED_OVER}]*)(?=[{_SIGNS}])')
# Tells spreadsheets the encoding, which they guess wrong without.
MARK = "\ufeff"


def csv_file(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a table; numbers stay numbers, text is made ``harmless``."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(
        [harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows
    )
    return out.getvalue()


def harmless(cell: str) -> str:
    """Return a cell in which no formula begins."""
    plain = _LATER_FORMULA.sub(r"\1'", cell.replace("\x00", ""))
    return f"'{plain}" if _FORMULA.match(cell) else plain
