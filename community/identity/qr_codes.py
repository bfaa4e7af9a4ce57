"""QR codes as the path of an SVG: drawn by a template, so that no HTML is put together here."""

from typing import NamedTuple

from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M

# Four modules of white around it are part of the code. Source: ISO/IEC 18004 §6.3.8.
QUIET_ZONE = 4


class Drawing(NamedTuple):
    """``size`` is the side in modules, quiet zone included; ``path`` draws the dark ones."""

    size: int
    path: str


def draw_qr_code(text: str) -> Drawing:
    """Return the QR code of a text; one horizontal stroke a run of dark modules."""
    code = QRCode(border=QUIET_ZONE, error_correction=ERROR_CORRECT_M)
    code.add_data(text)
    rows: list[list[bool]] = code.get_matrix()
    strokes = [
        f"M{start} {row}h{length}v1h-{length}z"
        for row, cells in enumerate(rows)
        for start, length in _dark_runs(cells)
    ]
    return Drawing(len(rows), "".join(strokes))


def _dark_runs(cells: list[bool]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for column, is_dark in enumerate(cells):
        if is_dark and runs and sum(runs[-1]) == column:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        elif is_dark:
            runs.append((column, 1))
    return runs
