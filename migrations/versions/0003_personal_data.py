"""personal data."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('former_identifiers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('value', sa.String(length=255), nullable=False),
    sa.Column('given_up_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_former_identifiers_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_former_identifiers'))
    )
    op.create_index('ix_former_identifiers_user_id', 'former_identifiers', ['user_id'])
    op.create_table('personal_exports',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('requested_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('built_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('file_name', sa.String(length=80), nullable=True),
    sa.Column('size_bytes', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_personal_exports_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_personal_exports'))
    )
    op.create_index('ix_personal_exports_user_id', 'personal_exports', ['user_id', 'id'])


def downgrade() -> None:
    op.drop_index('ix_personal_exports_user_id', 'personal_exports')
    op.drop_table('personal_exports')
    op.drop_index('ix_former_identifiers_user_id', 'former_identifiers')
    op.drop_table('former_identifiers')
