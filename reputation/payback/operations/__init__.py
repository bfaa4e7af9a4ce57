"""Changes to payback: periods, what members choose, bank details, holds and charities."""
