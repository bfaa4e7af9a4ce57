"""The ledger of points; which kudos and acceptances came from elsewhere."""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

# Whatever stands on imported posts so far: who gave it, here or elsewhere, is not written down.
IMPORTED = (
    "UPDATE votes SET imported = true WHERE post_id IN "
    "(SELECT post_id FROM imported_records WHERE post_id IS NOT NULL AND source <> 'demo')",
    "UPDATE acceptances SET imported = true WHERE answer_id IN "
    "(SELECT post_id FROM imported_records WHERE post_id IS NOT NULL AND source <> 'demo')",
)


def upgrade() -> None:
    for table in ('votes', 'acceptances'):
        op.add_column(table, sa.Column('imported', sa.Boolean(), server_default=sa.false(), nullable=False))
    for statement in IMPORTED:
        op.execute(statement)
    op.create_table('ledger_accounts',
    sa.Column('user_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('reputation', sa.Integer(), nullable=False),
    sa.Column('payback', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_ledger_accounts_user_id_users')),
    sa.PrimaryKeyConstraint('user_id', name=op.f('pk_ledger_accounts'))
    )
    op.create_table('ledger_entries',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(length=10), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('cause', sa.String(length=20), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('rule_version', sa.Integer(), nullable=False),
    sa.Column('post_id', sa.Integer(), nullable=True),
    sa.Column('giver_id', sa.Integer(), nullable=True),
    sa.Column('event_id', sa.Integer(), nullable=True),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('earned_on', sa.Date(), nullable=False),
    sa.Column('matures_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reverses_id', sa.Integer(), nullable=True),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('amount <> 0', name=op.f('ck_ledger_entries_amount')),
    sa.CheckConstraint("currency IN ('reputation', 'payback')", name=op.f('ck_ledger_entries_currency')),
    sa.ForeignKeyConstraint(['giver_id'], ['users.id'], name=op.f('fk_ledger_entries_giver_id_users')),
    sa.ForeignKeyConstraint(['post_id'], ['posts.id'], name=op.f('fk_ledger_entries_post_id_posts')),
    sa.ForeignKeyConstraint(['reverses_id'], ['ledger_entries.id'], name=op.f('fk_ledger_entries_reverses_id_ledger_entries')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_ledger_entries_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_entries')),
    sa.UniqueConstraint('key', name=op.f('uq_ledger_entries_key')),
    sa.UniqueConstraint('reverses_id', name=op.f('uq_ledger_entries_reverses_id'))
    )
    op.create_index('ix_ledger_entries_user_id', 'ledger_entries', ['user_id', 'id'])
    op.create_index('ix_ledger_entries_user_id_earned_on', 'ledger_entries', ['user_id', 'earned_on'])
    op.create_index('ix_ledger_entries_post_id', 'ledger_entries', ['post_id', 'user_id'])
    refuse_changes_to_entries()


def refuse_changes_to_entries() -> None:
    """Make the ledger append-only in the database itself."""
    if op.get_bind().dialect.name == 'sqlite':
        for act in ('UPDATE', 'DELETE'):
            op.execute(
                f"CREATE TRIGGER ledger_entries_no_{act.lower()} BEFORE {act} ON ledger_entries "
                "BEGIN SELECT RAISE(ABORT, 'ledger entries are append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_change_of_ledger_entries() RETURNS trigger AS $$ "
        "BEGIN RAISE EXCEPTION 'ledger entries are append-only'; END $$ LANGUAGE plpgsql"
    )
    op.execute(
        "CREATE TRIGGER ledger_entries_append_only BEFORE UPDATE OR DELETE ON ledger_entries "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_ledger_entries()"
    )


def downgrade() -> None:
    op.drop_table('ledger_entries')
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP FUNCTION refuse_change_of_ledger_entries()')
    op.drop_table('ledger_accounts')
    for table in ('acceptances', 'votes'):
        op.drop_column(table, 'imported')
