"""Teams, support cases, what is said in them, and since when the team has a question in hand."""

import sqlalchemy as sa
from alembic import op

revision = '0038'
down_revision = '0037'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('teams',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=60), nullable=False),
    sa.Column('names', sa.JSON(), nullable=False),
    sa.Column('lead_id', sa.Integer(), nullable=True),
    sa.Column('calendar_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['lead_id'], ['users.id'], name=op.f('fk_teams_lead_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_teams')),
    sa.UniqueConstraint('slug', name=op.f('uq_teams_slug'))
    )
    op.create_table('team_boards',
    sa.Column('board_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('team_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['board_id'], ['boards.id'], name=op.f('fk_team_boards_board_id_boards')),
    sa.ForeignKeyConstraint(['team_id'], ['teams.id'], name=op.f('fk_team_boards_team_id_teams')),
    sa.PrimaryKeyConstraint('board_id', name=op.f('pk_team_boards'))
    )
    op.create_index('ix_team_boards_team_id', 'team_boards', ['team_id'])
    op.create_table('team_members',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('team_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('added_by_id', sa.Integer(), nullable=True),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['added_by_id'], ['users.id'], name=op.f('fk_team_members_added_by_id_users')),
    sa.ForeignKeyConstraint(['team_id'], ['teams.id'], name=op.f('fk_team_members_team_id_teams')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_team_members_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_team_members')),
    sa.UniqueConstraint('team_id', 'user_id', name=op.f('uq_team_members_team_id_user_id'))
    )
    op.create_index('ix_team_members_user_id', 'team_members', ['user_id'])
    op.create_table('support_cases',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=True),
    sa.Column('board_id', sa.Integer(), nullable=True),
    sa.Column('requester_id', sa.Integer(), nullable=True),
    sa.Column('requester_email', sa.String(length=255), nullable=True),
    sa.Column('subject', sa.String(length=300), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('priority', sa.String(length=10), nullable=False),
    sa.Column('team_id', sa.Integer(), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('channel', sa.String(length=10), nullable=False),
    sa.Column('outcome', sa.String(length=20), nullable=True),
    sa.Column('contact_reason', sa.String(length=20), nullable=True),
    sa.Column('hold_reason', sa.String(length=500), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('customer_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('staff_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('solved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("channel IN ('question', 'mail', 'form')", name=op.f('ck_support_cases_channel')),
    sa.CheckConstraint("priority IN ('urgent', 'high', 'normal', 'low')", name=op.f('ck_support_cases_priority')),
    sa.CheckConstraint("state IN ('new', 'open', 'pending', 'on_hold', 'returned', 'solved', 'closed')", name=op.f('ck_support_cases_state')),
    sa.ForeignKeyConstraint(['board_id'], ['boards.id'], name=op.f('fk_support_cases_board_id_boards')),
    sa.ForeignKeyConstraint(['owner_id'], ['users.id'], name=op.f('fk_support_cases_owner_id_users')),
    sa.ForeignKeyConstraint(['question_id'], ['questions.id'], name=op.f('fk_support_cases_question_id_questions')),
    sa.ForeignKeyConstraint(['requester_id'], ['users.id'], name=op.f('fk_support_cases_requester_id_users')),
    sa.ForeignKeyConstraint(['team_id'], ['teams.id'], name=op.f('fk_support_cases_team_id_teams')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_support_cases'))
    )
    op.create_index('ix_support_cases_live_question', 'support_cases', ['question_id'], unique=True, sqlite_where=sa.text("state <> 'closed'"), postgresql_where=sa.text("state <> 'closed'"))
    op.create_index('ix_support_cases_owner_id', 'support_cases', ['owner_id', 'state', 'id'])
    op.create_index('ix_support_cases_question_id', 'support_cases', ['question_id', 'id'])
    op.create_index('ix_support_cases_requester_id', 'support_cases', ['requester_id', 'id'])
    op.create_index('ix_support_cases_solved_at', 'support_cases', ['state', 'solved_at'])
    op.create_index('ix_support_cases_team_id', 'support_cases', ['team_id', 'state', 'id'])
    op.create_table('case_links',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('other_id', sa.Integer(), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('follow_up', 'merged_into', 'parent')", name=op.f('ck_case_links_kind')),
    sa.CheckConstraint('case_id <> other_id', name=op.f('ck_case_links_two_cases')),
    sa.ForeignKeyConstraint(['case_id'], ['support_cases.id'], name=op.f('fk_case_links_case_id_support_cases')),
    sa.ForeignKeyConstraint(['made_by_id'], ['users.id'], name=op.f('fk_case_links_made_by_id_users')),
    sa.ForeignKeyConstraint(['other_id'], ['support_cases.id'], name=op.f('fk_case_links_other_id_support_cases')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_links')),
    sa.UniqueConstraint('case_id', 'kind', 'other_id', name=op.f('uq_case_links_case_id_kind_other_id'))
    )
    op.create_index('ix_case_links_other_id', 'case_links', ['other_id'])
    op.create_table('case_messages',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('direction', sa.String(length=3), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('html', sa.Text(), nullable=False),
    sa.Column('render_version', sa.Integer(), nullable=False),
    sa.Column('message_id', sa.String(length=255), nullable=True),
    sa.Column('post_id', sa.Integer(), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(kind = 'public') = (post_id IS NOT NULL)", name=op.f('ck_case_messages_public_is_a_post')),
    sa.CheckConstraint("direction IN ('in', 'out')", name=op.f('ck_case_messages_direction')),
    sa.CheckConstraint("kind IN ('public', 'private', 'internal')", name=op.f('ck_case_messages_kind')),
    sa.ForeignKeyConstraint(['author_id'], ['users.id'], name=op.f('fk_case_messages_author_id_users')),
    sa.ForeignKeyConstraint(['case_id'], ['support_cases.id'], name=op.f('fk_case_messages_case_id_support_cases')),
    sa.ForeignKeyConstraint(['post_id'], ['posts.id'], name=op.f('fk_case_messages_post_id_posts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_messages')),
    sa.UniqueConstraint('case_id', 'message_id', name=op.f('uq_case_messages_case_id_message_id')),
    sa.UniqueConstraint('case_id', 'post_id', name=op.f('uq_case_messages_case_id_post_id'))
    )
    op.create_index('ix_case_messages_author_id', 'case_messages', ['author_id'])
    op.create_index('ix_case_messages_case_id', 'case_messages', ['case_id', 'id'])
    op.create_index('ix_case_messages_message_id', 'case_messages', ['message_id'])
    op.create_table('case_steps',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('what', sa.String(length=20), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['users.id'], name=op.f('fk_case_steps_actor_id_users')),
    sa.ForeignKeyConstraint(['case_id'], ['support_cases.id'], name=op.f('fk_case_steps_case_id_support_cases')),
    sa.ForeignKeyConstraint(['owner_id'], ['users.id'], name=op.f('fk_case_steps_owner_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_steps'))
    )
    op.create_index('ix_case_steps_case_id', 'case_steps', ['case_id', 'id'])
    op.create_table('escalations',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=True),
    sa.Column('trigger', sa.String(length=20), nullable=False),
    sa.Column('occurrence', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['users.id'], name=op.f('fk_escalations_actor_id_users')),
    sa.ForeignKeyConstraint(['case_id'], ['support_cases.id'], name=op.f('fk_escalations_case_id_support_cases')),
    sa.ForeignKeyConstraint(['question_id'], ['questions.id'], name=op.f('fk_escalations_question_id_questions')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_escalations')),
    sa.UniqueConstraint('question_id', 'trigger', 'occurrence', name=op.f('uq_escalations_question_id_trigger_occurrence'))
    )
    op.create_index('ix_escalations_case_id', 'escalations', ['case_id', 'id'])
    op.add_column('questions', sa.Column('support_since', sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE questions SET support_since = asked_at WHERE status = 'support'")


def downgrade() -> None:
    op.drop_column('questions', 'support_since')
    op.drop_index('ix_escalations_case_id', 'escalations')
    op.drop_table('escalations')
    op.drop_index('ix_case_steps_case_id', 'case_steps')
    op.drop_table('case_steps')
    op.drop_index('ix_case_messages_message_id', 'case_messages')
    op.drop_index('ix_case_messages_case_id', 'case_messages')
    op.drop_index('ix_case_messages_author_id', 'case_messages')
    op.drop_table('case_messages')
    op.drop_index('ix_case_links_other_id', 'case_links')
    op.drop_table('case_links')
    op.drop_index('ix_support_cases_team_id', 'support_cases')
    op.drop_index('ix_support_cases_solved_at', 'support_cases')
    op.drop_index('ix_support_cases_requester_id', 'support_cases')
    op.drop_index('ix_support_cases_question_id', 'support_cases')
    op.drop_index('ix_support_cases_owner_id', 'support_cases')
    op.drop_index('ix_support_cases_live_question', 'support_cases', sqlite_where=sa.text("state <> 'closed'"), postgresql_where=sa.text("state <> 'closed'"))
    op.drop_table('support_cases')
    op.drop_index('ix_team_members_user_id', 'team_members')
    op.drop_table('team_members')
    op.drop_index('ix_team_boards_team_id', 'team_boards')
    op.drop_table('team_boards')
    op.drop_table('teams')
