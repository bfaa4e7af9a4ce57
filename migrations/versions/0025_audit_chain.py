"""The chain of seals over the audit log.

What was written before is sealed by the application, which knows the key: by whoever seals first.
"""

import sqlalchemy as sa
from alembic import op

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('audit_seals',
    sa.Column('position', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(length=8), nullable=False),
    sa.Column('key_id', sa.String(length=16), nullable=False),
    sa.Column('seal', sa.String(length=64), nullable=False),
    sa.CheckConstraint("origin IN ('written', 'adopted')", name=op.f('ck_audit_seals_origin')),
    sa.CheckConstraint('position > 0', name=op.f('ck_audit_seals_position')),
    sa.PrimaryKeyConstraint('position', name=op.f('pk_audit_seals'))
    )
    op.create_index('ix_audit_seals_entry_id', 'audit_seals', ['entry_id'], unique=True)
    op.create_table('audit_heads',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('seal', sa.String(length=64), nullable=False),
    sa.Column('key_id', sa.String(length=16), nullable=False),
    sa.Column('signature', sa.String(length=64), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_audit_heads_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_heads'))
    )
    refuse_changes_to_seals()


def refuse_changes_to_seals() -> None:
    """Make the seals append-only in the database itself; the head may move and not go."""
    if op.get_bind().dialect.name == 'sqlite':
        for table, act in (('seals', 'UPDATE'), ('seals', 'DELETE'), ('heads', 'DELETE')):
            op.execute(
                f"CREATE TRIGGER audit_{table}_no_{act.lower()} BEFORE {act} ON audit_{table} "
                f"BEGIN SELECT RAISE(ABORT, 'audit {table} are append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_change_of_audit_seals() RETURNS trigger AS $$ "
        "BEGIN RAISE EXCEPTION 'audit seals are append-only'; END $$ LANGUAGE plpgsql"
    )
    op.execute(
        "CREATE TRIGGER audit_seals_append_only BEFORE UPDATE OR DELETE ON audit_seals "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_audit_seals()"
    )
    op.execute(
        "CREATE TRIGGER audit_heads_append_only BEFORE DELETE ON audit_heads "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_audit_seals()"
    )


def downgrade() -> None:
    op.drop_table('audit_heads')
    op.drop_table('audit_seals')
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP FUNCTION refuse_change_of_audit_seals()')
