"""The support team: who belongs to it, and what it worked on for whom.

What a customer wrote in private is theirs; what was answered belongs to the case, and both lose the
names of whoever is erased.
"""

from community.privacy.marks import (
    Erasure,
    Personal,
    Rows,
    Table,
    blanked,
    derived,
    goes,
    kept,
    other_person,
    rewritten,
)

TABLES = {
    "handover_rules": Table(
        nothing="board_id is_on is_urgent urgent_tags normal_hours urgent_hours me_too_count"
    ),
    "waiting_questions": Table(nothing="question_id due_at"),
    "alarm_words": Table(nothing="kind language words"),
    "unsolved_reports": Table(
        of_post="question_id",
        kept_for="post",
        nothing="id source",
        personal={
            "question_id": kept("question they said was still not solved"),
            "said_at": kept("when they said so"),
        },
    ),
    "teams": Table(
        nothing="id slug names calendar_id version rotates created_at",
        personal={"lead_id": other_person("who leads the team")},
    ),
    "team_members": Table(
        owner="user_id",
        kept_for="account",
        nothing="id team_id",
        personal={
            "user_id": kept("who works in a team"),
            "added_by_id": other_person("who added them"),
            "added_at": kept("since when"),
        },
    ),
    "desk_agents": Table(
        owner="user_id",
        rows=Rows.DELETED,
        kept_for="account",
        nothing="version",
        personal={
            "user_id": goes("who works on support cases"),
            "capacity": goes("how many cases they are given"),
            "languages": goes("languages they answer in"),
            "boards": goes("boards they know about"),
            "tags": goes("topics they know about"),
            "away_until": goes("until when they are away"),
            "given_at": goes("when they were given a case last"),
        },
    ),
    "team_boards": Table(nothing="board_id team_id"),
    "support_cases": Table(
        owner="requester_id",
        kept_for="support_cases",
        nothing="id question_id board_id team_id channel unplaced_at",
        personal={
            "requester_id": kept("whom it is for"),
            "requester_email": blanked("address of somebody without an account"),
            "subject": rewritten("what it is about"),
            "state": kept("what became of it"),
            "priority": kept("how pressing it is"),
            "owner_id": other_person("who of the team works on it"),
            "language": kept("in which language"),
            "outcome": kept("what it came to"),
            "contact_reason": kept("what kind of matter it was"),
            "hold_reason": rewritten("what it waits for"),
            "opened_at": kept("since when"),
            "customer_at": kept("when they last wrote"),
            "staff_at": kept("when the team last answered"),
            "solved_at": kept("when it was solved"),
            "closed_at": kept("when it was closed"),
        },
    ),
    "case_messages": Table(
        owner="author_id",
        kept_for="support_cases",
        nothing="id case_id render_version message_id post_id",
        personal={
            "author_id": other_person("who wrote it"),
            "kind": kept("who may read it"),
            "direction": kept("whether they asked or answered"),
            "body": rewritten("text"),
            "html": derived("text, rendered", Erasure.REWRITTEN),
            "sent_at": kept("when"),
        },
    ),
    "case_files": Table(
        owner="author_id",
        rows=Rows.DELETED,
        kept_for="support_cases",
        nothing="id message_id",
        personal={
            "author_id": goes("who sent it"),
            "name": goes("what a file is called"),
            "content_type": goes("what it is"),
            "size_bytes": goes("how long it is"),
            "content": Personal("the file", Erasure.GOES, why_not="lies beside the lists"),
        },
    ),
    "case_publications": Table(
        owner="customer_id",
        kept_for="support_cases",
        nothing="id case_id board_id language text_hash question_id",
        personal={
            "customer_id": kept("who was asked whether a text may be published"),
            "address_hash": Personal(
                "keyed hash of a stranger's address", Erasure.KEPT, why_not="says nothing"
            ),
            "asked_by_id": other_person("who of the team asked"),
            "title": rewritten("title of the text"),
            "body": rewritten("the text"),
            "tags": rewritten("its tags"),
            "asked_at": kept("when they were asked"),
            "answer": kept("whether they agreed"),
            "way": kept("how they said so"),
            "is_named": kept("whether their name stands above it"),
            "answered_at": kept("when they said so"),
        },
    ),
    "received_mails": Table(
        owner="sender_id",
        kept_for="account",
        nothing="id key message_id case_id",
        personal={
            "sender_id": kept("who sent a mail"),
            "sender_email": blanked("address of somebody without an account"),
            "kind": kept("whether a person wrote it"),
            "reason": kept("why it was not taken"),
            "original": rewritten("all of a mail, with what it quoted"),
            "received_at": kept("when it came"),
        },
    ),
    "case_links": Table(
        nothing="id case_id kind other_id made_at",
        personal={"made_by_id": other_person("who of the team linked two cases")},
    ),
    "case_steps": Table(
        nothing="id case_id what at",
        personal={
            "actor_id": other_person("who did something with a case"),
            "owner_id": other_person("whose it was from then on"),
        },
    ),
    "case_presences": Table(
        owner="user_id",
        rows=Rows.DELETED,
        kept_for="case_presences",
        nothing="case_id",
        personal={
            "user_id": goes("who of the team has a case open"),
            "seen_at": goes("when they last had"),
            "typing_at": goes("when they last typed there"),
        },
    ),
    "connector_states": Table(nothing="name cursor succeeded_at failed_at error"),
    "connector_links": Table(
        nothing="id case_id connector external_id remote_state problem error attempts retry_at"
        " leased_until synced_at made_at"
    ),
    "connector_deliveries": Table(nothing="id link_id message_id external_id direction carried_at"),
    # With somebody outside, about a case; no part of the customer's own talk.
    "side_conversations": Table(
        kept_for="support_cases",
        nothing="id case_id started_at",
        personal={
            "email": other_person("whom the team asked"),
            "subject": Personal("what about", Erasure.REWRITTEN, why_not="is the team's own"),
            "started_by_id": other_person("who of the team asked"),
        },
    ),
    "side_messages": Table(
        kept_for="support_cases",
        nothing="id side_id direction render_version message_id sent_at undelivered_at",
        personal={
            "author_id": other_person("who of the team wrote it"),
            "sender_email": other_person("from where an answer came"),
            "body": Personal("text", Erasure.REWRITTEN, why_not="is the team's own"),
            "html": derived("text, rendered", Erasure.REWRITTEN),
        },
    ),
    "macros": Table(
        nothing="id team_id language name body state priority owner changed_at retired_at",
        personal={"changed_by_id": other_person("who of the team wrote it")},
    ),
    "csat_responses": Table(
        owner="customer_id",
        kept_for="csat_comments",
        nothing="id case_id team_id",
        personal={
            "customer_id": kept("who was asked"),
            "asked_at": kept("when"),
            "mark": kept("how satisfied they were"),
            "comment": rewritten("what they remarked"),
            "answered_at": kept("when they answered"),
        },
    ),
    "csat_refusals": Table(
        owner="user_id",
        rows=Rows.DELETED,
        kept_for="account",
        nothing="id address_hash",
        personal={
            "user_id": goes("who does not want to be asked how satisfied they were"),
            "refused_at": goes("since when"),
        },
    ),
    "escalations": Table(
        owner="actor_id",
        kept_for="account",
        nothing="id case_id question_id trigger occurrence",
        personal={
            "actor_id": kept("who handed something to the support team"),
            "reason": rewritten("why"),
            "at": kept("when"),
        },
    ),
    "calendars": Table(nothing="id name is_default version"),
    "calendar_versions": Table(
        nothing="calendar_id version valid_from zone spans country region holidays",
        personal={"changed_by_id": other_person("who of the team changed office hours")},
    ),
    "sla_policies": Table(
        nothing="id name position is_fallback is_retired version conditions targets restarts_next"
        " lead_after_minutes outside_after_minutes alarm_url changed_at",
        personal={
            "alarm_email": Personal(
                "address that alarms go to", Erasure.KEPT, why_not="is the operator's"
            ),
        },
    ),
    # How long the team took: of a case, which says itself whose it is.
    "sla_clocks": Table(
        nothing="id case_id kind state policy_id policy_version calendar_id calendar_version"
        " team_id board_id priority language channel target_minutes spent_seconds counting_since"
        " started_at warn_at due_at next_at step warned_at pause_reason breached_at ended_at"
    ),
    "sla_events": Table(
        nothing="id case_id clock_id at what reason state step due_before due_at target_minutes"
        " spent_seconds policy_id policy_version calendar_id calendar_version"
    ),
}
