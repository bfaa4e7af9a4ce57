"""What is learned of spam: counts by hashed token, lessons, and marks of texts."""

import sqlalchemy as sa
from alembic import op

revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('spam_models',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('salt', sa.String(length=200), nullable=False),
    sa.Column('spam_count', sa.Integer(), nullable=False),
    sa.Column('ham_count', sa.Integer(), nullable=False),
    sa.Column('reviewed_from', sa.Integer(), nullable=False),
    sa.Column('held_from', sa.Integer(), nullable=False),
    sa.CheckConstraint('reviewed_from <= held_from', name=op.f('ck_spam_models_scale')),
    sa.CheckConstraint('spam_count >= 0 AND ham_count >= 0', name=op.f('ck_spam_models_counts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_spam_models'))
    )
    op.create_table('spam_tokens',
    sa.Column('hash', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('spam_count', sa.Integer(), nullable=False),
    sa.Column('ham_count', sa.Integer(), nullable=False),
    sa.CheckConstraint('spam_count >= 0 AND ham_count >= 0', name=op.f('ck_spam_tokens_counts')),
    sa.PrimaryKeyConstraint('hash', name=op.f('pk_spam_tokens'))
    )
    op.create_table('spam_lessons',
    sa.Column('post_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('label', sa.String(length=4), nullable=False),
    sa.Column('hashes', sa.LargeBinary(), nullable=False),
    sa.Column('learned_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("label IN ('spam', 'ham')", name=op.f('ck_spam_lessons_label')),
    sa.ForeignKeyConstraint(['post_id'], ['posts.id'], name=op.f('fk_spam_lessons_post_id_posts')),
    sa.PrimaryKeyConstraint('post_id', name=op.f('pk_spam_lessons'))
    )
    op.create_index('ix_spam_lessons_learned_at', 'spam_lessons', ['learned_at'])
    op.create_table('text_marks',
    sa.Column('post_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('mark', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('marked_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['post_id'], ['posts.id'], name=op.f('fk_text_marks_post_id_posts')),
    sa.PrimaryKeyConstraint('post_id', 'mark', name=op.f('pk_text_marks'))
    )
    op.create_index('ix_text_marks_mark', 'text_marks', ['mark', 'post_id'])
    op.create_index('ix_text_marks_marked_at', 'text_marks', ['marked_at'])


def downgrade() -> None:
    op.drop_index('ix_text_marks_marked_at', 'text_marks')
    op.drop_index('ix_text_marks_mark', 'text_marks')
    op.drop_table('text_marks')
    op.drop_index('ix_spam_lessons_learned_at', 'spam_lessons')
    op.drop_table('spam_lessons')
    op.drop_table('spam_tokens')
    op.drop_table('spam_models')
