"""Clean-ups after spammers, and what each of them changed."""

import sqlalchemy as sa
from alembic import op

revision = '0032'
down_revision = '0031'
branch_labels = None
depends_on = None

AT_WORK = sa.text("state IN ('running', 'undoing')")


def upgrade() -> None:
    op.create_table('spam_cleanups',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('sanction_id', sa.Integer(), nullable=True),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('cursor', sa.Integer(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('undone_by_id', sa.Integer(), nullable=True),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('running', 'done', 'undoing', 'undone')", name=op.f('ck_spam_cleanups_state')),
    sa.ForeignKeyConstraint(['actor_id'], ['users.id'], name=op.f('fk_spam_cleanups_actor_id_users')),
    sa.ForeignKeyConstraint(['undone_by_id'], ['users.id'], name=op.f('fk_spam_cleanups_undone_by_id_users')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_spam_cleanups_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_spam_cleanups'))
    )
    op.create_index('ix_spam_cleanups_user_id', 'spam_cleanups', ['user_id', 'id'])
    op.create_index('uq_spam_cleanups_at_work', 'spam_cleanups', ['user_id'], unique=True, sqlite_where=AT_WORK, postgresql_where=AT_WORK)
    op.create_table('cleaned_posts',
    sa.Column('cleanup_id', sa.Integer(), nullable=False),
    sa.Column('post_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('visibility', sa.String(length=10), nullable=False),
    sa.Column('removal_id', sa.Integer(), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['cleanup_id'], ['spam_cleanups.id'], name=op.f('fk_cleaned_posts_cleanup_id_spam_cleanups')),
    sa.ForeignKeyConstraint(['post_id'], ['posts.id'], name=op.f('fk_cleaned_posts_post_id_posts')),
    sa.ForeignKeyConstraint(['removal_id'], ['removals.id'], name=op.f('fk_cleaned_posts_removal_id_removals')),
    sa.PrimaryKeyConstraint('cleanup_id', 'post_id', name=op.f('pk_cleaned_posts'))
    )
    op.create_table('cleaned_cases',
    sa.Column('cleanup_id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['cleanup_id'], ['spam_cleanups.id'], name=op.f('fk_cleaned_cases_cleanup_id_spam_cleanups')),
    sa.PrimaryKeyConstraint('cleanup_id', 'case_id', name=op.f('pk_cleaned_cases'))
    )


def downgrade() -> None:
    op.drop_table('cleaned_cases')
    op.drop_table('cleaned_posts')
    op.drop_index('uq_spam_cleanups_at_work', 'spam_cleanups')
    op.drop_index('ix_spam_cleanups_user_id', 'spam_cleanups')
    op.drop_table('spam_cleanups')
