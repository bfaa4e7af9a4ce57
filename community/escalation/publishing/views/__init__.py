"""The pages of publications: the agent's, and the customer's with and without signing in."""
