"""What is done with a mail that came in, and what is sent back."""
