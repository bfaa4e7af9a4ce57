"""What each lesson of the spam score weighs, and each token by its lessons."""

import sqlalchemy as sa
from alembic import op

revision = '0072'
down_revision = '0071'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('spam_models', sa.Column('is_weighed', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('spam_tokens', sa.Column('weight', sa.BigInteger(), server_default='0', nullable=False))
    op.add_column('spam_lessons', sa.Column('weight', sa.Integer(), server_default='0', nullable=False))


def downgrade() -> None:
    op.drop_column('spam_lessons', 'weight')
    op.drop_column('spam_tokens', 'weight')
    op.drop_column('spam_models', 'is_weighed')
