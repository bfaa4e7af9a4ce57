"""What notifications say of support cases, to customers and to the team."""

from flask_babel import gettext as _


def support_line(note: str) -> str:
    """Return that the support team wrote to a customer, or asks for their consent."""
    what, _sign, number = note.rpartition(":")
    if what == "consent":
        return _("The support team asks for your consent in case %(number)s", number=f"C-{number}")
    return _("The support team wrote to you in your case %(number)s", number=f"C-{number}")


def handed_over_line(number: str) -> str:
    """Return that a question is with the support team now."""
    return _("Your question is with the support team now: case %(number)s", number=f"C-{number}")


def solved_line(number: str) -> str:
    """Return that a case is solved."""
    return _("The support team has solved your case %(number)s", number=f"C-{number}")


def deadline_line(note: str) -> str:
    """Return which case is due soon, or late."""
    what, _sep, number = note.partition(":")
    if what == "near":
        return _("Support case %(number)s is due soon", number=f"C-{number}")
    return _("Support case %(number)s: a deadline was missed", number=f"C-{number}")


def called_line(number: str) -> str:
    """Return that a superuser's direct line was answered."""
    return _("The support team has answered where you called it: question %(num)s", num=number)


def customer_line(note: str) -> str:
    """Return that a customer wrote, or what they said to a publication."""
    what, _sign, number = note.rpartition(":")
    case = f"C-{number}"
    if what == "agreed":
        return _("The customer of %(number)s agreed: it is a public question now", number=case)
    if what == "declined":
        return _("The customer of %(number)s declined: it stays private", number=case)
    return _("The customer wrote in support case %(number)s", number=f"C-{number}")


def undelivered_line(number: str) -> str:
    """Return that a mail to somebody outside reached nobody."""
    return _("A mail to somebody outside about %(number)s was not delivered", number=f"C-{number}")


def rating_line(number: str) -> str:
    """Return that a customer was dissatisfied."""
    return _("A customer was dissatisfied with how case %(number)s was solved", number=number)
