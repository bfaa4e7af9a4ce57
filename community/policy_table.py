"""Who may change what: every route that changes anything, in one place.

The table decides nothing: policies do, and views ask them. It says what they shall decide, for
people to read and for ``tests/test_policy_table.py``, which sends every request as every role about
every target and compares. A new route fails that test until it has a line here.

Targets: what is one's own; somebody else's, on the board that the board's staff look after;
somebody else's on another board. Board moderators and board agents hold their role on the first
board alone. Both boards are open to everybody: who may see a board at all is another matter
(``boards.policies``, ``tests/test_visibility.py``).
"""

from community.policy_roles import (
    ADMINS,
    EVERYBODY,
    MODERATORS,
    NOBODY,
    SIGNED_IN,
    STAFF,
    WRITERS,
    Policy,
    alike,
    of_others,
    of_owners,
    of_staff,
)

ACCOUNTS = {
    # The links in mails are the proof, whoever opens them; forms answer everybody alike.
    "identity.confirm_email_change": alike(EVERYBODY),
    "identity.confirm_registration": alike(EVERYBODY),
    "identity.forgot_password": alike(EVERYBODY),
    "identity.register": alike(EVERYBODY),
    "identity.reset_password": alike(EVERYBODY),
    "identity.send_confirmation": alike(EVERYBODY),
    "identity.send_sign_in_link": alike(EVERYBODY),
    "identity.sign_in": alike(EVERYBODY),
    "identity.sign_in_by_link": alike(EVERYBODY),
    "identity.ask_second_factor": alike(EVERYBODY),
    "identity.make_second_factor_challenge": alike(EVERYBODY),
    "identity.make_sign_in_challenge": alike(EVERYBODY),
    "identity.sign_in_with_passkey": alike(EVERYBODY),
    "identity.sign_out": alike(EVERYBODY),
    "providers.make_account": alike(EVERYBODY),
    "account.agree": alike(SIGNED_IN),
    "account.change_email": alike(SIGNED_IN),
    "account.change_password": alike(SIGNED_IN),
    "account.edit_name": alike(SIGNED_IN),
    "account.sign_out_everywhere": alike(SIGNED_IN),
    "account.sign_out_session": of_owners(SIGNED_IN),
    "account.verify": alike(SIGNED_IN),
    "account.make_verify_challenge": alike(SIGNED_IN),
    "account.begin_totp": alike(SIGNED_IN),
    "account.confirm_totp": alike(SIGNED_IN),
    "account.remove_totp": alike(SIGNED_IN),
    "account.make_registration_challenge": alike(SIGNED_IN),
    "account.add_passkey": alike(SIGNED_IN),
    "account.rename_passkey": of_owners(SIGNED_IN),
    "account.remove_passkey": of_owners(SIGNED_IN),
    "account.renew_recovery_codes": alike(SIGNED_IN),
    "privacy.create_archive": alike(SIGNED_IN),
    "privacy.create_erasure": alike(SIGNED_IN),
    "privacy.delete_erasure": alike(SIGNED_IN),
    "providers.connect_provider": alike(SIGNED_IN),
    "providers.disconnect_provider": alike(SIGNED_IN),
}

PREFERENCES = {
    "preferences.set_language": alike(EVERYBODY),
    "preferences.set_theme": alike(EVERYBODY),
    "preferences.edit_preferences": alike(SIGNED_IN),
    "notifications.read_all": alike(SIGNED_IN),
    "notifications.read_one": of_owners(SIGNED_IN),
    "notifications.save_preferences": alike(SIGNED_IN),
    "notifications.unsubscribe": alike(EVERYBODY),
    "mail_in.take_mail": alike(EVERYBODY),
    "notifications.watch_board": alike(SIGNED_IN),
    "notifications.unwatch_board": alike(SIGNED_IN),
    "notifications.watch_person": of_others(SIGNED_IN),
    "notifications.unwatch_person": of_others(SIGNED_IN),
    "notifications.watch_question": alike(SIGNED_IN),
    "notifications.unwatch_question": alike(SIGNED_IN),
    "notifications.watch_tag": alike(SIGNED_IN),
    "notifications.unwatch_tag": alike(SIGNED_IN),
}

