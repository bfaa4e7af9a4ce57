"""What is done with drafts: editing, simulating, publishing, withdrawing."""
