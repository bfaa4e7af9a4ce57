"""Posts that wait for a person, and why."""

import sqlalchemy as sa
from alembic import op

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('held_posts',
    sa.Column('post_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('is_new', sa.Boolean(), nullable=False),
    sa.Column('findings', sa.JSON(), nullable=False),
    sa.Column('held_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['post_id'], ['posts.id'], name=op.f('fk_held_posts_post_id_posts')),
    sa.PrimaryKeyConstraint('post_id', name=op.f('pk_held_posts'))
    )


def downgrade() -> None:
    op.drop_table('held_posts')