SATISFACTION = {
    # As with other links in mails, whoever opens it holds the proof.
    "acceptance_links.accept": alike(EVERYBODY),
    "csat.answer": alike(EVERYBODY),
    "csat.refuse": alike(EVERYBODY),
    "publications.answer_request": alike(EVERYBODY),
    "publications.answer_own_request": of_owners(SIGNED_IN),
    "csat.answer_own": of_owners(SIGNED_IN),
    # The leads of teams may, too, those of their own; nobody there leads one.
    "macros.create_macro": alike(ADMINS),
    "macros.save_macro": alike(ADMINS),
    "macros.retire": alike(ADMINS),
    "macros.restore": alike(ADMINS),
    "connectors.test_connector": alike(ADMINS),
    "connectors.retry_link": alike(ADMINS),
    # The signature is the proof, whoever sends it.
    "connector_hooks.take_news": alike(EVERYBODY),
}

WRITING = {
    "attachments.create_attachment": alike(WRITERS),
    "attachments.remove_attachment": of_staff(MODERATORS, owners=SIGNED_IN),
    "posts.drop_draft": alike(EVERYBODY),
    "posts.preview_text": alike(EVERYBODY),
    "posts.save_draft": alike(SIGNED_IN),
    "search.create_deflection": alike(EVERYBODY),
    "questions.create_question": alike(WRITERS),
    "replies.create_answer": alike(WRITERS),
    "replies.create_comment": alike(WRITERS),
    "replies.create_revision": of_staff(MODERATORS | {"superuser"}, owners=WRITERS),
    # Who may edit a post suggests nothing. The author's word, or a moderator's, decides.
    "suggestions.create_suggestion": Policy(
        NOBODY,
        WRITERS - MODERATORS - {"superuser", "board moderator"},
        WRITERS - MODERATORS - {"superuser"},
    ),
    "suggestions.decide_suggestion": of_staff(MODERATORS, owners=WRITERS),
    "suggestions.withdraw_suggestion": of_owners(SIGNED_IN),
    "replies.save_tags": of_staff(MODERATORS | {"superuser"}, owners=WRITERS),
    # While nobody has replied.
    "replies.delete_post": of_staff(MODERATORS, owners=WRITERS),
    "replies.remove_post": of_staff(MODERATORS, owners=WRITERS),
    "replies.give_kudos": of_others(WRITERS),
    "questions.say_me_too": of_others(WRITERS),
    # Of one's own, wherever it was given; without any nothing changes.
    "replies.take_kudos_back": alike(SIGNED_IN),
    "questions.take_me_too_back": alike(SIGNED_IN),
}

