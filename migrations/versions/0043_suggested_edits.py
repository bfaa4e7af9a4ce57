"""Suggested edits."""

import sqlalchemy as sa
from alembic import op

revision = '0043'
down_revision = '0042'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('suggested_edits',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('post_id', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('base_title', sa.String(length=300), nullable=False),
    sa.Column('base_tags', sa.String(length=300), nullable=False),
    sa.Column('base_body', sa.Text(), nullable=False),
    sa.Column('title', sa.String(length=300), nullable=False),
    sa.Column('tags', sa.String(length=300), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('is_held', sa.Boolean(), nullable=False),
    sa.Column('findings', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.CheckConstraint("state IN ('waiting', 'accepted', 'refused', 'withdrawn', 'outdated')", name=op.f('ck_suggested_edits_state')),
    sa.ForeignKeyConstraint(['author_id'], ['users.id'], name=op.f('fk_suggested_edits_author_id_users')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['users.id'], name=op.f('fk_suggested_edits_decided_by_id_users')),
    sa.ForeignKeyConstraint(['post_id'], ['posts.id'], name=op.f('fk_suggested_edits_post_id_posts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_suggested_edits'))
    )
    op.create_index('ix_suggested_edits_author_id', 'suggested_edits', ['author_id', 'created_at', 'id'])
    op.create_index('ix_suggested_edits_decided_at', 'suggested_edits', ['decided_at'])
    op.create_index('ix_suggested_edits_post_id', 'suggested_edits', ['post_id', 'id'])
    op.create_index('uq_suggested_edits_waiting', 'suggested_edits', ['post_id', 'author_id'], unique=True, sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'"))


def downgrade() -> None:
    op.drop_index('uq_suggested_edits_waiting', 'suggested_edits')
    op.drop_index('ix_suggested_edits_post_id', 'suggested_edits')
    op.drop_index('ix_suggested_edits_decided_at', 'suggested_edits')
    op.drop_index('ix_suggested_edits_author_id', 'suggested_edits')
    op.drop_table('suggested_edits')
