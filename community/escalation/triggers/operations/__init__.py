"""What handing over changes, and what is derived for it."""
