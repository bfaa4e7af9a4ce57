"""Payout runs: files, the payments in them, reports on them, and halts."""

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('payout_halts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('says', sa.String(length=200), nullable=False),
    sa.Column('found_at_place', sa.String(length=200), nullable=False),
    sa.Column('halted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lifted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lifted_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['lifted_by_id'], ['users.id'], name=op.f('fk_payout_halts_lifted_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payout_halts'))
    )
    op.create_index('ix_payout_halts_lifted_at', 'payout_halts', ['lifted_at'])
    op.create_table('payout_batches',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('period_id', sa.Integer(), nullable=False),
    sa.Column('form', sa.String(length=10), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('message_id', sa.String(length=35), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('points', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('items_count', sa.Integer(), nullable=False),
    sa.Column('execute_on', sa.Date(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=True),
    sa.Column('file_name', sa.String(length=80), nullable=False),
    sa.Column('file_digest', sa.String(length=64), nullable=False),
    sa.Column('sealed_file', sa.Text(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("form IN ('credit', 'cash', 'charity')", name=op.f('ck_payout_batches_form')),
    sa.CheckConstraint('points > 0 AND total >= points', name=op.f('ck_payout_batches_total')),
    sa.ForeignKeyConstraint(['made_by_id'], ['users.id'], name=op.f('fk_payout_batches_made_by_id_users')),
    sa.ForeignKeyConstraint(['period_id'], ['payback_periods.id'], name=op.f('fk_payout_batches_period_id_payback_periods')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payout_batches')),
    sa.UniqueConstraint('message_id', name=op.f('uq_payout_batches_message_id')),
    sa.UniqueConstraint('period_id', 'form', 'number', name=op.f('uq_payout_batches_period_id_form_number'))
    )
    op.create_table('payout_items',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('batch_id', sa.Integer(), nullable=False),
    sa.Column('line_id', sa.Integer(), nullable=False),
    sa.Column('reference', sa.String(length=35), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('matched', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('exported', 'settled', 'failed')", name=op.f('ck_payout_items_state')),
    sa.CheckConstraint('amount > 0 AND matched >= 0', name=op.f('ck_payout_items_amount')),
    sa.ForeignKeyConstraint(['batch_id'], ['payout_batches.id'], name=op.f('fk_payout_items_batch_id_payout_batches')),
    sa.ForeignKeyConstraint(['line_id'], ['payout_lines.id'], name=op.f('fk_payout_items_line_id_payout_lines')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payout_items')),
    sa.UniqueConstraint('batch_id', 'line_id', name=op.f('uq_payout_items_batch_id_line_id'))
    )
    op.create_index('ix_payout_items_batch_id_reference', 'payout_items', ['batch_id', 'reference'])
    op.create_index('ix_payout_items_line_id', 'payout_items', ['line_id'])
    op.create_index('uq_payout_items_live', 'payout_items', ['line_id'], unique=True, sqlite_where=sa.text("state IN ('exported', 'settled')"), postgresql_where=sa.text("state IN ('exported', 'settled')"))
    op.create_table('settlement_imports',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('batch_id', sa.Integer(), nullable=False),
    sa.Column('file_digest', sa.String(length=64), nullable=False),
    sa.Column('imported_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('imported_by_id', sa.Integer(), nullable=True),
    sa.Column('settled', sa.Integer(), nullable=False),
    sa.Column('failed', sa.Integer(), nullable=False),
    sa.Column('repeated', sa.Integer(), nullable=False),
    sa.Column('refused', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['payout_batches.id'], name=op.f('fk_settlement_imports_batch_id_payout_batches')),
    sa.ForeignKeyConstraint(['imported_by_id'], ['users.id'], name=op.f('fk_settlement_imports_imported_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_settlement_imports')),
    sa.UniqueConstraint('batch_id', 'file_digest', name=op.f('uq_settlement_imports_batch_id_file_digest'))
    )


def downgrade() -> None:
    op.drop_table('settlement_imports')
    op.drop_table('payout_items')
    op.drop_table('payout_batches')
    op.drop_table('payout_halts')
