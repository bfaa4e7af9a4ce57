"""Notifications about a member and no post."""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('notifications', schema=None) as batch_op:
        batch_op.add_column(sa.Column('page', sa.String(length=120), server_default='', nullable=False))
        batch_op.alter_column('post_id', existing_type=sa.Integer(), nullable=True)
        batch_op.alter_column('question_id', existing_type=sa.Integer(), nullable=True)
        batch_op.create_check_constraint(op.f('ck_notifications_page'), "(post_id IS NULL) = (page <> '')")


def downgrade() -> None:
    op.execute('DELETE FROM notifications WHERE post_id IS NULL')
    with op.batch_alter_table('notifications', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_notifications_page'), type_='check')
        batch_op.alter_column('question_id', existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column('post_id', existing_type=sa.Integer(), nullable=False)
        batch_op.drop_column('page')
