"""Changes that let money leave: each is one step, recorded, and safe to repeat.

Locks are taken in this order: accounts of the ledger (by user id), the period, lines and payments.
"""

from reputation.payouts.operations.approval import approve_list
from reputation.payouts.operations.exports import export_form, open_file
from reputation.payouts.operations.halts import halt_payouts, lift_halt, require_sound_books
from reputation.payouts.operations.leftovers import close_period, leave_line, retry_line
from reputation.payouts.operations.settling import (
    Outcome,
    import_settlement,
    note_import,
    read_report,
    settle_reports,
)

__all__ = [
    "Outcome",
    "approve_list",
    "close_period",
    "export_form",
    "halt_payouts",
    "import_settlement",
    "leave_line",
    "lift_halt",
    "note_import",
    "open_file",
    "read_report",
    "require_sound_books",
    "retry_line",
    "settle_reports",
]
