"""Drafts of rules of points, and what simulating them has shown."""

import sqlalchemy as sa
from alembic import op

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('rule_drafts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(length=10), nullable=False),
    sa.Column('amounts', sa.JSON(), nullable=False),
    sa.Column('full_givers', sa.Integer(), nullable=False),
    sa.Column('later_kudos', sa.Integer(), nullable=False),
    sa.Column('daily_cap', sa.Integer(), nullable=False),
    sa.Column('matures_after_days', sa.Integer(), nullable=True),
    sa.Column('begins_on', sa.Date(), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('published_id', sa.Integer(), nullable=True),
    sa.Column('dropped_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("currency IN ('reputation', 'payback')", name=op.f('ck_rule_drafts_currency')),
    sa.CheckConstraint('full_givers >= 0 AND later_kudos >= 0 AND daily_cap >= 0', name=op.f('ck_rule_drafts_numbers')),
    sa.CheckConstraint('published_id IS NULL OR dropped_at IS NULL', name=op.f('ck_rule_drafts_one_end')),
    sa.ForeignKeyConstraint(['created_by_id'], ['users.id'], name=op.f('fk_rule_drafts_created_by_id_users')),
    sa.ForeignKeyConstraint(['published_id'], ['rule_versions.id'], name=op.f('fk_rule_drafts_published_id_rule_versions')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rule_drafts')),
    sa.UniqueConstraint('published_id', name=op.f('uq_rule_drafts_published_id')),
    )
    op.create_table('rule_simulations',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('draft_id', sa.Integer(), nullable=False),
    sa.Column('begins_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('rules', sa.JSON(), nullable=False),
    sa.Column('requested_by_id', sa.Integer(), nullable=False),
    sa.Column('requested_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('after_id', sa.Integer(), nullable=False),
    sa.Column('summary', sa.JSON(), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('running', 'done')", name=op.f('ck_rule_simulations_state')),
    sa.CheckConstraint('begins_on <= ends_on', name=op.f('ck_rule_simulations_order')),
    sa.ForeignKeyConstraint(['draft_id'], ['rule_drafts.id'], name=op.f('fk_rule_simulations_draft_id_rule_drafts')),
    sa.ForeignKeyConstraint(['requested_by_id'], ['users.id'], name=op.f('fk_rule_simulations_requested_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rule_simulations')),
    )
    op.create_index('ix_rule_simulations_draft_id', 'rule_simulations', ['draft_id', 'id'])


def downgrade() -> None:
    op.drop_table('rule_simulations')
    op.drop_table('rule_drafts')
