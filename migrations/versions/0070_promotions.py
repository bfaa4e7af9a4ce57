"""Promotions: rules under which something brings more for a while, from a budget."""

import sqlalchemy as sa
from alembic import op

revision = '0070'
down_revision = '0069'
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ('rule_versions', 'rule_drafts'):
        op.add_column(table, sa.Column('promotion', sa.JSON(none_as_null=True), nullable=True))
    refuse_new_promotions()
    op.create_table(
        'promotion_budgets',
        sa.Column('currency', sa.String(length=10), nullable=False),
        sa.Column('rule_version', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('budget', sa.Integer(), nullable=False),
        sa.Column('given', sa.Integer(), nullable=False),
        sa.CheckConstraint('given BETWEEN 0 AND budget', name=op.f('ck_promotion_budgets_given')),
        sa.PrimaryKeyConstraint('currency', 'rule_version', name=op.f('pk_promotion_budgets')),
    )
    op.create_table(
        'promotion_shares',
        sa.Column('user_id', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('post_id', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('currency', sa.String(length=10), nullable=False),
        sa.Column('rule_version', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('amount', sa.Integer(), nullable=False),
        sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint('amount >= 0', name=op.f('ck_promotion_shares_amount')),
        sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_promotion_shares_user_id_users')),
        sa.ForeignKeyConstraint(['post_id'], ['posts.id'], name=op.f('fk_promotion_shares_post_id_posts')),
        sa.PrimaryKeyConstraint('user_id', 'post_id', 'currency', 'rule_version', name=op.f('pk_promotion_shares')),
    )
    op.create_index('ix_promotion_shares_promotion', 'promotion_shares', ['currency', 'rule_version'])


def refuse_new_promotions() -> None:
    """Let the database refuse to change the promotion of rules, as it does with all they say."""
    act = 'CREATE TRIGGER rule_versions_no_promotion BEFORE UPDATE OF promotion ON rule_versions'
    if op.get_bind().dialect.name == 'sqlite':
        op.execute(f"{act} BEGIN SELECT RAISE(ABORT, 'rule_versions are append-only'); END")
    else:
        op.execute(f'{act} FOR EACH ROW EXECUTE FUNCTION refuse_change_of_rule_versions()')


def downgrade() -> None:
    where = '' if op.get_bind().dialect.name == 'sqlite' else ' ON rule_versions'
    op.execute(f'DROP TRIGGER rule_versions_no_promotion{where}')
    op.drop_table('promotion_shares')
    op.drop_table('promotion_budgets')
    for table in ('rule_drafts', 'rule_versions'):
        op.drop_column(table, 'promotion')
