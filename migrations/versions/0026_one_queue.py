"""Cases of any kind: about which post, how urgent, which rule, and whether somebody was alerted."""

import sqlalchemy as sa
from alembic import op

revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('moderation_cases') as batch_op:
        batch_op.add_column(sa.Column('post_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('priority', sa.Integer(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('decision_key', sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column('rule', sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column('alerted_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(op.f('fk_moderation_cases_post_id_posts'), 'posts', ['post_id'], ['id'])
        batch_op.create_index('ix_moderation_cases_queue', ['state', 'priority', 'id'])
        batch_op.create_index('ix_moderation_cases_post_id', ['post_id', 'id'])
    op.execute("UPDATE moderation_cases SET decision_key = decision WHERE decision IS NOT NULL")


def downgrade() -> None:
    with op.batch_alter_table('moderation_cases') as batch_op:
        batch_op.drop_index('ix_moderation_cases_post_id')
        batch_op.drop_index('ix_moderation_cases_queue')
        batch_op.drop_constraint(op.f('fk_moderation_cases_post_id_posts'), type_='foreignkey')
        batch_op.drop_column('alerted_at')
        batch_op.drop_column('rule')
        batch_op.drop_column('decision_key')
        batch_op.drop_column('priority')
        batch_op.drop_column('post_id')
