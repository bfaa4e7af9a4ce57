"""What an entry is for, in plain words."""

from flask_babel import gettext as _


def cause_words(cause: str, *, is_reversal: bool) -> str:
    """Say what an entry is for, or what it takes back."""
    words = {
        "accepted": (_("Your answer was accepted"), _("Accepted answer, taken back")),
        "acceptance_given": (_("You accepted an answer"), _("Your acceptance, taken back")),
        "kudos_answer": (_("Kudos for your answer"), _("Kudos for your answer, taken back")),
        "kudos_question": (_("Kudos for your question"), _("Kudos for your question, taken back")),
        "confirmed": (_("E-mail address confirmed"), _("E-mail address not confirmed any more")),
        "edit_taken": (
            _("The change you suggested was accepted"),
            _("The change you suggested, taken back"),
        ),
        "spotlit": (_("Answered in the spotlight"), _("Answer in the spotlight, taken back")),
        "accepted_bonus": (
            _("Promotion: more for your accepted answer"),
            _("Promotion: more for your accepted answer, taken back"),
        ),
        "acceptance_bonus": (
            _("Promotion: more for accepting an answer"),
            _("Promotion: more for accepting an answer, taken back"),
        ),
        "opening": (_("Brought along from before"), _("Brought along from before, taken back")),
        "adjustment": (_("Correction"), _("Correction, taken back")),
        "payout": (_("Paid out"), _("Payment that came back")),
        "expired": (_("Expired"), _("Expiry, taken back")),
    }
    return str(words[cause][is_reversal])
