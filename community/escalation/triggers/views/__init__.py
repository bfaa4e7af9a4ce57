"""What askers expect, where a question stands with the support team, and the rules of both."""
