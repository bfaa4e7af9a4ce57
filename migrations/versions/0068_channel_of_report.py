"""Count the report on deadlines by channel from the index, too."""

from alembic import op

revision = '0068'
down_revision = '0067'
branch_labels = None
depends_on = None

COLUMNS = ['started_at', 'id', 'kind', 'state', 'due_at', 'team_id', 'policy_id', 'priority', 'board_id']


def upgrade() -> None:
    op.drop_index('ix_sla_clocks_started_at', table_name='sla_clocks')
    op.create_index('ix_sla_clocks_started_at', 'sla_clocks', [*COLUMNS, 'channel'])


def downgrade() -> None:
    op.drop_index('ix_sla_clocks_started_at', table_name='sla_clocks')
    op.create_index('ix_sla_clocks_started_at', 'sla_clocks', COLUMNS)
