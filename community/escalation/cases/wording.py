"""What cases and what happens to them are called."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

STATE_WORDS: dict[str, LazyString] = {
    "new": _l("New"),
    "open": _l("In hand"),
    "pending": _l("Waits for the customer"),
    "on_hold": _l("Waits for somebody else"),
    "returned": _l("Handed back to the community"),
    "solved": _l("Solved"),
    "closed": _l("Closed"),
}
# The same for whoever asked.
OWN_STATE_WORDS: dict[str, LazyString] = {
    "new": _l("The support team has it"),
    "open": _l("The support team is at work on it"),
    "pending": _l("We wait for your reply"),
    "on_hold": _l("We wait for somebody else"),
    "returned": _l("With the community; the support team keeps an eye on it"),
    "solved": _l("Solved"),
    "closed": _l("Closed"),
}
VIEW_WORDS: dict[str, LazyString] = {
    "mine": _l("Mine"),
    "team": _l("Team"),
    "unassigned": _l("Unassigned"),
    "breached": _l("Overdue"),
    "waiting": _l("Waiting"),
    "all": _l("All"),
}
ORDER_WORDS: dict[str, LazyString] = {
    "time": _l("by time left"),
    "priority": _l("by priority"),
}
CHANNEL_WORDS: dict[str, LazyString] = {
    "question": _l("public question"),
    "mail": _l("by e-mail"),
    "form": _l("private"),
}
OUTCOME_WORDS: dict[str, LazyString] = {
    "answered": _l("Question answered"),
    "fixed": _l("Fault mended"),
    "workaround": _l("A way around it"),
    "not_possible": _l("Not possible"),
    "no_reply": _l("No reply from the customer"),
    "answered_by_peers": _l("Answered by the community"),
    "merged": _l("Part of another case"),
    "spam": _l("Spam"),
}
REASON_WORDS: dict[str, LazyString] = {
    "how_to": _l("How something works"),
    "fault": _l("Fault"),
    "account": _l("Account and sign-in"),
    "contract": _l("Contract"),
    "billing": _l("Bill and payment"),
    "delivery": _l("Order and delivery"),
    "complaint": _l("Complaint"),
    "other": _l("Something else"),
}
STEP_WORDS: dict[str, LazyString] = {
    "team": _l("Handed over to another team"),
    "priority_urgent": _l("Priority: urgent"),
    "priority_high": _l("Priority: high"),
    "priority_normal": _l("Priority: normal"),
    "priority_low": _l("Priority: low"),
    "opened": _l("Handed to the support team"),
    "escalated": _l("Came up again"),
    "open": _l("In hand again"),
    "pending": _l("Waits for the customer"),
    "on_hold": _l("Waits for somebody else"),
    "returned": _l("Handed back to the community"),
    "solved": _l("Solved"),
    "closed": _l("Closed"),
    "merged": _l("Another case of the customer was made a part of this one"),
    "consent_asked": _l("The customer was asked whether a text may become a public question"),
    "consent_given": _l("The customer agreed: it is a public question now"),
    "consent_declined": _l("The customer declined: it stays private"),
    "consent_withdrawn": _l("The text for a public question was withdrawn"),
}
OWN_STEP_WORDS: dict[str, LazyString] = {
    "opened": _l("The support team has it"),
    "escalated": _l("It came up again"),
    "open": _l("The support team goes on"),
    "pending": _l("We wait for your reply"),
    "on_hold": _l("We wait for somebody else"),
    "returned": _l("Back with the community; the support team keeps an eye on it"),
    "solved": _l("Solved"),
    "closed": _l("Closed"),
    "merged": _l("Another of your cases was made a part of this one"),
    "consent_asked": _l("You were asked whether a text may become a public question"),
    "consent_given": _l("You agreed: it is a public question now"),
    "consent_declined": _l("You declined: it stays private"),
    "consent_withdrawn": _l("The text for a public question was withdrawn"),
}
LINK_WORDS: dict[str, LazyString] = {
    "follow_up": _l("follows up"),
    "follow_up_of": _l("followed up by"),
    "merged_into": _l("part of"),
    "merged_into_of": _l("contains"),
    "parent": _l("belongs to"),
    "parent_of": _l("has"),
}
