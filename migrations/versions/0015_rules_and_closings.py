"""Versions of the rules, closed books, and members who earn nothing by each other."""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

# Of a version of the rules only this may change: that it is withdrawn before it begins.
RULES = (
    'currency, version, begins_at, amounts, full_givers, later_kudos, daily_cap,'
    ' matures_after_days, created_by_id, created_at'
)


def upgrade() -> None:
    op.create_table('rule_versions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(length=10), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('begins_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('amounts', sa.JSON(), nullable=False),
    sa.Column('full_givers', sa.Integer(), nullable=False),
    sa.Column('later_kudos', sa.Integer(), nullable=False),
    sa.Column('daily_cap', sa.Integer(), nullable=False),
    sa.Column('matures_after_days', sa.Integer(), nullable=True),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_by_id', sa.Integer(), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("currency IN ('reputation', 'payback')", name=op.f('ck_rule_versions_currency')),
    sa.CheckConstraint('full_givers >= 0 AND later_kudos >= 0 AND daily_cap >= 0', name=op.f('ck_rule_versions_numbers')),
    sa.ForeignKeyConstraint(['created_by_id'], ['users.id'], name=op.f('fk_rule_versions_created_by_id_users')),
    sa.ForeignKeyConstraint(['withdrawn_by_id'], ['users.id'], name=op.f('fk_rule_versions_withdrawn_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rule_versions')),
    sa.UniqueConstraint('currency', 'version', name=op.f('uq_rule_versions_currency_version')),
    )
    op.create_table('ledger_exclusions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('other_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=20), nullable=False),
    sa.Column('reference', sa.String(length=60), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lifted_by_id', sa.Integer(), nullable=True),
    sa.Column('lifted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('user_id < other_id', name=op.f('ck_ledger_exclusions_order')),
    sa.ForeignKeyConstraint(['created_by_id'], ['users.id'], name=op.f('fk_ledger_exclusions_created_by_id_users')),
    sa.ForeignKeyConstraint(['lifted_by_id'], ['users.id'], name=op.f('fk_ledger_exclusions_lifted_by_id_users')),
    sa.ForeignKeyConstraint(['other_id'], ['users.id'], name=op.f('fk_ledger_exclusions_other_id_users')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_ledger_exclusions_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_exclusions')),
    sa.UniqueConstraint('user_id', 'other_id', 'reference', name=op.f('uq_ledger_exclusions_user_id_other_id_reference')),
    )
    op.create_index('ix_ledger_exclusions_other_id', 'ledger_exclusions', ['other_id'])
    op.create_index('ix_ledger_exclusions_reference', 'ledger_exclusions', ['reference'])
    op.create_table('ledger_closings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(length=10), nullable=False),
    sa.Column('before', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_closings')),
    sa.UniqueConstraint('currency', 'before', name=op.f('uq_ledger_closings_currency_before')),
    )
    refuse_changes('rule_versions', f'UPDATE OF {RULES}')
    refuse_changes('ledger_closings', 'UPDATE')


def refuse_changes(table: str, change: str) -> None:
    """Let the database refuse a change of a table, and any deletion."""
    if op.get_bind().dialect.name == 'sqlite':
        for name, act in (('update', change), ('delete', 'DELETE')):
            op.execute(
                f"CREATE TRIGGER {table}_no_{name} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} are append-only'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION refuse_change_of_{table}() RETURNS trigger AS $$ "
        f"BEGIN RAISE EXCEPTION '{table} are append-only'; END $$ LANGUAGE plpgsql"
    )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE {change} OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION refuse_change_of_{table}()"
    )


def downgrade() -> None:
    for table in ('ledger_closings', 'ledger_exclusions', 'rule_versions'):
        op.drop_table(table)
    if op.get_bind().dialect.name == 'postgresql':
        for table in ('ledger_closings', 'rule_versions'):
            op.execute(f'DROP FUNCTION refuse_change_of_{table}()')
