"""Signing in through others by OpenID Connect: who they are, and what is said to them.

Source: OpenID Connect Core 1.0 and Discovery 1.0, RFC 6749, RFC 7636 (PKCE), RFC 9700 (security).
"""