HELPING = {
    "replies.accept_answer": of_staff(STAFF, owners=WRITERS),
    "replies.unaccept_answer": of_staff(STAFF, owners=WRITERS),
    "likely.refuse_likely": of_staff(STAFF, owners=WRITERS),
    "questions.close_question": of_staff(STAFF, owners=WRITERS),
    "questions.reopen_question": of_staff(STAFF, owners=WRITERS),
    # Members who have the standing may, too; nobody proposes it of what they asked themselves.
    "questions.propose_duplicate": of_staff(STAFF | {"superuser"})._replace(own=NOBODY),
    "questions.support_proposal": of_staff(STAFF | {"superuser"})._replace(own=NOBODY),
    # Who proposed it may, too.
    "questions.withdraw_proposal": of_staff(MODERATORS),
    "questions.answer_proposal": of_owners(WRITERS),
    # Nobody asks themselves for more facts.
    "questions.request_info": of_staff(STAFF | {"superuser"})._replace(own=NOBODY),
    # Askers may as well, once others have had the time to answer.
    "handover.hand_over": of_staff(STAFF | {"superuser"}),
    # Superusers alone: the team calls nobody but itself.
    "handover.call_directly": Policy(NOBODY, frozenset({"superuser"}), frozenset({"superuser"})),
    "handover.report_unsolved": of_owners(WRITERS),
    "handover_rules.save_rule": alike(ADMINS),
    "handover_rules.save_words": alike(ADMINS),
    "questions.lock_writing": of_staff(MODERATORS),
    "questions.unlock_writing": of_staff(MODERATORS),
    # Of superusers those of the second tier may merge, split and turn, too.
    "tools.merge_question": of_staff(MODERATORS),
    "tools.split_question": of_staff(MODERATORS),
    "tools.turn_post": of_staff(MODERATORS),
    "tools.undo_regrouping": of_staff(MODERATORS),
    "tools.pin_question": of_staff(MODERATORS),
    "tools.unpin_question": of_staff(MODERATORS),
    "tools.slow_question": of_staff(MODERATORS),
    "tools.unslow_question": of_staff(MODERATORS),
    # Of superusers those of the second tier may, too.
    "tools.move_question": of_staff(MODERATORS),
    "replies.hide_post": of_staff(MODERATORS),
    "replies.restore_post": of_staff(MODERATORS),
}

# Nobody sees or decides a case about themselves, or reports themselves.
MODERATION = {
    "moderation.claim_case": of_others(MODERATORS),
    "moderation.release_case": of_others(MODERATORS),
    "moderation.decide_case": of_others(MODERATORS),
    "moderation.undo_decision": of_others(MODERATORS),
    "moderation.close_case": of_others(MODERATORS),
    "moderation.create_note": of_others(MODERATORS),
    # Above administrators there is nobody.
    "moderation.create_handover": of_others(MODERATORS - ADMINS),
    # Nobody reads, or writes, notes about themselves.
    "staff_notes.create_note": of_others(STAFF),
    # One's own is what one wrote.
    "staff_notes.delete_note": Policy(STAFF, ADMINS, ADMINS),
    "audit_log.export_log": alike(ADMINS),
    "moderation.preview_letter": of_others(MODERATORS),
    # Nobody's voice counts about what they wrote themselves; members need points for it.
    "reviews.create_voice": of_staff(STAFF | {"superuser"})._replace(own=NOBODY),
    "flags.create_flag": of_others(WRITERS),
    "flags.create_member_flag": of_others(WRITERS),
    # What flags have hidden, once.
    "flags.create_mending": of_owners(WRITERS),
}

# Agents work on the cases of their teams, never on their own; here the board has a team of its own.
# A customer writes in their own case alone.
CASE_WORK = Policy(
    NOBODY, frozenset({"agent", "board agent", "admin"}), frozenset({"agent", "admin"})
)
SUPPORT = {
    "desk.create_message": CASE_WORK,
    "desk.fill_reply": CASE_WORK,
    "desk.show_present": CASE_WORK,
    "desk.merge": CASE_WORK,
    "desk.join": CASE_WORK,
    "desk.leave": CASE_WORK,
    "desk.tell_children": CASE_WORK,
    "publishing.create_publication": CASE_WORK,
    "publishing.withdraw_publication": CASE_WORK,
    **dict.fromkeys(("side.create_side", "side.create_message"), CASE_WORK),
    "desk.take_case": CASE_WORK,
    "desk.give_back": CASE_WORK,
    "desk.move_case": CASE_WORK,
    "desk.save_priority": CASE_WORK,
    "desk.hand_over": CASE_WORK,
    "desk.go_away": alike(frozenset({"agent", "board agent", "admin"})),
    "desk.come_back": alike(frozenset({"agent", "board agent", "admin"})),
    "support.create_message": of_owners(SIGNED_IN),
    # Who may not write in public can still reach the support team.
    "support.create_case": alike(SIGNED_IN),
}

SCREENING = {
    "words.create_word": alike(ADMINS),
    "words.try_words": alike(MODERATORS),
    "words.disable": alike(ADMINS),
    "words.enable": alike(ADMINS),
    "screenings.save_screening": of_staff(MODERATORS),
}

