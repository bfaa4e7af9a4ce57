"""Routes about which the matrix has nothing that could be carried out, and why."""

# What these are about is nobody's here, or their proof does not fit: an answer that says so is no
# refusal. Each has tests of its own in ``tests/identity`` or ``tests/notifications``.
NO_LINK = "its link is of nobody: one that works is redeemed once, by whoever holds it"
NO_DEVICE = "a passkey's answer is signed by a device"
NO_PROVIDER = "there is no provider of this name"
NO_FIRST_FACTOR = "nobody has shown a password first"
ABOUT_NOTHING = {
    "identity.confirm_email_change": NO_LINK,
    "identity.confirm_registration": NO_LINK,
    "identity.reset_password": NO_LINK,
    "identity.sign_in_by_link": NO_LINK,
    "notifications.unsubscribe": NO_LINK,
    "mail_in.take_mail": "no provider hands mail over: the key that signs it is not set",
    "connector_hooks.take_news": "no connector is set up",
    "connectors.test_connector": "no connector is set up",
    "acceptance_links.accept": NO_LINK,
    "publications.answer_request": NO_LINK,
    "csat.answer": NO_LINK,
    "csat.refuse": NO_LINK,
    "account.add_passkey": NO_DEVICE,
    "identity.sign_in_with_passkey": NO_DEVICE,
    "providers.connect_provider": NO_PROVIDER,
    "providers.disconnect_provider": NO_PROVIDER,
    "providers.make_account": NO_PROVIDER,
    "identity.ask_second_factor": NO_FIRST_FACTOR,
    "identity.make_second_factor_challenge": NO_FIRST_FACTOR,
    "superusers.create_application": "everybody there is a superuser, or has too few points",
    "account.agree": "the site has no terms that somebody could owe their consent to",
    "account.remove_totp": "nobody has set an app up",
    "decisions.appeal_suspension": "nobody there is suspended, so nobody has shown to be",
    "account.verify": "everybody has a passkey, so the password alone is not enough",
}
