"""Payout runs: what left the house for whom, and what came back."""

from community.privacy.marks import Erasure, Personal, Table, other_person

TABLES = {
    "payout_batches": Table(
        nothing="id period_id form number message_id currency points total items_count execute_on"
        " made_at file_name file_digest decided_at",
        personal={
            "made_by_id": other_person("who made the file"),
            "sealed_file": Personal(
                "names and bank accounts of those who are paid",
                Erasure.KEPT,
                why_not="is encrypted, about many people, and goes once all payments are decided",
            ),
        },
    ),
    # Books on money: they lead to a line, and from there to the number of an account.
    "payout_items": Table(
        nothing="id batch_id line_id reference amount matched state reason decided_at",
    ),
    "settlement_imports": Table(
        nothing="id batch_id file_digest imported_at settled failed repeated refused",
        personal={"imported_by_id": other_person("who brought the report")},
    ),
    "payout_halts": Table(
        nothing="id says found_at_place halted_at lifted_at",
        personal={"lifted_by_id": other_person("who let payouts go on")},
    ),
}
