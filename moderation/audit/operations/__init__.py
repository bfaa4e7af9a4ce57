"""What is done with the audit log itself, and with notes on people."""
