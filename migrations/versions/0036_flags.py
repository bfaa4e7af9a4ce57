"""Flags, and how often they hid a post."""

import sqlalchemy as sa
from alembic import op

revision = '0036'
down_revision = '0035'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('flags',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('flagger_id', sa.Integer(), nullable=False),
    sa.Column('post_id', sa.Integer(), nullable=True),
    sa.Column('member_id', sa.Integer(), nullable=True),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=20), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.Column('weight', sa.Double(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('outcome', sa.String(length=10), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('CASE WHEN post_id IS NULL THEN 0 ELSE 1 END + CASE WHEN member_id IS NULL THEN 0 ELSE 1 END = 1', name=op.f('ck_flags_one_target')),
    sa.CheckConstraint("outcome IN ('agreed', 'rejected')", name=op.f('ck_flags_outcome')),
    sa.CheckConstraint('weight >= 0', name=op.f('ck_flags_weight')),
    sa.ForeignKeyConstraint(['flagger_id'], ['users.id'], name=op.f('fk_flags_flagger_id_users')),
    sa.ForeignKeyConstraint(['member_id'], ['users.id'], name=op.f('fk_flags_member_id_users')),
    sa.ForeignKeyConstraint(['post_id'], ['posts.id'], name=op.f('fk_flags_post_id_posts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_flags')),
    sa.UniqueConstraint('flagger_id', 'member_id', 'round', name=op.f('uq_flags_flagger_id_member_id_round')),
    sa.UniqueConstraint('flagger_id', 'post_id', 'round', name=op.f('uq_flags_flagger_id_post_id_round'))
    )
    op.create_index('ix_flags_decided_at', 'flags', ['decided_at'])
    op.create_index('ix_flags_flagger_id', 'flags', ['flagger_id', 'created_at', 'id'])
    op.create_index('ix_flags_member_id', 'flags', ['member_id', 'round'])
    op.create_index('ix_flags_post_id', 'flags', ['post_id', 'round'])
    op.create_table('flag_hidings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('post_id', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('hidden_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('mendable', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('mended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['post_id'], ['posts.id'], name=op.f('fk_flag_hidings_post_id_posts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_flag_hidings'))
    )
    op.create_index('ix_flag_hidings_post_id', 'flag_hidings', ['post_id', 'id'])


def downgrade() -> None:
    op.drop_index('ix_flag_hidings_post_id', 'flag_hidings')
    op.drop_table('flag_hidings')
    op.drop_index('ix_flags_post_id', 'flags')
    op.drop_index('ix_flags_member_id', 'flags')
    op.drop_index('ix_flags_flagger_id', 'flags')
    op.drop_index('ix_flags_decided_at', 'flags')
    op.drop_table('flags')
