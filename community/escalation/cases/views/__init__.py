"""The pages of support cases: the desk of the team, and a customer's own."""
