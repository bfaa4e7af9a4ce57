"""Every periodic task, one line each."""

from datetime import timedelta

from community.core.allowances import prune_allowances
from community.core.worker import Periodic
from community.escalation.cases.operations.rotation import offer_waiting_cases
from community.escalation.cases.tasks import close_settled_cases
from community.escalation.connectors.tasks import poll_connectors, reconcile_connectors
from community.escalation.csat.operations.asking import ask_customers
from community.escalation.mail_in.tasks import poll_mail
from community.escalation.sla.tasks import sweep_clocks
from community.escalation.triggers.operations.waits import refresh_answer_waits
from community.escalation.triggers.operations.watching import plan_again, sweep_due
from community.identity.operations.names import fill_skeletons
from community.notifications.operations.digests import plan_digests
from community.notifications.operations.welcoming import sweep_welcomes
from community.posts.attaching import delete_stray_images
from community.posts.operations import render_again
from community.privacy.operations.erasures import erase_due_accounts
from community.privacy.tasks import forget_old
from community.questions.operations.ending import end_quiet_questions
from community.questions.operations.placing import end_locks_and_pauses
from community.questions.rebuild import refresh_waits
from community.search.tasks import check_index
from moderation.audit.tasks import check_log, note_head
from moderation.cases.tasks import alert_of_old_cases, file_settled_cases
from moderation.duplicates.tasks import ask_moderators_about_silent
from moderation.sanctions.operations.sanctions import expire_sanctions
from moderation.spam.tasks import calibrate_scores
from reputation.badges.operations.granting import refresh_all_badges
from reputation.fairness.tasks import look_for_rings
from reputation.leaderboards.tasks import check_leaderboards
from reputation.payback.tasks import drive_payback
from reputation.payouts.tasks import verify_books, watch_books
from reputation.ranks.operations import refresh_ranks
from reputation.superusers.operations.following import look_after_superusers, tell_of_silence
from reputation.trust.operations import refresh_levels

PERIODIC = (
    Periodic(sweep_clocks, timedelta(minutes=1)),
    Periodic(alert_of_old_cases, timedelta(minutes=10)),
    Periodic(ask_moderators_about_silent, timedelta(hours=1)),
    Periodic(file_settled_cases, timedelta(days=1)),
    Periodic(offer_waiting_cases, timedelta(minutes=1)),
    Periodic(close_settled_cases, timedelta(minutes=10)),
    Periodic(prune_allowances, timedelta(minutes=15)),
    Periodic(expire_sanctions, timedelta(minutes=1)),
    Periodic(end_quiet_questions, timedelta(minutes=10)),
    Periodic(end_locks_and_pauses, timedelta(minutes=1)),
    Periodic(fill_skeletons, timedelta(minutes=1)),
    Periodic(render_again, timedelta(minutes=1)),
    Periodic(delete_stray_images, timedelta(days=1)),
    Periodic(poll_mail, timedelta(minutes=1)),
    Periodic(poll_connectors, timedelta(minutes=5)),
    Periodic(reconcile_connectors, timedelta(hours=1)),
    Periodic(plan_digests, timedelta(minutes=10)),
    Periodic(sweep_welcomes, timedelta(minutes=10)),
    Periodic(refresh_waits, timedelta(minutes=10)),
    Periodic(sweep_due, timedelta(minutes=1)),
    # Locking and unlocking tell nobody, and a calendar may have changed.
    Periodic(plan_again, timedelta(hours=6)),
    Periodic(refresh_answer_waits, timedelta(hours=6)),
    Periodic(ask_customers, timedelta(minutes=10)),
    Periodic(check_index, timedelta(minutes=1)),
    Periodic(erase_due_accounts, timedelta(minutes=10)),
    Periodic(look_for_rings, timedelta(days=1)),
    Periodic(forget_old, timedelta(hours=1)),
    Periodic(refresh_ranks, timedelta(days=1)),
    Periodic(check_leaderboards, timedelta(days=1)),
    Periodic(look_after_superusers, timedelta(hours=1)),
    Periodic(tell_of_silence, timedelta(days=1)),
    Periodic(drive_payback, timedelta(minutes=10)),
    Periodic(refresh_levels, timedelta(days=1)),
    Periodic(refresh_all_badges, timedelta(days=1)),
    Periodic(calibrate_scores, timedelta(days=1)),
    Periodic(watch_books, timedelta(minutes=1)),
    Periodic(verify_books, timedelta(hours=1)),
    Periodic(note_head, timedelta(minutes=5)),
    Periodic(check_log, timedelta(days=1)),
)
