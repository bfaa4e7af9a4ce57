"""Changes to accounts, one module a noun."""
