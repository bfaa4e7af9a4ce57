"""What is noted of links, and what the other side's news change here."""
