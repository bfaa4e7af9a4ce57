"""Which rule of conduct a removed post broke."""

import sqlalchemy as sa
from alembic import op

revision = '0033'
down_revision = '0032'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('removals', sa.Column('rule', sa.String(length=20), server_default='', nullable=False))


def downgrade() -> None:
    op.drop_column('removals', 'rule')
