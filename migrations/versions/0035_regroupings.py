"""Questions merged and split, and posts turned into another kind."""

import sqlalchemy as sa
from alembic import op

revision = '0035'
down_revision = '0034'
branch_labels = None
depends_on = None

BEFORE = "visibility IN ('published', 'held', 'hidden', 'deleted')"
AFTER = "visibility IN ('published', 'held', 'hidden', 'deleted', 'merged')"
STANDING_MERGE = "kind = 'merge' AND undone_at IS NULL"


def upgrade() -> None:
    with op.batch_alter_table('posts', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_posts_visibility'), type_='check')
        batch_op.create_check_constraint(op.f('ck_posts_visibility'), AFTER)
    with op.batch_alter_table('acceptances', schema=None) as batch_op:
        batch_op.add_column(sa.Column('asker_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f('fk_acceptances_asker_id_users'), 'users', ['asker_id'], ['id'])
    op.create_table('regroupings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=7), nullable=False),
    sa.Column('source_id', sa.Integer(), nullable=False),
    sa.Column('target_id', sa.Integer(), nullable=False),
    sa.Column('post_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('carried', sa.JSON(), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('undone_by_id', sa.Integer(), nullable=True),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('merge', 'split', 'answer', 'comment')", name=op.f('ck_regroupings_kind')),
    sa.ForeignKeyConstraint(['made_by_id'], ['users.id'], name=op.f('fk_regroupings_made_by_id_users')),
    sa.ForeignKeyConstraint(['post_id'], ['posts.id'], name=op.f('fk_regroupings_post_id_posts')),
    sa.ForeignKeyConstraint(['source_id'], ['questions.id'], name=op.f('fk_regroupings_source_id_questions')),
    sa.ForeignKeyConstraint(['target_id'], ['questions.id'], name=op.f('fk_regroupings_target_id_questions')),
    sa.ForeignKeyConstraint(['undone_by_id'], ['users.id'], name=op.f('fk_regroupings_undone_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_regroupings'))
    )
    op.create_index('ix_regroupings_merged', 'regroupings', ['source_id'], unique=True, sqlite_where=sa.text(STANDING_MERGE), postgresql_where=sa.text(STANDING_MERGE))
    op.create_index('ix_regroupings_source_id', 'regroupings', ['source_id', 'id'])
    op.create_index('ix_regroupings_target_id', 'regroupings', ['target_id', 'id'])


def downgrade() -> None:
    op.drop_index('ix_regroupings_target_id', 'regroupings')
    op.drop_index('ix_regroupings_source_id', 'regroupings')
    op.drop_index('ix_regroupings_merged', 'regroupings')
    op.drop_table('regroupings')
    with op.batch_alter_table('acceptances', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('fk_acceptances_asker_id_users'), type_='foreignkey')
        batch_op.drop_column('asker_id')
    op.execute("UPDATE posts SET visibility = 'hidden' WHERE visibility = 'merged'")
    with op.batch_alter_table('posts', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_posts_visibility'), type_='check')
        batch_op.create_check_constraint(op.f('ck_posts_visibility'), BEFORE)
