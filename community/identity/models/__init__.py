"""Accounts: people and roles, sessions, one-time links, second factors, providers, groups."""

from community.identity.models.consents import Consent
from community.identity.models.factors import (
    Passkey,
    RecoveryCode,
    SpentChallenge,
    TotpFactor,
    WrongCode,
)
from community.identity.models.former import FormerIdentifier
from community.identity.models.groups import Group, GroupMember
from community.identity.models.names import NameChange
from community.identity.models.providers import ExternalIdentity
from community.identity.models.sessions import UserSession
from community.identity.models.tokens import OneTimeToken, Purpose
from community.identity.models.traces import SignInTrace
from community.identity.models.users import NAME_MAX_CHARS, RoleGrant, User

__all__ = [
    "NAME_MAX_CHARS",
    "Consent",
    "ExternalIdentity",
    "FormerIdentifier",
    "Group",
    "GroupMember",
    "NameChange",
    "OneTimeToken",
    "Passkey",
    "Purpose",
    "RecoveryCode",
    "RoleGrant",
    "SignInTrace",
    "SpentChallenge",
    "TotpFactor",
    "User",
    "UserSession",
    "WrongCode",
]
