"""E-mail addresses that are thrown away after use. Source: the package disposable-email-domains."""

from functools import lru_cache


def is_disposable(email: str | None) -> bool:
    """Say whether an address lies at a provider of such, or below one; without one it does not."""
    domain = (email or "").rpartition("@")[2].casefold().rstrip(".")
    labels = domain.split(".")
    known = _domains()
    return any(".".join(labels[at:]) in known for at in range(len(labels) - 1))


@lru_cache(maxsize=1)
def _domains() -> frozenset[str]:
    # Ten thousand names: read by who needs them, not at every start.
    from disposable_email_domains import blocklist

    return frozenset(blocklist)