# Nobody sanctions themselves. Who stands as high, and what boards' moderators may say about posts
# there, is in ``moderation.sanctions.policies``.
SANCTIONS = {
    "sanctions.create_sanction": of_others(MODERATORS),
    "sanctions.lift": of_others(MODERATORS),
    "spam.create_cleanup": of_others(MODERATORS),
    "spam.take_cleanup_back": of_others(MODERATORS),
    "sanctions.save_text": alike(ADMINS),
    "sanctions.reset_text": alike(ADMINS),
    "decisions.confirm_reading": of_owners(SIGNED_IN),
    "decisions.create_appeal": of_owners(SIGNED_IN),
    # A password or a mail is the proof: who is suspended cannot sign in.
    "decisions.appeal_suspension": alike(EVERYBODY),
}

DEADLINES = (
    *("teams.create_team", "teams.save_team", "teams.delete_team"),
    *("teams.add_member", "teams.remove_member", "teams.save_agent"),
    *("calendars.create_calendar", "calendars.save_calendar", "calendars.add_holidays"),
    *("sla.create_policy", "sla.save_policy", "sla.move_policy", "sla.delete_policy"),
)

ADMINISTRATION = {
    **dict.fromkeys(DEADLINES, alike(ADMINS)),
    "administration.add_member": alike(ADMINS),
    "administration.delete_group": alike(ADMINS),
    "administration.give_role": alike(ADMINS),
    "administration.make_group": alike(ADMINS),
    "administration.remove_member": alike(ADMINS),
    "administration.rename_group": alike(ADMINS),
    "administration.save_audience": alike(ADMINS),
    "administration.create_badge": alike(ADMINS),
    "administration.save_badge": alike(ADMINS),
    "administration.save_rank": alike(ADMINS),
    "badges.grant_badge": of_others(MODERATORS),
    "badges.revoke_badge": of_others(MODERATORS),
    "administration.take_role": alike(ADMINS),
    # One's own level is set by others.
    "administration.fix_trust": of_others(ADMINS),
    "administration.free_trust": of_others(ADMINS),
    # Nor does anybody judge whose accounts their own are.
    "administration.link_person": of_others(ADMINS),
    "administration.unlink_person": of_others(ADMINS),
    # One's own account is closed and erased by the pages on one's own data.
    "privacy.create_disabling": of_others(ADMINS),
    "privacy.delete_disabling": of_others(ADMINS),
    "privacy.order_account_erasure": of_others(ADMINS),
}

POINTS = {
    # Nobody adjusts themselves, and above a limit a second person confirms.
    "adjustments.create_adjustment": of_others(MODERATORS),
    "adjustments.confirm": of_others(ADMINS),
    "adjustments.refuse": of_others(ADMINS),
    "adjustments.undo": of_others(MODERATORS),
    "adjustments.take": of_others(MODERATORS),
    "adjustments.uphold": of_others(MODERATORS),
    "adjustments.reject": of_others(MODERATORS),
    **dict.fromkeys(
        (
            *("rules.create_draft", "rules.save_draft", "rules.delete_draft"),
            *("rules.create_simulation", "rules.publish", "rules.withdraw"),
        ),
        alike(ADMINS),
    ),
    "appeals.create_appeal": of_owners(SIGNED_IN),
}

SUPERUSERS = {
    # Who has not helped enough, or has nothing to answer, is told so; that is no question of roles.
    "superusers.create_application": alike(SIGNED_IN),
    "superusers.accept_agreement": alike(SIGNED_IN),
    "superusers.leave": alike(SIGNED_IN),
    "superusers.create_invitation": alike(MODERATORS),
    # Nobody looks after their own membership.
    "superusers.decide": of_others(ADMINS),
    "superusers.change_tier": of_others(ADMINS),
    "superusers.extend_membership": of_others(ADMINS),
    "superusers.end_membership": of_others(ADMINS),
}

