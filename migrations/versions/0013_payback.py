"""Payback: periods, what members are owed in them, charities, and where cash goes."""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('charities',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('name_key', sa.String(length=160), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('match_percent', sa.Integer(), nullable=False),
    sa.Column('nominated_by_id', sa.Integer(), nullable=True),
    sa.Column('nominated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('nominated', 'approved', 'retired')", name=op.f('ck_charities_state')),
    sa.CheckConstraint('match_percent >= 0', name=op.f('ck_charities_match_percent')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['users.id'], name=op.f('fk_charities_decided_by_id_users')),
    sa.ForeignKeyConstraint(['nominated_by_id'], ['users.id'], name=op.f('fk_charities_nominated_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_charities')),
    sa.UniqueConstraint('name_key', name=op.f('uq_charities_name_key'))
    )
    op.create_index('ix_charities_nominated_by_id', 'charities', ['nominated_by_id'])
    op.create_table('payback_holds',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('reference', sa.String(length=120), nullable=False),
    sa.Column('placed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('placed_by_id', sa.Integer(), nullable=True),
    sa.Column('lifted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lifted_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['lifted_by_id'], ['users.id'], name=op.f('fk_payback_holds_lifted_by_id_users')),
    sa.ForeignKeyConstraint(['placed_by_id'], ['users.id'], name=op.f('fk_payback_holds_placed_by_id_users')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_payback_holds_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payback_holds'))
    )
    op.create_index('uq_payback_holds_standing', 'payback_holds', ['user_id', 'reference'], unique=True, sqlite_where=sa.text('lifted_at IS NULL'), postgresql_where=sa.text('lifted_at IS NULL'))
    op.create_table('payback_periods',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('begins_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('calculated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('statements_issued_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('choice_opened_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('choice_ends_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('locking_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('locked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('paying_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('paid_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('prepared_by_id', sa.Integer(), nullable=True),
    sa.Column('approved_by_id', sa.Integer(), nullable=True),
    sa.Column('list_digest', sa.String(length=64), nullable=True),
    sa.ForeignKeyConstraint(['approved_by_id'], ['users.id'], name=op.f('fk_payback_periods_approved_by_id_users')),
    sa.ForeignKeyConstraint(['prepared_by_id'], ['users.id'], name=op.f('fk_payback_periods_prepared_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payback_periods')),
    sa.UniqueConstraint('begins_at', name=op.f('uq_payback_periods_begins_at'))
    )
    op.create_index('ix_payback_periods_ends_at', 'payback_periods', ['ends_at'])
    op.create_table('payout_details',
    sa.Column('user_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('holder', sa.String(length=400), nullable=False),
    sa.Column('iban', sa.String(length=200), nullable=False),
    sa.Column('iban_ending', sa.String(length=4), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_payout_details_user_id_users')),
    sa.PrimaryKeyConstraint('user_id', name=op.f('pk_payout_details'))
    )
    op.create_table('charity_votes',
    sa.Column('charity_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('voted_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['charity_id'], ['charities.id'], name=op.f('fk_charity_votes_charity_id_charities')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_charity_votes_user_id_users')),
    sa.PrimaryKeyConstraint('charity_id', 'user_id', name=op.f('pk_charity_votes'))
    )
    op.create_index('ix_charity_votes_user_id', 'charity_votes', ['user_id'])
    op.create_table('month_closes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('period_id', sa.Integer(), nullable=False),
    sa.Column('begins_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('gained', sa.Integer(), nullable=False),
    sa.Column('taken_back', sa.Integer(), nullable=False),
    sa.Column('entries_count', sa.Integer(), nullable=False),
    sa.Column('members_count', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['period_id'], ['payback_periods.id'], name=op.f('fk_month_closes_period_id_payback_periods')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_month_closes')),
    sa.UniqueConstraint('period_id', 'begins_at', name=op.f('uq_month_closes_period_id_begins_at'))
    )
    op.create_table('payback_notices',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('period_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['period_id'], ['payback_periods.id'], name=op.f('fk_payback_notices_period_id_payback_periods')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_payback_notices_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payback_notices')),
    sa.UniqueConstraint('period_id', 'user_id', 'kind', name=op.f('uq_payback_notices_period_id_user_id_kind'))
    )
    op.create_table('payout_lines',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('period_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('earned', sa.Integer(), nullable=False),
    sa.Column('carried', sa.Integer(), nullable=False),
    sa.Column('lapsing', sa.Integer(), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('expired', sa.Integer(), nullable=False),
    sa.Column('matched', sa.Integer(), nullable=False),
    sa.Column('choice', sa.String(length=10), nullable=True),
    sa.Column('charity_id', sa.Integer(), nullable=True),
    sa.Column('account_digest', sa.String(length=64), nullable=True),
    sa.Column('decided', sa.String(length=10), nullable=True),
    sa.Column('why', sa.String(length=20), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('calculated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('chosen_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('locked_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('amount = earned + carried', name=op.f('ck_payout_lines_amount')),
    sa.CheckConstraint('lapsing >= 0 AND expired >= 0', name=op.f('ck_payout_lines_lapsing')),
    sa.ForeignKeyConstraint(['charity_id'], ['charities.id'], name=op.f('fk_payout_lines_charity_id_charities')),
    sa.ForeignKeyConstraint(['period_id'], ['payback_periods.id'], name=op.f('fk_payout_lines_period_id_payback_periods')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_payout_lines_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payout_lines')),
    sa.UniqueConstraint('period_id', 'user_id', name=op.f('uq_payout_lines_period_id_user_id'))
    )
    op.create_index('ix_payout_lines_period_id_state', 'payout_lines', ['period_id', 'state', 'id'])
    op.create_index('ix_payout_lines_user_id', 'payout_lines', ['user_id', 'period_id'])



def downgrade() -> None:
    op.drop_table('payout_lines')
    op.drop_table('payback_notices')
    op.drop_table('month_closes')
    op.drop_table('charity_votes')
    op.drop_table('payout_details')
    op.drop_table('payback_periods')
    op.drop_table('payback_holds')
    op.drop_table('charities')
