"""Corrections of points by hand, and appeals about points."""

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('adjustments',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(length=10), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('proposed_by_id', sa.Integer(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('refusal', sa.String(length=500), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=True),
    sa.Column('undoes_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('amount <> 0', name=op.f('ck_adjustments_amount')),
    sa.CheckConstraint("currency IN ('reputation', 'payback')", name=op.f('ck_adjustments_currency')),
    sa.CheckConstraint("state IN ('proposed', 'booked', 'refused')", name=op.f('ck_adjustments_state')),
    sa.CheckConstraint("(state = 'booked') = (entry_id IS NOT NULL)", name=op.f('ck_adjustments_booked')),
    sa.CheckConstraint("(state = 'proposed') = (decided_by_id IS NULL)", name=op.f('ck_adjustments_decided')),
    sa.CheckConstraint('proposed_by_id <> user_id', name=op.f('ck_adjustments_not_oneself')),
    sa.CheckConstraint('decided_by_id <> user_id', name=op.f('ck_adjustments_not_decided_by_oneself')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['users.id'], name=op.f('fk_adjustments_decided_by_id_users')),
    sa.ForeignKeyConstraint(['entry_id'], ['ledger_entries.id'], name=op.f('fk_adjustments_entry_id_ledger_entries')),
    sa.ForeignKeyConstraint(['proposed_by_id'], ['users.id'], name=op.f('fk_adjustments_proposed_by_id_users')),
    sa.ForeignKeyConstraint(['undoes_id'], ['adjustments.id'], name=op.f('fk_adjustments_undoes_id_adjustments')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_adjustments_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_adjustments')),
    sa.UniqueConstraint('entry_id', name=op.f('uq_adjustments_entry_id')),
    )
    op.create_index('ix_adjustments_user_id', 'adjustments', ['user_id', 'id'])
    op.create_index('ix_adjustments_state', 'adjustments', ['state', 'id'])
    op.create_index('ix_adjustments_undoes_id', 'adjustments', ['undoes_id'])
    op.create_table('points_appeals',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('taken_by_id', sa.Integer(), nullable=True),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('adjustment_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("state IN ('opened', 'in_review', 'upheld', 'rejected')", name=op.f('ck_points_appeals_state')),
    sa.CheckConstraint('taken_by_id <> user_id', name=op.f('ck_points_appeals_not_taken_by_oneself')),
    sa.CheckConstraint('decided_by_id <> user_id', name=op.f('ck_points_appeals_not_decided_by_oneself')),
    sa.ForeignKeyConstraint(['adjustment_id'], ['adjustments.id'], name=op.f('fk_points_appeals_adjustment_id_adjustments')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['users.id'], name=op.f('fk_points_appeals_decided_by_id_users')),
    sa.ForeignKeyConstraint(['entry_id'], ['ledger_entries.id'], name=op.f('fk_points_appeals_entry_id_ledger_entries')),
    sa.ForeignKeyConstraint(['taken_by_id'], ['users.id'], name=op.f('fk_points_appeals_taken_by_id_users')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_points_appeals_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_points_appeals')),
    sa.UniqueConstraint('adjustment_id', name=op.f('uq_points_appeals_adjustment_id')),
    sa.UniqueConstraint('entry_id', name=op.f('uq_points_appeals_entry_id')),
    )
    op.create_index('ix_points_appeals_user_id', 'points_appeals', ['user_id', 'id'])
    op.create_index('ix_points_appeals_state_due_at', 'points_appeals', ['state', 'due_at', 'id'])
    op.create_index('ix_points_appeals_decided_at', 'points_appeals', ['decided_at', 'id'])


def downgrade() -> None:
    op.drop_table('points_appeals')
    op.drop_table('adjustments')