PAYBACK = {
    # Where nothing can be chosen now, the choice is refused to everybody alike.
    "payback.make_choice": alike(SIGNED_IN),
    "payback.save_details": alike(SIGNED_IN),
    "payback.remove_details": alike(SIGNED_IN),
    "payback.propose_charity": alike(SIGNED_IN),
    "payback.vote_for_charity": alike(SIGNED_IN),
    "payback.take_vote_back": alike(SIGNED_IN),
    "payback.approve_charity": alike(ADMINS),
    "payback.retire_charity": alike(ADMINS),
    "payback.take_step": alike(ADMINS),
    # Who locked the list does not approve it, whatever their role.
    "payouts.approve_list": alike(ADMINS),
    "payouts.bring_report": alike(ADMINS),
    "payouts.close_period": alike(ADMINS),
    "payouts.leave_line": alike(ADMINS),
    "payouts.lift_halt": alike(ADMINS),
    "payouts.make_file": alike(ADMINS),
    "payouts.retry_line": alike(ADMINS),
    "payouts.take_file": alike(ADMINS),
}

POLICIES: dict[str, Policy] = {
    **ACCOUNTS,
    **PREFERENCES,
    **SATISFACTION,
    **WRITING,
    **HELPING,
    **MODERATION,
    **SCREENING,
    **SUPPORT,
    **SANCTIONS,
    **ADMINISTRATION,
    **POINTS,
    **SUPERUSERS,
    **PAYBACK,
}

# What could take an account, or give one rights: who is signed in proves again that it is them.
# "account.sign_out_session" asks too, but only where another browser is to be signed out.
FRESHLY_PROVED = frozenset(
    {
        *("account.add_passkey", "account.begin_totp", "account.change_email"),
        *("account.change_password", "account.confirm_totp"),
        *("account.make_registration_challenge", "account.remove_passkey", "account.remove_totp"),
        *("account.rename_passkey", "account.renew_recovery_codes", "account.show_totp"),
        "account.sign_out_everywhere",
        *("handover_rules.save_rule", "handover_rules.save_words"),
        "adjustments.confirm",
        "adjustments.create_adjustment",
        "adjustments.refuse",
        "adjustments.reject",
        "adjustments.show_member",
        "adjustments.undo",
        "adjustments.uphold",
        *("administration.add_member", "administration.delete_group", "administration.give_role"),
        *("administration.make_group", "administration.remove_member", *DEADLINES),
        *("administration.rename_group", "administration.save_audience"),
        *("administration.create_badge", "administration.save_badge", "administration.save_rank"),
        "administration.take_role",
        *("payback.approve_charity", "payback.remove_details", "payback.retire_charity"),
        *("payback.save_details", "payback.take_step"),
        *("administration.fix_trust", "administration.free_trust", "administration.link_person"),
        "administration.unlink_person",
        *("payouts.approve_list", "payouts.bring_report", "payouts.close_period"),
        *("payouts.leave_line", "payouts.lift_halt", "payouts.make_file", "payouts.retry_line"),
        "payouts.take_file",
        "audit_log.export_log",
        "moderation.decide_case",
        *("words.create_word", "words.disable", "words.enable"),
        "screenings.save_screening",
        *("sanctions.create_sanction", "sanctions.lift", "sanctions.reset_text"),
        "sanctions.save_text",
        "spam.create_cleanup",
        "spam.take_cleanup_back",
        "moderation.undo_decision",
        *("privacy.create_archive", "privacy.create_disabling", "privacy.create_erasure"),
        *("privacy.delete_disabling", "privacy.download_archive", "privacy.new_erasure"),
        "privacy.order_account_erasure",
        "providers.connect_provider",
        "providers.disconnect_provider",
        *("superusers.change_tier", "superusers.create_invitation", "superusers.decide"),
        *("superusers.end_membership", "superusers.extend_membership"),
        *("rules.publish", "rules.withdraw"),
    }
)
