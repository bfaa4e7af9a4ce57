"""Watched words, and what waits on boards."""

import sqlalchemy as sa
from alembic import op

revision = '0034'
down_revision = '0033'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('board_screenings',
    sa.Column('board_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('held', sa.String(length=10), nullable=False),
    sa.Column('first_posts', sa.Integer(), nullable=True),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("held IN ('nobody', 'newcomers', 'everybody')", name=op.f('ck_board_screenings_held')),
    sa.CheckConstraint('first_posts BETWEEN 0 AND 3', name=op.f('ck_board_screenings_first_posts')),
    sa.ForeignKeyConstraint(['board_id'], ['boards.id'], name=op.f('fk_board_screenings_board_id_boards')),
    sa.PrimaryKeyConstraint('board_id', name=op.f('pk_board_screenings'))
    )
    op.create_table('watched_words',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pattern', sa.String(length=200), nullable=False),
    sa.Column('is_regex', sa.Boolean(), nullable=False),
    sa.Column('action', sa.String(length=10), nullable=False),
    sa.Column('replacement', sa.String(length=200), nullable=False),
    sa.Column('tag', sa.String(length=40), nullable=False),
    sa.Column('language', sa.String(length=5), nullable=True),
    sa.Column('board_id', sa.Integer(), nullable=True),
    sa.Column('is_enabled', sa.Boolean(), nullable=False),
    sa.Column('added_by_id', sa.Integer(), nullable=True),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("action IN ('block', 'hold', 'replace', 'tag', 'flag')", name=op.f('ck_watched_words_action')),
    sa.ForeignKeyConstraint(['added_by_id'], ['users.id'], name=op.f('fk_watched_words_added_by_id_users')),
    sa.ForeignKeyConstraint(['board_id'], ['boards.id'], name=op.f('fk_watched_words_board_id_boards')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_watched_words'))
    )
    op.create_index('ix_watched_words_is_enabled', 'watched_words', ['is_enabled', 'id'])


def downgrade() -> None:
    op.drop_table('watched_words')
    op.drop_table('board_screenings')
